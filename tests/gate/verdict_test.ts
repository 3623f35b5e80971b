import { assertEquals, assertThrows } from "@std/assert";
import { checkedVerdict } from "../../lib/gate/verdict.ts";

const VARIABLES: [variables: unknown, fault: string][] = [
  ["TENANT=a", 'A guard returned "TENANT=a" as variables: expected an object'],
  [{ TENANT: 7 }, 'A guard cannot set the variable "TENANT": it is a text, not number'],
  ...["tenant", "TENANT-ID", "1ST", "", "A=B", "Ä"].map((name): [unknown, string] => [
    { [name]: "secret" },
    `A guard cannot set the variable "${name}": a name is of capital letters, digits and underscores, as TENANT_ID`,
  ]),
  ...["REMOTE_USER", "AUTH_TYPE", "HTTP_COOKIE", "HTTPS", "QUERY_STRING", "UNIQUE_ID", "PATH_INFO"]
    .map((name): [unknown, string] => [
      { A: "b", [name]: "secret" },
      `A guard cannot set the variable "${name}": it is the server's own to say`,
    ]),
  ...["PATH", "LD_PRELOAD", "BASH_ENV", "NODE_OPTIONS", "PYTHONPATH", "PERL5OPT", "IFS"]
    .map((name): [unknown, string] => [
      { [name]: "secret" },
      `A guard cannot set the variable "${name}": it decides what programs are run`,
    ]),
];
for (const [variables, fault] of VARIABLES) {
  Deno.test(`checkedVerdict() refuses the variables ${JSON.stringify(variables)}`, () => {
    assertThrows(() => checkedVerdict({ user: "ann", variables }), TypeError, fault);
  });
}

Deno.test("checkedVerdict() takes variables of any other name, and whatever their values are", () => {
  const variables = { TENANT_ID: "a\nb", _X: "", REMOTE_EMAIL: "ann@example.com", A1: "=" };
  assertEquals(checkedVerdict({ variables, method: "PUT" }), { variables });
});

Deno.test("checkedVerdict() says nothing of what a client has sent, or its program gets", () => {
  const headers = new Headers({ Cookie: "secret" });
  const verdict = { user: 7, headers, variables: { TENANT: "secret" } };
  const { message } = assertThrows(() => checkedVerdict(verdict), TypeError);
  assertEquals(message.includes("secret"), false);
});
