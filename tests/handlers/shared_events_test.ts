import { assert, assertEquals } from "@std/assert";
import { Batch } from "../../lib/base/batch.ts";
import { Log } from "../../lib/base/log.ts";
import { Client } from "../../lib/handlers/shared/client.ts";
import { Crowd } from "../../lib/handlers/shared/crowd.ts";
import { Events } from "../../lib/handlers/shared/events.ts";
import type { Decoder, Message } from "../../lib/contract.ts";
import { Stdin } from "../../lib/process/stdin.ts";
import { CapturedLog } from "../base/captured_log.ts";
import { fakeRequest, type RequestChanges } from "../base/fake_request.ts";
import { FakeStdin } from "../process/fake_stdin.ts";
import { LocalHub } from "../../lib/hub/local_hub.ts";
import { FakeConnection } from "../support/fake_connection.ts";

const encoder = new TextEncoder();

/** Events between clients that are no sockets and a process that is none. */
class Stage {
  readonly crowd = new Crowd();
  readonly input = new Stdin<Client>({ maxQueue: 1_000_000, lasting: true });
  readonly events = new Events(this.input, this.crowd, true);
  readonly connections = new Map<string, FakeConnection>();
  #sink: Decoder;

  constructor() {
    this.events.hub = new LocalHub();
    this.#sink = this.events.started(new Log());
  }

  open(id: string, changes: RequestChanges = {}): Client {
    const connection = new FakeConnection(id);
    const client = new Client(connection, {
      log: new Log(),
      past: [],
      announcement: this.events.announce(fakeRequest({ id, ...changes })),
    });
    this.connections.set(id, connection);
    this.crowd.add(client);
    this.events.opened(client);
    return client;
  }

  say(client: Client, data: Message): void {
    this.events.message(client, Batch.of(data));
  }

  leave(client: Client, code = 1001, reason = ""): void {
    this.events.left(client, code, reason);
    this.crowd.delete(client);
  }

  /** The process writes a line. */
  write(command: unknown): void {
    const line = typeof command === "string" ? command : JSON.stringify(command);
    this.#sink.push(encoder.encode(`${line}\n`));
  }

  /** Another process is there. */
  restart(): void {
    this.#sink = this.events.started(new Log());
  }

  /** What a client was sent. */
  sent(id: string): unknown {
    return this.connections.get(id)?.sent;
  }

  /** What the process reads, up to now. */
  async read(): Promise<Record<string, unknown>[]> {
    const stdin = new FakeStdin();
    const feed = this.input.feed(stdin.stream);
    const { text, take } = await stdin.next();
    take();
    await feed.end(10_000);
    return text.split("\n").filter(Boolean).map((line) => JSON.parse(line));
  }
}

Deno.test("Events tell the process who opens, says something and closes", async () => {
  const stage = new Stage();
  const client = stage.open("a", {
    path: "/rooms/ü",
    query: "x=1&y",
    params: { room: "ü" },
    headers: [["X-Name", "Zo\xc3\xab"], ["Cookie", "a=b"], ["__proto__", "p"]],
    host: "h:1",
    remote: { address: "192.0.2.1", host: "name", port: "5" },
    secure: true,
    subject: "CN=Jane",
    user: "jane",
    authType: "Basic",
    variables: { TENANT: "a" },
    subprotocol: "chat",
  });
  stage.say(client, 'text "\n\u2028');
  stage.say(client, Uint8Array.of(0, 255));
  stage.leave(client, 1000, "bye");
  const [open, ...others] = await stage.read();
  assertEquals(open, {
    type: "open",
    id: "a",
    request: {
      path: "/rooms/ü",
      query: "x=1&y",
      params: { room: "ü" },
      headers: JSON.parse('{"__proto__":"p","cookie":"a=b","x-name":"Zoë"}'),
      remote: { address: "192.0.2.1", host: "name", port: "5" },
      host: "h:1",
      secure: true,
      subject: "CN=Jane",
      user: "jane",
      authType: "Basic",
      variables: { TENANT: "a" },
      subprotocol: "chat",
    },
  });
  assertEquals(others, [
    { type: "message", id: "a", data: 'text "\n\u2028' },
    { type: "message", id: "a", base64: "AP8=" },
    { type: "close", id: "a", code: 1000, reason: "bye" },
  ]);
});

const TARGETS: [to: unknown, except: string[] | undefined, reached: string][] = [
  ["a", undefined, "a"],
  [["a", "c"], undefined, "ac"],
  [["a", "a"], undefined, "a"],
  [[], undefined, ""],
  ["*", undefined, "abc"],
  ["*", ["b"], "ac"],
  ["*", ["b", "unknown"], "ac"],
  ["a", ["a"], ""],
  [{ room: "r" }, undefined, "ab"],
  [{ room: "r" }, ["a"], "b"],
];
for (const [to, except, reached] of TARGETS) {
  const title = JSON.stringify({ to, except });
  Deno.test(`Events send to exactly those who are meant by ${title}`, () => {
    const stage = new Stage();
    for (const id of "abc") stage.open(id);
    for (const id of "ab") stage.write({ type: "join", id, room: "r" });
    stage.write({ type: "send", to, except, data: "d" });
    const got = [..."abc"].filter((id) => stage.connections.get(id)?.sent.length === 1).join("");
    assertEquals(got, reached);
  });
}

