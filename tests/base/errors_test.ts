import { assertEquals, assertInstanceOf, assertStrictEquals } from "@std/assert";
import {
  HandshakeError,
  LaunchError,
  ListenError,
  messageOf,
  UsageError,
} from "../../lib/base/errors.ts";

const NAMED: [name: string, error: Error][] = [
  ["UsageError", new UsageError("what is wrong")],
  ["ListenError", new ListenError("what is wrong")],
  ["HandshakeError", new HandshakeError(400, "what is wrong")],
  ["LaunchError", new LaunchError("/bin/program", "what is wrong")],
];
for (const [name, error] of NAMED) {
  Deno.test(`${name} is an Error with that name and its message`, () => {
    assertInstanceOf(error, Error);
    assertEquals(error.name, name);
    assertEquals(String(error), `${name}: what is wrong`);
  });
}

Deno.test("UsageError means exit code 1 unless it says another", () => {
  assertEquals(new UsageError("it cannot work").exitCode, 1);
  assertEquals(new UsageError("it does not parse", 2).exitCode, 2);
  assertEquals(new UsageError("both answer everywhere", 4).exitCode, 4);
});

Deno.test("HandshakeError carries the status and the headers of the answer", () => {
  const error = new HandshakeError(426, "wrong version", { "Sec-WebSocket-Version": "13" });
  assertEquals(error.status, 426);
  assertEquals(error.headers, { "Sec-WebSocket-Version": "13" });
  assertEquals(new HandshakeError(400, "no key").headers, {});
});

Deno.test("LaunchError carries the program and the cause", () => {
  const cause = new Error("no such file");
  const error = new LaunchError("/bin/program", "Could not launch", { cause });
  assertEquals(error.program, "/bin/program");
  assertStrictEquals(error.cause, cause);
});

Deno.test("ListenError carries the cause", () => {
  const cause = new Deno.errors.AddrInUse("in use");
  assertStrictEquals(new ListenError("Cannot listen", { cause }).cause, cause);
});

const THROWN: [thrown: unknown, message: string][] = [
  [new Error("a message"), "a message"],
  [new UsageError("another"), "another"],
  ["a text", "a text"],
  [42, "42"],
  [undefined, "undefined"],
  [null, "null"],
  [Symbol("sign"), "Symbol(sign)"],
];
for (const [thrown, message] of THROWN) {
  Deno.test(`messageOf() finds ${JSON.stringify(message)} in a thrown ${typeof thrown}`, () => {
    assertEquals(messageOf(thrown), message);
  });
}

/** An error that cannot even be looked at. */
function hostile(what: "message" | "toString" | "proxy" | "primitive"): unknown {
  const fail = () => {
    throw new Error("hostile");
  };
  if (what === "message") return Object.defineProperty(new Error(), "message", { get: fail });
  if (what === "toString") return { toString: fail };
  if (what === "primitive") return { [Symbol.toPrimitive]: fail };
  return new Proxy({}, { get: fail, getPrototypeOf: fail });
}

const circular = new Error("circular");
circular.cause = circular;

const ODD: [what: string, thrown: unknown, text: string][] = [
  ["null", null, "null"],
  ["nothing", undefined, "undefined"],
  ["a symbol", Symbol("a"), "Symbol(a)"],
  ["a big integer", 1n, "1"],
  ["a frozen error", Object.freeze(new Error("frozen")), "frozen"],
  ["an error that is its own cause", circular, "circular"],
  ["an error whose message is a number", Object.assign(new Error(), { message: 5 }), "5"],
  ["an error without a prototype", Object.create(null), "an error that cannot be told"],
  ...(["message", "toString", "proxy", "primitive"] as const).map((
    what,
  ): [string, unknown, string] => [
    `an error with a hostile ${what}`,
    hostile(what),
    "an error that cannot be told",
  ]),
];
for (const [what, thrown, text] of ODD) {
  Deno.test(`messageOf() tells ${what}`, () => {
    assertStrictEquals(messageOf(thrown), text);
  });
}
