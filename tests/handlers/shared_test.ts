import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { HandshakeError, LaunchError, UsageError } from "../../lib/base/errors.ts";
import { Permits } from "../../lib/base/permits.ts";
import type { KindContext } from "../../lib/handlers/kind.ts";
import { Modules } from "../../lib/handlers/modules.ts";
import { shared, sharedKind, type SharedOptions } from "../../lib/handlers/shared.ts";
import { startOf } from "../../lib/process/proc.ts";
import { CapturedLog } from "../base/captured_log.ts";
import { fakePlace } from "../support/fake_place.ts";
import { FakeConnection } from "../support/fake_connection.ts";
import { PATIENT } from "../support/patient.ts";
import { accept, settle, Talk } from "./talk.ts";

const sh = (script: string): string[] => ["sh", "-c", script];

let clients = 0;

/** A client of a handler, with an id of its own. */
async function come(handler: ReturnType<typeof shared>): Promise<Talk> {
  const id = `client-${++clients}`;
  return await Talk.open(handler, { id }, new FakeConnection(id));
}

Deno.test("shared() gives the messages of all clients to one process, and its lines to all", async () => {
  const handler = shared(sh("echo $$; exec cat"));
  await using one = await come(handler);
  assertEquals((await one.connection.count(1)).length, 1);
  await using two = await come(handler);
  one.say("from one");
  await two.connection.count(1);
  two.say("from two");
  assertEquals(await two.connection.count(2), ["from one", "from two"]);
  assertEquals((await one.connection.count(3)).slice(1), ["from one", "from two"]);
  assertEquals(one.admission.associated, two.admission.associated);
  assertEquals(one.connection.sent[0], one.admission.associated?.pid);
});

Deno.test("shared() sends the first client all that the process writes from its begin on", async () => {
  await using talk = await come(shared(["seq", "1", "1000"]));
  assertEquals(await talk.connection.closed, "1000");
  assertEquals(talk.connection.sent, Array.from({ length: 1000 }, (_, index) => `${index + 1}`));
});

Deno.test("shared() leaves nobody in a room whose process has ended", async () => {
  const joins = [
    '{"type":"join","id":"ann","room":"r"}',
    '{"type":"send","to":{"room":"r"},"data":"in"}',
  ];
  const says = joins.map((line) => `echo '${line}'`).join("; ");
  const handler = shared(sh(`read -r open; ${says}; read -r go; exit 3`), { framing: "events" });
  const place = fakePlace();
  settle(handler, place);
  await using ann = await Talk.open(handler, { id: "ann" }, new FakeConnection("ann"));
  assertEquals(await ann.connection.count(1), ["in"]);
  assertEquals(place.hub.room("r").size, 1);
  ann.say("go");
  assertEquals(await ann.connection.closed, "4003 exit status 3");
  ann.leave();
  assertEquals(place.hub.room("r").size, 0);
});

const CLOSES: [script: string, closed: string][] = [
  ["exit 0", "1000"],
  ["exit 3", "4003 exit status 3"],
  ["kill -KILL $$", "4137 SIGKILL"],
  ["exec >&-; exec sleep 600", "1000"],
];
for (const [script, closed] of CLOSES) {
  Deno.test(`shared() sends all clients what was written and closes with ${closed} after: ${script}`, async () => {
    const handler = shared(sh(`read -r go; echo last; ${script}`));
    await using one = await come(handler);
    await using two = await come(handler);
    one.say("go");
    assertEquals([await one.connection.closed, await two.connection.closed], [closed, closed]);
    assertEquals([one.connection.sent, two.connection.sent], [["last"], ["last"]]);
  });
}

Deno.test("shared() starts another process for a client that comes after the end of one", async () => {
  const handler = shared(sh('echo "$$"; read -r go; exit 3'));
  await using one = await come(handler);
  const [first] = await one.connection.count(1);
  one.say("go");
  await one.connection.closed;
  await using two = await come(handler);
  const [second] = await two.connection.count(1);
  assert(first !== second && startOf(Number(second)) && !startOf(Number(first)));
  assertEquals(one.connection.sent.length, 1);
});

Deno.test("shared() ends the process when the last client has left, and starts another for the next", async () => {
  const handler = shared(sh('echo "$$"; exec cat'));
  const [one, two] = [await come(handler), await come(handler)];
  const [first] = await one.connection.count(1);
  one.leave();
  two.say("still here");
  await two.connection.count(1);
  two.leave();
  await using three = await come(handler);
  assertEquals(startOf(Number(first)), undefined);
  const [second] = await three.connection.count(1);
  assert(first !== second);
});

