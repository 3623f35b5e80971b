import { assert, assertEquals } from "@std/assert";
import { ResumingWebSocket } from "../../lib/client/client.ts";
import { numbers, oneOf, type Random } from "../support/numbers.ts";
import { ID, MARK } from "../support/session_peer.ts";

/** A connection of which the test decides what happens; no code may be told to it that a browser refuses. */
class FakeSocket {
  static made: FakeSocket[] = [];
  readonly url = "ws://nowhere/";
  protocol = "";
  onopen = () => {};
  onmessage = (_: { data: unknown }) => {};
  onclose = (_: { code: number; reason: string; wasClean: boolean }) => {};

  constructor() {
    FakeSocket.made.push(this);
  }

  send(): void {}

  close(code = 1000): void {
    assert(code === 1000 || code >= 3000 && code < 5000, `closed with ${code}`);
  }
}

const VALUES = [
  ...[0, 0, 1, 2, -1, 0.5, 1e308, 2 ** 53, "1", "", ID, "x".repeat(200)],
  ...[null, true, [], {}, [1], [ID], undefined],
];
const CODES = [0, 1000, 1001, 1006, 1008, 1012, 4410];
const MOST = 500;

/** A message of a server, most of them wrong. */
function messageOf(random: Random): unknown {
  const value = () => oneOf(random, VALUES);
  const right = { session: ID, received: 0, sent: 0, bytes: 100, subprotocol: "" };
  const fields = Object.keys(right).filter(() => random(4) === 0);
  const wrong = Object.fromEntries(fields.map((name) => [name, value()]));
  return oneOf<unknown>(random, [
    ...["", "text", MARK, MARK + MARK, `${MARK}{`, `${MARK}null`, `${MARK}[]`],
    ...[new ArrayBuffer(3), new Blob(["a"])],
    MARK + JSON.stringify({ ack: value() }),
    MARK + JSON.stringify(right),
    MARK + JSON.stringify({ ...right, ...wrong }),
  ]);
}

/** Does anything to a client, whose server says anything: it fails in no way, keeps no more than it may, and ends once. */
export async function fuzzClient(seed: number): Promise<void> {
  const random = numbers(seed);
  const kept = oneOf(random, [`${ID} 3`, "x", null]);
  FakeSocket.made = [];
  const socket = new ResumingWebSocket("ws://nowhere/", [], {
    WebSocket: FakeSocket,
    store: { getItem: () => kept, setItem() {}, removeItem() {} },
    maxBuffer: MOST,
  });
  let ends = 0;
  socket.onclose = () => ends++;
  const last = () => FakeSocket.made.at(-1) as FakeSocket;
  const deeds = [
    () => {
      last().protocol = oneOf(random, ["stdws.resume.v1", "stdws.resume.v1", ""]);
      last().onopen();
    },
    () => last().onmessage({ data: messageOf(random) }),
    () => last().onmessage({ data: messageOf(random) }),
    () => socket.readyState !== 0 && socket.bufferedAmount < MOST && socket.send("x"),
    () => last().onclose({ code: oneOf(random, CODES), reason: "", wasClean: random(2) === 0 }),
    () => globalThis.dispatchEvent(new Event("online")),
    () => random(8) === 0 && socket.close(),
  ];
  for (let count = random(16); count > 0; count--) {
    oneOf<() => unknown>(random, deeds)();
    assert(socket.bufferedAmount <= MOST + 65);
    // The end is told in a turn of its own.
    if (socket.readyState === 3 && ends === 0) await nextTimer();
    assertEquals(ends, socket.readyState === 3 ? 1 : 0);
  }
  socket.close();
  last().onclose({ code: 1006, reason: "", wasClean: false });
  // Where something is left to be sent, the second one is for whoever does not wait for that.
  socket.close();
  if (ends === 0) await nextTimer();
  assertEquals([socket.readyState, ends], [3, 1]);
}

/** Lets the timers of this turn run. */
function nextTimer(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
