import { assertEquals } from "@std/assert";
import { readDecision } from "../../../lib/gate/auth/decision.ts";

Deno.test("readDecision() reads variables, a status, headers and a body", () => {
  const rows: readonly (readonly [
    output: string,
    status: number | undefined,
    headers: Record<string, string>,
    body: string,
    variables: Record<string, string>,
  ])[] = [
    ["", undefined, {}, "", {}],
    ["A=1\n", undefined, {}, "", { A: "1" }],
    ["A=1\r\nB=x: y=z\r\nA=2", undefined, {}, "", { A: "2", B: "x: y=z" }],
    ["A=\n_b9= c \n", undefined, {}, "", { A: "", _b9: " c " }],
    ["9A=1\nA B=1\na-b=1\n=1\nhello\n", undefined, {}, "", {}],
    ["Status: 401\n", 401, {}, "", {}],
    ["STATUS:401 Unauthorized\n", 401, {}, "", {}],
    ["Status: 200\nStatus: 404\n", 404, {}, "", {}],
    ["Status: 099\n", undefined, {}, "", {}],
    ["Status: 4011\n", undefined, {}, "", {}],
    ["Status: 101\n", undefined, {}, "", {}],
    ["Status: no\n", undefined, {}, "", {}],
    ["Location: https://a/?b=c\nA=1\n", undefined, { location: "https://a/?b=c" }, "", { A: "1" }],
    ["A=b\u2028c\rd\r\n", undefined, {}, "", { A: "b\u2028c\rd" }],
    ["X: a\0b\nY: 1\n", undefined, { y: "1" }, "", {}],
    ["Status: 403\n\nB=1\n\nmore", 403, {}, "B=1\n\nmore", {}],
    ["Status: 403\r\n\r\nNo\r\n", 403, {}, "No\r\n", {}],
    ["\nA=1", undefined, {}, "A=1", {}],
    ["__proto__=1", undefined, {}, "", JSON.parse('{"__proto__":"1"}')],
  ];
  for (const [output, status, headers, body, variables] of rows) {
    const found = readDecision(output);
    const told = { ...found, headers: Object.fromEntries(found.headers) };
    assertEquals([output, told], [output, { status, headers, body, variables }]);
  }
});