Deno.test("shared() gives the process all that clients said before they left", async () => {
  const file = await Deno.makeTempFile();
  try {
    const handler = shared(sh(`sleep 0.2; cat > '${file}'`), PATIENT);
    const talk = await come(handler);
    for (let count = 0; count < 10_000; count++) talk.say(`line ${count}`);
    await talk[Symbol.asyncDispose]();
    const text = await Deno.readTextFile(file);
    assertEquals(text, Array.from({ length: 10_000 }, (_, count) => `line ${count}\n`).join(""));
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("shared() ends what neither reads nor obeys, and all that it has started", async () => {
  const script =
    "trap '' INT TERM; sh -c 'trap \"\" INT TERM; echo $$; while :; do sleep 60; done'";
  const talk = await come(shared(sh(script)));
  const [pid] = await talk.connection.count(1);
  await talk[Symbol.asyncDispose]();
  assertEquals(startOf(Number(pid)), undefined);
});

Deno.test("shared() with start=now has its process before any client", async () => {
  const handler = shared(sh('echo "$$"; exec cat'), { start: "now", history: 1 });
  using log = new CapturedLog();
  handler.start?.(fakePlace());
  await using one = await come(handler);
  const [pid] = await one.connection.count(1);
  assertEquals(pid, one.admission.associated?.pid);
  assertEquals(log.messages.filter((line) => line.includes("UNIQUE_ID")).length, 1);
});

Deno.test("shared() gives a program that cannot be started back to the request, and its permit", async () => {
  const program = await Deno.makeTempFile();
  await Deno.writeTextFile(program, "#!/bin/sh\n");
  await Deno.chmod(program, 0o755);
  const forks = new Permits(1);
  const handler = shared([program], { forks });
  await Deno.remove(program);
  for (let count = 0; count < 2; count++) await assertRejects(() => accept(handler), LaunchError);
  assertEquals(forks.taken, 0);
});

Deno.test("shared() takes one permit for all clients, and refuses with 429 where there is none", async () => {
  const forks = new Permits(1);
  const handler = shared(["cat"], { forks });
  const [one, two] = [await come(handler), await come(handler)];
  assertEquals(forks.taken, 1);
  const error = await assertRejects(() => accept(shared(["cat"], { forks })), HandshakeError);
  assertEquals(error.status, 429);
  one.leave();
  await two[Symbol.asyncDispose]();
  assertEquals(forks.taken, 0);
});

Deno.test("shared() ends the process of a client whose upgrade did not come about", async () => {
  const forks = new Permits(1);
  const handler = shared(["sleep", "600"], { forks });
  const { abandon } = await accept(handler);
  abandon?.();
  await handler[Symbol.asyncDispose]?.();
  assertEquals(forks.taken, 0);
});

Deno.test("shared() gives the process no variable of any request", async () => {
  const handler = shared(["env"], { passEnv: [], env: { WORD: "a b" } });
  const changes = { id: "client", path: "/p", query: "q=1", headers: { "X-Word": "word" } };
  await using talk = await Talk.open(handler, changes);
  await talk.connection.closed;
  const names = talk.connection.sent.map((line) => String(line).split("=", 1)[0]);
  assertEquals(names.sort(), ["SERVER_SOFTWARE", "UNIQUE_ID", "WORD"]);
  assert(talk.connection.sent.includes("WORD=a b"));
  assert(!talk.connection.sent.includes("UNIQUE_ID=client"));
});

Deno.test("shared() with history gives a new client the last lines first", async () => {
  const handler = shared(["cat"], { history: 2 });
  await using one = await come(handler);
  for (const word of ["a", "b", "c"]) one.say(word);
  await one.connection.count(3);
  await using two = await come(handler);
  one.say("d");
  assertEquals(await two.connection.count(3), ["b", "c", "d"]);
});

Deno.test("shared() keeps the history while nobody is there, and not for another process", async () => {
  const handler = shared(sh('echo "$$"; read -r go; echo more; read -r end'), {
    history: 9,
    linger: Infinity,
  });
  const one = await come(handler);
  const [pid] = await one.connection.count(1);
  one.leave();
  await using two = await come(handler);
  assertEquals((await two.connection.count(1))[0], pid);
  two.say("go");
  await two.connection.count(2);
  two.say("end");
  await two.connection.closed;
  await using three = await come(handler);
  const [other] = await three.connection.count(1);
  assert(other !== pid && other !== "more");
});

Deno.test("shared() with restart keeps clients, and gives the next process what they said meanwhile", async () => {
  const handler = shared(
    sh('echo "up $$"; while read -r x; do [ "$x" = die ] && exit 3; echo "$x"; done'),
    {
      restart: "on-failure",
    },
  );
  await using one = await come(handler);
  await using two = await come(handler);
  const [first] = await one.connection.count(1);
  one.say("die");
  const [, second] = await one.connection.count(2);
  assert(String(second).startsWith("up ") && second !== first);
  two.say("after");
  assertEquals((await one.connection.count(3)).at(-1), "after");
  assertEquals(two.connection.sent.slice(-2), [second, "after"]);
});

Deno.test("shared() ignores binary messages, and says so", async () => {
  using log = new CapturedLog();
  await using talk = await come(shared(["cat"]));
  talk.say(Uint8Array.of(1));
  talk.say("text");
  assertEquals(await talk.connection.count(1), ["text"]);
  await log.until(/^INFO websocket: Ignored a binary message, /);
});

Deno.test("shared() closes a client that floods a process that does not read with 1013, and no other", async () => {
  using log = new CapturedLog();
  const handler = shared(["sleep", "600"], { maxQueue: 1_000_000 });
  await using one = await come(handler);
  await using two = await come(handler);
  for (let count = 0; count < 20; count++) one.say("x".repeat(100_000));
  assertEquals(
    await one.connection.closed,
    "1013 Input comes faster than the process reads it: more than 1000000 bytes of this client wait",
  );
  for (let count = 0; count < 9; count++) two.say("x".repeat(100_000));
  one.leave();
  await two[Symbol.asyncDispose]();
  assertEquals(
    log.messages.filter((line) => line.startsWith("ERROR process: Input comes")).length,
    1,
  );
  // One wrote into its pipe what that holds; nine each were taken, and none is lost in silence.
  const lost = log.messages.map((line) => Number(/ (\d+) bytes from/.exec(line)?.[1] ?? 0));
  const total = lost.reduce((sum, bytes) => sum + bytes);
  assert(total > 18 * 100_001 - 300_000 && total <= 18 * 100_001, `${total}`);
});

Deno.test("shared() refuses new clients with 503 while far too much waits for the process", async () => {
  const handler = shared(["sleep", "600"], { maxQueue: 100_000 });
  const talks: Talk[] = [];
  for (let count = 0; count < 5; count++) {
    const talk = await come(handler);
    talks.push(talk);
    talk.say("x".repeat(99_000));
  }
  const error = await assertRejects(() => come(handler), HandshakeError);
  assertEquals(error.status, 503);
  for (const talk of talks) talk.leave();
  await handler[Symbol.asyncDispose]?.();
});

Deno.test("shared() ends with 1009 where a line is too long", async () => {
  using log = new CapturedLog();
  await using talk = await come(
    shared(sh("head -c 17000000 /dev/zero | tr '\\0' x; exec sleep 600")),
  );
  assertEquals(await talk.connection.closed, "1009 A line is longer than 16777216 bytes");
  await log.until(/^ERROR process: stdout of process \d+: A line is longer/);
});

Deno.test("shared() writes what the process says on stderr into the log", async () => {
  using log = new CapturedLog();
  await using talk = await come(shared(sh("echo broken >&2; echo fine")));
  await talk.connection.closed;
  assertEquals(talk.connection.sent, ["fine"]);
  await log.until(/^ERROR stderr: broken$/);
});

const WRONG: [what: string, words: string[], options: SharedOptions, message: string][] = [
  ["a program that is not there", ["there-is-no-such-program"], {}, "there-is-no-such-program"],
  ["history with events", ["cat"], { framing: "events", history: 5 }, "history=5 cannot be used"],
  [
    "a linger that no timer takes",
    ["cat"],
    { linger: 2 ** 31 },
    "Invalid value 2147483648 for linger of shared(): expected less than 24 days",
  ],
  [
    "a linger that is none",
    ["cat"],
    { linger: NaN },
    "Invalid value NaN for linger of shared(): expected less than 24 days",
  ],
];
for (const [what, words, options, message] of WRONG) {
  Deno.test(`shared() refuses ${what}`, () => {
    const error = assertThrows(() => shared(words, options), UsageError, message);
    assertEquals(error.exitCode, 1);
  });
}

const CONTEXT: KindContext = {
  lookup: undefined,
  scripts: [],
  modules: new Modules(),
};

Deno.test("sharedKind refuses a placeholder, because its process is that of all requests", async () => {
  const route = { path: "/:name", words: ["echo", "{name}"], placeholders: true, values: {} };
  await assertRejects(
    async () => await sharedKind.make(route, CONTEXT),
    UsageError,
    'Invalid placeholder "{name}" in "shared echo {name}": its one process serves all requests',
  );
});

const WORDS: [word: string, placeholders: boolean, becomes: string][] = [
  ["{{name}}", true, "{name}"],
  ["{name}", false, "{name}"],
  ["{{name}}", false, "{{name}}"],
];
for (const [word, placeholders, becomes] of WORDS) {
  const where = placeholders ? "where placeholders count" : "where none count";
  Deno.test(`sharedKind takes ${word} for ${becomes} ${where}`, async () => {
    const route = { path: "/", words: ["echo", word], placeholders, values: {} };
    await using talk = await Talk.open(await sharedKind.make(route, CONTEXT));
    await talk.connection.closed;
    assertEquals(talk.connection.sent, [becomes]);
  });
}
