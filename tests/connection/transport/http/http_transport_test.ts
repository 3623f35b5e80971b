import { assertEquals } from "@std/assert";
import { Batch } from "../../../../lib/base/batch.ts";
import { Events } from "../../../../lib/connection/transport/http/events.ts";
import {
  HttpTransport,
  type HttpTransportOptions,
} from "../../../../lib/connection/transport/http/http_transport.ts";
import { PlainForm } from "../../../../lib/connection/transport/http/plain_form.ts";
import { Upload, type UploadOptions } from "../../../../lib/connection/transport/http/upload.ts";
import type { TransportEvents } from "../../../../lib/contract.ts";
import { FakeTimers, settle } from "../../../base/fake_timers.ts";
import { Told } from "../transport_pair.ts";

/** A transport that listens, with what it tells. */
class Listening {
  readonly told: string[];
  readonly leave = new AbortController();
  readonly transport: HttpTransport;

  /** @param more What its connection answers beside. */
  constructor(
    options: Partial<HttpTransportOptions> = {},
    more: (transport: HttpTransport) => Partial<TransportEvents> = () => ({}),
  ) {
    const told = new Told();
    this.told = told.all;
    const left = this.leave.signal;
    const form = new PlainForm(false);
    const transport = this.transport = new HttpTransport({
      form,
      left,
      pingMs: 0,
      port: 0,
      ...options,
    });
    transport.listen(Object.assign(told, more(transport)));
  }

  send(text: string): void {
    this.transport.send(Batch.of(text));
  }

  text(): Promise<string> {
    return new Response(this.transport.body).text();
  }
}

function upload(text: string, options: Partial<UploadOptions> = {}): Upload {
  const all = { binary: false, streams: true, holdsBack: true, maxFrameSize: 0, ...options };
  return new Upload(new Response(text).body, all);
}

/** A connection whose handler answers who has sent all. */
const ANSWERS = (transport: HttpTransport) => ({
  answersEnd: true,
  ended: () => transport.close(1000, ""),
});

Deno.test("HttpTransport ends the body with 1000, and breaks it off with any other code", async () => {
  const [one, two] = [new Listening(), new Listening()];
  for (const { transport } of [one, two]) transport.send(Batch.of("a"));
  one.transport.close(1000, "");
  two.transport.close(4003, "exit status 3");
  one.send("late");
  assertEquals(await one.text(), "a\n");
  assertEquals(await two.text().catch((error) => error), "Closed with 4003 exit status 3");
  assertEquals(one.told, ["opened", "closed 1000"]);
  assertEquals(two.told, ["opened", "closed 4003 exit status 3"]);
});

Deno.test("HttpTransport says the end of events as the last of them", async () => {
  const listening = new Listening({ form: new Events() });
  listening.transport.close(4003, "no");
  const end = 'id: over\nevent: close\ndata: {"code":4003,"reason":"no"}\n\n';
  assertEquals(await listening.text(), `retry: 1000\n\n${end}`);
});

Deno.test("HttpTransport tells 1006 where its client leaves, before it was open as well", async () => {
  const [engine, signal] = [new Listening(), new Listening()];
  await engine.transport.body.cancel();
  signal.leave.abort();
  await settle();
  for (const { told } of [engine, signal]) assertEquals(told, ["opened", "closed 1006"]);
  const gone = new Listening({ left: AbortSignal.abort() });
  await settle();
  assertEquals(gone.told, ["closed 1006"]);
});

Deno.test("HttpTransport gives a client that takes nothing so long, and tells what is lost", async () => {
  using timers = new FakeTimers();
  const listening = new Listening();
  listening.send("abc");
  listening.transport.close(1000, "", 5_000);
  await timers.pass(4_000);
  assertEquals(listening.told, ["opened"]);
  await timers.pass(2_000);
  assertEquals([listening.told, timers.pending], [["opened", "lost 4", "closed 1006"], 0]);
});

Deno.test("HttpTransport that is closed once more gives less time, and never more", async () => {
  using timers = new FakeTimers();
  const [shorter, longer] = [new Listening(), new Listening()];
  for (const { transport } of [shorter, longer]) {
    transport.send(Batch.of("abc"));
    transport.close(1000, "", 5_000);
  }
  await timers.pass(3_000);
  shorter.transport.close(1001, "", 1_000);
  longer.transport.close(1001, "", 60_000);
  await timers.pass(1_000);
  assertEquals(shorter.told, ["opened", "lost 4", "closed 1006"]);
  assertEquals(longer.told, ["opened"]);
  await timers.pass(1_000);
  assertEquals([longer.told, timers.pending], [["opened", "lost 4", "closed 1006"], 0]);
});

