import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { BusError, HandshakeError, ListenError, UsageError } from "../../lib/base/errors.ts";
import { exitOf } from "../../lib/cli/exit.ts";
import { USAGE } from "../../lib/cli/usage.ts";

for (const code of [1, 2] as const) {
  Deno.test(`exitOf() says what is wrong and the usage for a UsageError of exit code ${code}`, () => {
    assertEquals(exitOf(new UsageError('Invalid value "abc" for --port', code)), {
      code,
      stderr: `stdws: Invalid value "abc" for --port\n${USAGE}`,
    });
  });
}

Deno.test("exitOf() says what is wrong on one line, whatever the value is", () => {
  const { stderr } = exitOf(new UsageError('Cannot run "a\nb\x1b": it is not in PATH'));
  assertEquals(stderr, `stdws: Cannot run "a\\nb\\x1b": it is not in PATH\n${USAGE}`);
});

Deno.test("exitOf() leaves a ListenError to the log, with exit code 3", () => {
  assertEquals(exitOf(new ListenError("Cannot listen on 127.0.0.1:80: it is in use")), {
    code: 3,
    fatal: "Can't start server: Cannot listen on 127.0.0.1:80: it is in use",
  });
});

Deno.test("exitOf() leaves a BusError to the log, with exit code 3", () => {
  assertEquals(exitOf(new BusError("Cannot use the bus: WRONGPASS")), {
    code: 3,
    fatal: "Can't start server: Cannot use the bus: WRONGPASS",
  });
});

Deno.test("exitOf() leaves a UsageError of exit code 4 to the log, too, without the usage", () => {
  assertEquals(exitOf(new UsageError("--devconsole cannot be used with --staticdir", 4)), {
    code: 4,
    fatal: "Can't start server: --devconsole cannot be used with --staticdir",
  });
});

const OTHERS = [new Error("a bug"), new HandshakeError(400, "no key"), "a text", undefined];
for (const other of OTHERS) {
  Deno.test(`exitOf() throws on what is no mistake of the user's: ${String(other)}`, () => {
    let thrown: unknown = "nothing";
    assertThrows(() => {
      try {
        exitOf(other);
      } catch (error) {
        thrown = error;
        throw new Error("thrown");
      }
    });
    assertStrictEquals(thrown, other);
  });
}
