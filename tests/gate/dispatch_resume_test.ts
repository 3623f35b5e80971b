import { assert, assertEquals } from "@std/assert";
import { Batch } from "../../lib/base/batch.ts";
import { GOODBYE_TIMEOUT } from "../../lib/base/limits.ts";
import { connectionOf } from "../../lib/connection/connection_of.ts";
import type { Ticket } from "../../lib/connection/ticket.ts";
import type { Handler, TransportEvents } from "../../lib/contract.ts";
import { Dispatcher } from "../../lib/gate/dispatch.ts";
import type { DispatchOptions } from "../../lib/gate/dispatch_options.ts";
import { fakeRequest } from "../base/fake_request.ts";
import { CapturedLog } from "../base/captured_log.ts";
import { FakeTransport } from "../connection/fake_transport.ts";

const EXCHANGE = { body: null, left: new AbortController().signal };

/** A transport that is open, and what takes its events. */
interface Opened {
  readonly ticket: Ticket;
  readonly transport: FakeTransport;
  readonly events: TransportEvents;
}

/** A server whose engine the test plays. */
class Played {
  readonly told: string[] = [];
  readonly dispatcher: Dispatcher;

  constructor(options: Partial<DispatchOptions> = {}) {
    this.dispatcher = new Dispatcher({
      routes: [{ path: "*", handler: this.handler("a") }],
      resume: 60_000,
      ...options,
    });
  }

  handler(name: string): Handler {
    return {
      accept: (request) => {
        this.told.push(`${name} accept ${request.headers.get("sec-websocket-protocol") ?? ""}`);
        return {
          open: () => ({
            message: (data) => void this.told.push(`${name} ${data}`),
            close: (code) => void this.told.push(`${name} close ${code}`),
          }),
        };
      },
      [Symbol.asyncDispose]: () => {
        this.told.push(`${name} dispose`);
        return Promise.resolve();
      },
    };
  }

  async ask(...protocols: string[]): Promise<Response | Ticket> {
    return await this.dispatcher.dispatch(
      fakeRequest({
        headers: {
          Upgrade: "websocket",
          Connection: "Upgrade",
          "Sec-WebSocket-Version": "13",
          "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
          "Sec-WebSocket-Protocol": protocols.join(", "),
        },
      }),
      EXCHANGE,
    );
  }

  async open(...protocols: string[]): Promise<Opened> {
    const ticket = await this.ask(...protocols);
    assert(!(ticket instanceof Response));
    const transport = new FakeTransport();
    const events = connectionOf(transport, ticket, this.dispatcher);
    events.opened();
    return { ticket, transport, events };
  }

  async begin(...protocols: string[]): Promise<Opened & { readonly id: string }> {
    const opened = await this.open("stdws.resume.v1", ...protocols);
    const { session } = JSON.parse(String(opened.transport.sent.shift()).slice(1));
    return { ...opened, id: session };
  }

  async back(id: string, received: number): Promise<Opened> {
    const opened = await this.open("stdws.resume.v1", `stdws.resume.v1.session.${id}`);
    opened.events.received(Batch.of(`\x10${JSON.stringify({ received })}`));
    return opened;
  }
}

async function statusOf(decision: Promise<Response | Ticket>): Promise<number> {
  const answer = await decision;
  assert(answer instanceof Response);
  await answer.body?.cancel();
  return answer.status;
}

Deno.test("Dispatcher asks no handler about a client that comes back", async () => {
  const played = new Played();
  const { id, events, ticket } = await played.begin("chat");
  assertEquals(ticket.headers, [["Sec-WebSocket-Protocol", "stdws.resume.v1"]]);
  events.closed(1006, "");
  const back = await played.back(id, 0);
  assertEquals(back.ticket.headers, ticket.headers);
  back.events.received(Batch.of("hello"));
  back.events.closed(1000, "");
  assertEquals(played.told, ["a accept chat", "a hello", "a close 1000"]);
  assertEquals(played.dispatcher.roster.size, 0);
});

Deno.test("Dispatcher leaves a session with its handler when the routes are others", async () => {
  const played = new Played();
  const { id, events } = await played.begin();
  played.dispatcher.replaceRoutes([{ path: "*", handler: played.handler("b"), resume: 0 }]);
  events.closed(1006, "");
  const back = await played.back(id, 0);
  back.events.received(Batch.of("hello"));
  assertEquals(played.told, ["a accept ", "a hello"]);
  back.events.closed(1000, "");
  assertEquals(played.told.slice(2), ["a close 1000", "a dispose"]);
  // And now there is none.
  const plain = await played.open("stdws.resume.v1", `stdws.resume.v1.session.${id}`);
  assertEquals([plain.ticket.headers, plain.transport.sent], [[], []]);
  plain.events.closed(1000, "");
});

