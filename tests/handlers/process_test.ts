import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { HandshakeError, LaunchError, UsageError } from "../../lib/base/errors.ts";
import { Permits } from "../../lib/base/permits.ts";
import { process } from "../../lib/handlers/process.ts";
import { startOf } from "../../lib/process/proc.ts";
import { FakeConnection } from "../support/fake_connection.ts";
import { accept, Talk } from "./talk.ts";

const sh = (script: string): string[] => ["sh", "-c", script];

Deno.test("process() gives each message to the program as a line, and sends each of its lines", async () => {
  await using talk = await Talk.open(process(["cat"]));
  const messages = ["one", "", "é 😀", "two\nlines"];
  for (const message of messages) talk.say(message);
  const sent = await talk.connection.count(5);
  assertEquals(sent, ["one", "", "é 😀", "two", "lines"]);
});

const CLOSES: [script: string, closed: string][] = [
  ["exit 0", "1000"],
  ["exit 3", "4003 exit status 3"],
  ["kill -KILL $$", "4137 SIGKILL"],
  ["exec >&-; exec sleep 600", "1000"],
];
for (const [script, closed] of CLOSES) {
  Deno.test(`process() sends what was written and closes with ${closed} after: ${script}`, async () => {
    await using talk = await Talk.open(process(sh(`echo last; ${script}`)));
    assertEquals(await talk.connection.closed, closed);
    assertEquals(talk.connection.sent, ["last"]);
  });
}

Deno.test("process() sends a last line without an end", async () => {
  await using talk = await Talk.open(process(["printf", "one\\r\\ntwo"]));
  assertEquals(await talk.connection.closed, "1000");
  assertEquals(talk.connection.sent, ["one", "two"]);
});

Deno.test("process() starts the program when it accepts, and keeps what it writes", async () => {
  const handler = process(sh('echo "$$"; exec cat'));
  const { open, associated } = await accept(handler);
  const pid = Number(associated?.pid);
  assert(startOf(pid));
  const connection = new FakeConnection();
  const session = open?.(connection);
  assertEquals(await connection.count(1), [String(pid)]);
  session?.close?.(1001, "");
  await handler[Symbol.asyncDispose]?.();
  assertEquals(startOf(pid), undefined);
});

Deno.test("process() ends a program whose upgrade did not come about", async () => {
  const forks = new Permits(1);
  const handler = process(["sleep", "600"], { forks });
  const { abandon, associated } = await accept(handler);
  assertEquals(forks.taken, 1);
  abandon?.();
  await handler[Symbol.asyncDispose]?.();
  assertEquals([startOf(Number(associated?.pid)), forks.taken], [undefined, 0]);
});

Deno.test("process() tells the log the program's path and number", async () => {
  await using talk = await Talk.open(process(["cat"]));
  const { command, pid } = talk.admission.associated ?? {};
  assert(command?.endsWith("/cat"));
  assert(startOf(Number(pid)));
});

Deno.test("process() refuses with 429 when all permits are taken", async () => {
  const forks = new Permits(1);
  const handler = process(["cat"], { forks });
  const talk = await Talk.open(handler);
  const error = await assertRejects(() => accept(handler), HandshakeError);
  assertEquals(error.status, 429);
  await talk[Symbol.asyncDispose]();
  assertEquals(forks.taken, 0);
  await using _again = await Talk.open(handler);
  assertEquals(forks.taken, 1);
});

Deno.test("process() shares permits with other handlers that have the same", async () => {
  const forks = new Permits(1);
  await using _talk = await Talk.open(process(["cat"], { forks }));
  await assertRejects(() => accept(process(["cat"], { forks })), HandshakeError);
});

Deno.test("process() has given its permit back when the client hears that it ended", async () => {
  const forks = new Permits(1);
  await using talk = await Talk.open(process(sh("exit 3"), { forks }));
  await talk.connection.closed;
  assertEquals(forks.taken, 0);
});

Deno.test("process() gives its permit back when the program cannot be started", async () => {
  const program = await Deno.makeTempFile();
  await Deno.writeTextFile(program, "#!/bin/sh\n");
  await Deno.chmod(program, 0o755);
  const forks = new Permits(1);
  const handler = process([program], { forks });
  await Deno.remove(program);
  for (let count = 0; count < 2; count++) {
    const error = await assertRejects(() => accept(handler), LaunchError);
    assertEquals(error.program, program);
  }
  assertEquals(forks.taken, 0);
});

Deno.test("process() refuses a program that is not there", () => {
  const error = assertThrows(() => process(["there-is-no-such-program"]), UsageError);
  assertEquals(error.exitCode, 1);
  assertThrows(() => process([]), UsageError);
});

Deno.test("process() passes arguments on as they are and says them", async () => {
  const handler = process(["printf", "%s|", "a b", "*", "$HOME"]);
  assert(handler.label?.endsWith("/printf %s| a b * $HOME"));
  await using talk = await Talk.open(handler);
  assertEquals(await talk.connection.closed, "1000");
  assertEquals(talk.connection.sent, ["a b|*|$HOME|"]);
});

Deno.test("process() gives the program the environment of its request", async () => {
  const handler = process(["env"], { passEnv: [] });
  await using talk = await Talk.open(handler, {
    id: "id-1",
    path: "/a b",
    query: "c=d",
    headers: { "X-Word": "word" },
  });
  assertEquals(await talk.connection.closed, "1000");
  const lines = new Set(talk.connection.sent);
  for (const line of ["UNIQUE_ID=id-1", "SCRIPT_NAME=/", "PATH_INFO=/a b", "QUERY_STRING=c=d"]) {
    assert(lines.has(line), line);
  }
  assert(lines.has("HTTP_X_WORD=word"));
  assert(!talk.connection.sent.some((line) => String(line).startsWith("PATH=")));
});