Deno.test("HttpTransport pings who is sent nothing else, and drops who takes none", async () => {
  using timers = new FakeTimers();
  const quiet = new Listening({ form: new Events() });
  const reader = quiet.transport.body.getReader();
  const next = async () => new TextDecoder().decode((await reader.read()).value);
  assertEquals(await next(), "retry: 1000\n\n");
  await timers.pass(15_000);
  assertEquals(await next(), ":\n\n");
  // However long nothing of it is taken.
  await timers.pass(60_000);
  assertEquals(quiet.told, ["opened"]);
  const stuck = new Listening({ pingMs: 1_000 });
  stuck.send("a");
  await timers.pass(1_000);
  assertEquals(stuck.told, ["opened"]);
  await timers.pass(2_000);
  assertEquals(stuck.told.slice(1), ["end 1001 No answer to pings", "lost 2", "closed 1006"]);
  await reader.cancel();
  await settle();
  assertEquals(timers.pending, 0);
});

Deno.test("HttpTransport says that its client has no WebSocket, and cannot ping it", () => {
  const { transport, leave } = new Listening();
  assertEquals([transport.isPlain, "ping" in transport], [true, false]);
  leave.abort();
});

Deno.test("HttpTransport has an upload answered by what is sent until it is closed", async () => {
  const listening = new Listening({ upload: upload("a\nb") }, ANSWERS);
  const { transport } = listening;
  listening.send("c");
  await transport.begun;
  assertEquals([transport.unsaid, transport.isMute], [undefined, false]);
  assertEquals(await listening.text(), "c\n");
  assertEquals(listening.told, ["opened", "received a", "received b", "closed 1000"]);
});

Deno.test("HttpTransport says how an upload was closed where nothing was sent", async () => {
  const { transport } = new Listening({ upload: upload("a") }, (transport) => ({
    ...ANSWERS(transport),
    received: () => transport.close(1013, "Too much"),
  }));
  await transport.begun;
  assertEquals(transport.unsaid, { code: 1013, reason: "Too much" });
});

Deno.test("HttpTransport sends nothing to who only says something", async () => {
  const { transport, told } = new Listening({ upload: upload("a") }, (transport) => ({
    opened: () => transport.send(Batch.of("hello")),
    received: () => transport.send(Batch.of("you said")),
  }));
  await transport.begun;
  await settle();
  assertEquals([transport.unsaid, transport.isMute], [{ code: 1000, reason: "" }, true]);
  assertEquals([told, transport.bufferedAmount], [["closing 1000", "closed 1000"], 0]);
});

Deno.test("HttpTransport reads no further while it is paused", async () => {
  const listening = new Listening({ upload: upload("a\nb\n") }, (transport) => ({
    ...ANSWERS(transport),
    opened: () => void transport.pause(),
  }));
  await settle();
  assertEquals(listening.told, []);
  listening.transport.resume();
  await listening.transport.begun;
  await settle();
  assertEquals(listening.told, ["received a, b", "closed 1000"]);
});

/** Bodies, by what the messages are. */
const BODIES: [options: Partial<UploadOptions>, text: string, told: string[]][] = [
  [{}, "", []],
  [{}, "a\r\n\nb", ["received a,", "received b"]],
  [{ binary: true }, "a\nb", ["received 97,10,98"]],
  [{ binary: true, maxFrameSize: 2 }, "abc", ["received 97,98", "received 99"]],
  [{ binary: true, streams: false }, "abc", ["received 97,98,99"]],
  [{ binary: true, streams: false, maxFrameSize: 2 }, "abc", [
    "end 1009 A message may have 2 bytes",
  ]],
  [{ maxFrameSize: 2 }, "ab\nabc", ["received ab", "tooLarge"]],
];
for (const [options, text, told] of BODIES) {
  Deno.test(`Upload makes messages of ${JSON.stringify([text, options])}`, async () => {
    const all = new Told();
    await upload(text, options).run(all, false);
    assertEquals(all.all.map((words) => words.replace(/\s+$/, "")), told);
  });
}

Deno.test("HttpTransport takes a body that breaks off for a client that has left", async () => {
  const body = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error("broken") });
  const options = { binary: false, streams: true, holdsBack: true, maxFrameSize: 0 };
  const listening = new Listening({ upload: new Upload(body, options) }, ANSWERS);
  await listening.transport.begun;
  await settle();
  assertEquals(listening.told, ["opened", "failed: broken", "closed 1006"]);
});
