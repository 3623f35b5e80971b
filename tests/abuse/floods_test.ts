import { assert } from "@std/assert";
import { frame, RawClient } from "../support/client.ts";
import { abuse, type Attack } from "./abuse.ts";
import { Flood } from "./flood.ts";
import { possessionsOf } from "./possessions.ts";
import { QuietClient } from "./quiet_client.ts";

const MIB = 2 ** 20;
const RATE = 8 * MIB;

const encoder = new TextEncoder();

const LETTER = encoder.encode("a");

/** A message in a thousand parts of one character. */
const PARTS = Uint8Array.from([
  ...frame(0x01, LETTER),
  ...Array.from({ length: 998 }, () => [...frame(0x00, LETTER)]).flat(),
  ...frame(0x80, LETTER),
]);

/** Frames as they are sent over and over. */
const FRAMES: Record<string, Uint8Array> = {
  "empty messages": frame(0x82, new Uint8Array(0)),
  "messages of one character": frame(0x81, LETTER),
  "messages of 100 bytes": frame(0x82, new Uint8Array(100)),
  "messages in a thousand parts": PARTS,
  "text and binary in turn": Uint8Array.from([...frame(0x81, LETTER), ...frame(0x82, LETTER)]),
  "empty pings": frame(0x89, new Uint8Array(0)),
  "pings of 125 bytes": frame(0x89, new Uint8Array(125)),
  "pongs": frame(0x8a, LETTER),
};

const ROUTES = ["process cat", "broadcast"];
const OTHER_ROUTES = ["shared cat", "echo"];

/** At the rate of the first seconds of a flood, and from several as fast as the server takes it. */
const WAYS = [
  { clients: 1, rate: RATE, amount: 8 * MIB, who: "a client that sends", how: "at 8 MB/s" },
  {
    clients: 4,
    amount: 32 * MIB,
    who: "four clients that send",
    how: "as fast as they can",
  },
];

for (const [what, frames] of Object.entries(FRAMES)) {
  const isUsual = what === "messages of one character";
  for (const route of isUsual ? [...ROUTES, ...OTHER_ROUTES] : ROUTES) {
    for (const { amount, who, how, ...options } of WAYS) {
      // The runtime queues all that it reads.
      const engines = options.clients > 1 ? ["node" as const] : undefined;
      abuse(`${who} ${what} to \`${route}\` ${how}`, async (attack) => {
        await using server = await attack.start([`--route=/flood=${route}`, "--route=/quiet=echo"]);
        using _first = await RawClient.open(`${server.url}flood`);
        const before = possessionsOf(server.pid);
        {
          await using quiet = await QuietClient.connect(`${server.url}quiet`);
          await using flood = await Flood.start(`${server.url}flood`, frames, options);
          await flood.sent(amountFor(attack, frames, amount));
          assert(quiet.count > 0, "nobody was answered meanwhile");
          attack.note({ longestWait: quiet.longestWait });
        }
        await attack.isAsBefore(server, before);
      }, engines ? { engines } : {});
    }
  }
}

// The runtime takes some 20 µs for each message: 8 MB of the smallest are half a minute of a processor.
function amountFor(attack: Attack, frames: Uint8Array, amount: number): number {
  const isDear = attack.engine === "native" && frames.length < 20;
  return isDear && !attack.isMeasured ? amount / 4 : amount;
}