Deno.test("Events send text as text and base64 as bytes", () => {
  const stage = new Stage();
  stage.open("a");
  stage.write({ type: "send", to: "a", data: "ü\n" });
  stage.write({ type: "send", to: "a", base64: "AP8=" });
  assertEquals(stage.sent("a"), ["ü\n", Uint8Array.of(0, 255)]);
});

Deno.test("Events let clients in and out of rooms, also when they leave for good", () => {
  const stage = new Stage();
  const [a, b] = [stage.open("a"), stage.open("b")];
  const say = (data: string) => stage.write({ type: "send", to: { room: "r" }, data });
  for (const id of "abb") stage.write({ type: "join", id, room: "r" });
  say("1");
  stage.write({ type: "leave", id: "a", room: "r" });
  stage.write({ type: "leave", id: "a", room: "another" });
  say("2");
  stage.leave(b);
  say("3");
  assertEquals([stage.sent("a"), stage.sent("b")], [["1"], ["1", "2"]]);
  assertEquals(a.rooms?.size, 0);
});

Deno.test("Events let clients out of rooms where no process is there any more", () => {
  const stage = new Stage();
  const [a, b] = [stage.open("a"), stage.open("b")];
  for (const id of "ab") stage.write({ type: "join", id, room: "r" });
  stage.events.stopped();
  assertEquals([a.rooms?.size, b.rooms?.size], [0, 0]);
  assertEquals(stage.events.hub?.room("r").size, 0);
});

Deno.test("Events close a client after what was sent to it, and send it nothing more", async () => {
  const stage = new Stage();
  stage.open("a");
  stage.write({ type: "send", to: "a", data: "last" });
  stage.write({ type: "close", id: "a", code: 4000, reason: "bye" });
  stage.write({ type: "send", to: "*", data: "too late" });
  stage.write({ type: "close", id: "a", code: 4001 });
  assertEquals(await stage.connections.get("a")?.closed, "4000 bye");
  assertEquals(stage.sent("a"), ["last"]);
});

const IGNORED: [what: string, line: unknown, logged: RegExp][] = [
  ["that is no JSON", "hello", /^ERROR process: Line 1: it is no JSON: hello$/],
  ["that is empty", "", /^ERROR process: Line 1: it is no JSON: $/],
  ["of an unknown type", { type: "open" }, /^ERROR process: Line 1: "type" is "open": expected/],
  [
    "that closes with what is no code",
    { type: "close", id: "a", code: 1006 },
    /^ERROR process: Line 1: "code" is 1006/,
  ],
  [
    "for an unknown id",
    { type: "send", to: ["nobody", "a"], data: "for a" },
    /^ERROR process: Line 1: there is no "nobody": {"type"/,
  ],
  ["that joins an unknown id", { type: "join", id: "x", room: "r" }, /there is no "x"/],
  [
    "for an unknown room",
    { type: "send", to: { room: "void" }, data: "d" },
    /^ERROR process: Line 1: nobody is in room "void": {/,
  ],
  [
    "for an id that has left",
    { type: "send", to: "gone", data: "d" },
    /^DEBUG process: Line 1: "gone" has left: {/,
  ],
];
for (const [what, line, logged] of IGNORED) {
  Deno.test(`Events log a line ${what} with its number, and go on`, async () => {
    using log = new CapturedLog();
    const stage = new Stage();
    stage.open("a");
    stage.leave(stage.open("gone"));
    stage.write(line);
    stage.write({ type: "send", to: "a", data: "next" });
    assertEquals(log.messages.length, 1);
    await log.until(logged);
    assertEquals((stage.sent("a") as string[]).at(-1), "next");
  });
}

Deno.test("Events log what is sent to a room that was left as no mistake", async () => {
  using log = new CapturedLog();
  const stage = new Stage();
  const client = stage.open("a");
  stage.write({ type: "join", id: "a", room: "r" });
  stage.leave(client);
  stage.write({ type: "send", to: { room: "r" }, data: "d" });
  await log.until(/^DEBUG process: Line 2: nobody is in room "r"/);
});

Deno.test("Events cite no more of a line than a line of a log has", () => {
  using log = new CapturedLog();
  new Stage().write("x".repeat(1_000_000));
  assert((log.lines[0] ?? "").length < 300);
});

Deno.test("Events tell a new process who is there, with empty rooms, before what they said", async () => {
  const stage = new Stage();
  const [a, b] = [stage.open("a"), stage.open("b")];
  stage.write({ type: "join", id: "a", room: "r" });
  assertEquals((await stage.read()).length, 2);

  stage.say(a, "one");
  stage.leave(b);
  const c = stage.open("c");
  stage.say(c, "two");
  stage.leave(c);
  stage.open("d");
  stage.restart();
  stage.write({ type: "send", to: { room: "r" }, data: "nobody" });
  const told = (await stage.read()).map(({ type, id, data }) =>
    `${type} ${id} ${data ?? ""}`.trim()
  );
  // b has left and said nothing; c has left, too, but what it said no process has got.
  assertEquals(told, [
    "open a",
    "open d",
    "open c",
    "message a one",
    "message c two",
    "close c",
  ]);
  assertEquals(stage.sent("a"), []);
});