Deno.test("Dispatcher counts who comes back for its rate, and not once more for its connections", async () => {
  using _log = new CapturedLog("error");
  const rate = { perSecond: 0.001, burst: 2 };
  const played = new Played({ maxConnections: 1, maxPerIp: 1, connectRate: rate });
  const { id, events } = await played.begin();
  const back = await played.back(id, 0);
  assertEquals(await statusOf(played.ask("stdws.resume.v1")), 429);
  assertEquals(
    await statusOf(played.ask("stdws.resume.v1", `stdws.resume.v1.session.${id}`)),
    429,
  );
  events.closed(1006, "");
  back.events.closed(1000, "");
  // It has a line to say later of those that were refused.
  played.dispatcher.floodLog.flush();
});

Deno.test("Dispatcher that serves one connection lets its client come back", async () => {
  using _log = new CapturedLog("error");
  const played = new Played({ once: true });
  const { id, events } = await played.begin();
  events.closed(1006, "");
  assertEquals(await statusOf(played.ask()), 503);
  const back = await played.back(id, 0);
  back.events.closed(1000, "");
  assertEquals(played.told, ["a accept ", "a close 1000"]);
});

Deno.test("Dispatcher gives who comes by somebody else's session, and is not counted, no time to stay", async () => {
  using _log = new CapturedLog();
  const played = new Played();
  played.dispatcher.replaceRoutes([
    { path: "/other", handler: played.handler("b") },
    { path: "*", handler: played.handler("a") },
  ]);
  const { id, events } = await played.begin();
  const request = fakeRequest({
    target: "/other",
    headers: {
      Upgrade: "websocket",
      Connection: "Upgrade",
      "Sec-WebSocket-Version": "13",
      "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
      "Sec-WebSocket-Protocol": `stdws.resume.v1, stdws.resume.v1.session.${id}`,
    },
  });
  const ticket = await played.dispatcher.dispatch(request, EXCHANGE);
  assert(!(ticket instanceof Response));
  const transport = new FakeTransport();
  const other = connectionOf(transport, ticket, played.dispatcher);
  other.opened();
  assertEquals(transport.closed, ["4410 The session is not known"]);
  assertEquals(transport.patience, [GOODBYE_TIMEOUT]);
  other.closed(1006, "");
  events.closed(1000, "");
});

Deno.test("Dispatcher closes with 4410 who comes back to nothing", async () => {
  const played = new Played();
  const { ticket, transport, events } = await played.open(
    "stdws.resume.v1",
    "stdws.resume.v1.session.unknown",
  );
  assertEquals(ticket.headers, [["Sec-WebSocket-Protocol", "stdws.resume.v1"]]);
  assertEquals([transport.sent, transport.closed], [[], ["4410 The session is not known"]]);
  events.closed(4410, "");
  assertEquals(played.told, []);
});

Deno.test("Dispatcher lets nobody come back when it is closing", async () => {
  using _log = new CapturedLog("error");
  const played = new Played();
  const { id, events } = await played.begin();
  events.closed(1006, "");
  const closing = played.dispatcher.close(1001, "Server shutting down", 1_000);
  assertEquals(
    await statusOf(played.ask("stdws.resume.v1", `stdws.resume.v1.session.${id}`)),
    503,
  );
  await closing;
  assertEquals(played.told, ["a accept ", "a close 1006", "a dispose"]);
});

Deno.test("Dispatcher makes no session for a client that offers none", async () => {
  const played = new Played();
  const { ticket, transport, events } = await played.open("chat");
  assertEquals([ticket.resume, ticket.headers, transport.sent], [undefined, [], []]);
  events.closed(1006, "");
  assertEquals(played.told, ["a accept chat", "a close 1006"]);
});

Deno.test("Dispatcher drops the oldest of what a room has for a client that is away", async () => {
  const played = new Played({ resumeBytes: 16_384 });
  const { id, events } = await played.begin();
  const [member] = played.dispatcher.roster;
  const connection = member as unknown as { deliver(batch: Batch): void };
  connection.deliver(Batch.of("0"));
  events.closed(1006, "");
  for (let count = 1; count <= 20; count++) connection.deliver(Batch.of(`${count}`.padEnd(960)));
  const back = await played.back(id, 1);
  const { sent, lost } = JSON.parse(String(back.transport.sent.shift()).slice(1));
  assertEquals([sent, lost, back.transport.sent.length], [5, 4, 16]);
  assertEquals(member?.facts?.carried.dropped, 5);
  back.events.closed(1000, "");
});
