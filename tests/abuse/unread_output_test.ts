import { assertEquals } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { abuse } from "./abuse.ts";
import { possessionsOf } from "./possessions.ts";

const LINES = 50_000;

abuse("a client that reads what a program writes, and answers pings", async (attack) => {
  await using server = await attack.start(["--pingms=1000", "seq", "1", `${LINES}`]);
  using client = await RawClient.open(server.url);
  let next = 1;
  for (;;) {
    const received = await client.next();
    if (received.kind === "text") assertEquals(received.data, `${next++}`);
    else if (received.kind === "ping") await client.frame(0x8a, received.data);
    else {
      assertEquals(received.kind === "close" && received.code, 1000);
      break;
    }
  }
  assertEquals(next - 1, LINES);
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
