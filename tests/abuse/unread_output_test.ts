import { assertEquals } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { abuse } from "./abuse.ts";
import { possessionsOf } from "./possessions.ts";

const LINES = 50_000;

// Half of them when it was pinged twice, which nobody is who has not answered the first time.
const HALVES = `seq 1 ${LINES / 2}; read -r pinged; seq ${LINES / 2 + 1} ${LINES}`;

abuse("a client that reads what a program writes, and answers pings", async (attack) => {
  await using server = await attack.start(["--pingms=2000", "--", "sh", "-c", HALVES]);
  using client = await RawClient.open(server.url);
  let [next, pings] = [1, 0];
  for (;;) {
    const received = await client.next();
    if (received.kind === "text") assertEquals(received.data, `${next++}`);
    else if (received.kind === "ping") {
      await client.frame(0x8a, received.data);
      if (++pings === 2) await client.send("pinged twice");
    } else {
      assertEquals(received.kind === "close" && received.code, 1000);
      break;
    }
  }
  assertEquals([next - 1, pings >= 2], [LINES, true]);
  attack.note({ counted: LINES });
});

abuse(
  "a client that reads nothing of what a program writes, and answers no pings",
  async (attack) => {
    await using server = await attack.start([
      "--pingms=200",
      "--route=/yes=process yes 'a line'",
      "--route=/first=process true",
    ]);
    {
      using first = await RawClient.open(`${server.url}first`);
      await first.rest();
    }
    await server.stdout.until(/first' .* DISCONNECT$/);
    const before = possessionsOf(server.pid);
    {
      using _stuck = await RawClient.open(`${server.url}yes`);
      await server.stdout.until(/yes' .* DISCONNECT$/);
    }
    await attack.isAsBefore(server, before);
  },
);
