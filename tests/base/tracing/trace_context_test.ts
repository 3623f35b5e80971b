import { assertEquals } from "@std/assert";
import { traceContextOf, traceVariables } from "../../../lib/base/tracing/trace_context.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const PARENT = `00-${TRACE}-b7ad6b7169203331-01`;

const PARENTS: [sent: string, traceparent: string | undefined][] = [
  [PARENT, PARENT],
  [PARENT.replace(/1$/, "0"), PARENT.replace(/1$/, "0")],
  [PARENT.replace(/^00/, "01"), PARENT],
  [`${PARENT.replace(/^00/, "cc")}-of-the-future`, PARENT],
  [`${PARENT}-more`, undefined],
  [`${PARENT}-`, undefined],
  [PARENT.replace(/^00/, "ff"), undefined],
  [PARENT.replace(/^00/, "0"), undefined],
  [PARENT.toUpperCase(), undefined],
  [PARENT.replace(TRACE, "0".repeat(32)), undefined],
  [PARENT.replace("b7ad6b7169203331", "0".repeat(16)), undefined],
  [PARENT.replaceAll("-", ""), undefined],
  [`${PARENT}, ${PARENT}`, undefined],
  [`x${PARENT}`, undefined],
  ["", undefined],
  ["00-$(reboot)-b7ad6b7169203331-01", undefined],
];
for (const [sent, traceparent] of PARENTS) {
  Deno.test(`traceContextOf() of ${JSON.stringify(sent)} is ${traceparent}`, () => {
    const context = traceContextOf(new Headers({ traceparent: sent }));
    assertEquals(context?.traceparent, traceparent);
  });
}

const many = (count: number) => Array.from({ length: count }, (_, at) => `k${at}=v`).join(",");
const STATES: [sent: string, tracestate: string][] = [
  ["a=1", "a=1"],
  ["a=1 , b=2,,", "a=1,b=2"],
  ["rojo=00f067aa0ba902b7,t61rcWkgMzE@congo=x", ""],
  ["rojo=00f067aa0ba902b7,1tenant@congo=x y", "rojo=00f067aa0ba902b7,1tenant@congo=x y"],
  [many(32), many(32)],
  [many(33), ""],
  [`a=${"x".repeat(256)}`, `a=${"x".repeat(256)}`],
  [`a=${"x".repeat(257)}`, ""],
  [`a=${"x".repeat(256)},b=${"x".repeat(256)}`, ""],
  ["a=b=c", ""],
  ["A=1", ""],
  ["a", ""],
  ["a=1,=2", ""],
  ["a=é", ""],
];
for (const [sent, tracestate] of STATES) {
  Deno.test(`traceContextOf() takes of the state ${sent.slice(0, 60)} ${tracestate ? "all" : "nothing"}`, () => {
    const headers = new Headers({ traceparent: PARENT, tracestate: sent });
    assertEquals(traceContextOf(headers), { traceparent: PARENT, tracestate });
  });
}

Deno.test("traceContextOf() takes no state without a parent", () => {
  assertEquals(traceContextOf(new Headers({ tracestate: "a=1" })), undefined);
});

Deno.test("traceVariables() names those that there are", () => {
  assertEquals(traceVariables(undefined), {});
  assertEquals(traceVariables({ traceparent: PARENT, tracestate: "" }), { TRACEPARENT: PARENT });
  const both = traceVariables({ traceparent: PARENT, tracestate: "a=1" });
  assertEquals(both, { TRACEPARENT: PARENT, TRACESTATE: "a=1" });
});
