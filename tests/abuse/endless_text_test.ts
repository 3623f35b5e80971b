import { assertEquals } from "@std/assert";
import { frame, RawClient } from "../support/client.ts";
import { abuse } from "./abuse.ts";
import { possessionsOf } from "./possessions.ts";

const MIB = 2 ** 20;
/** More than a string can have. */
const FRAMES = 520;

async function isServed(url: string): Promise<void> {
  using client = await RawClient.open(url);
  await client.send("served");
  assertEquals(await client.text(), "served");
}

abuse("a text in fragments that is longer than any string", async (attack) => {
  await using server = await attack.start(["--maxforks=1", "cat"]);
  // The first program brings something with it that stays.
  await isServed(server.url);
  await server.stdout.until(/ DISCONNECT$/);
  const before = possessionsOf(server.pid);
  {
    using client = await RawClient.open(server.url);
    const payload = new Uint8Array(MIB).fill(0x61);
    const middle = frame(0x00, payload);
    try {
      await client.bytes(frame(0x01, payload));
      for (let sent = 2; sent < FRAMES; sent++) await client.bytes(middle);
      await client.bytes(frame(0x80, payload));
    } catch {
      // An engine that looks at it as it comes has hung up before.
    }
    const end = await client.next();
    if (end.kind === "close" && end.code === 1006) await server.stdout.until(/larger than 1048576/);
    else assertEquals(end.kind === "close" && end.code, 1009);
  }
  // Connection, process and permit are given back.
  await attack.isAsBefore(server, before);
  await isServed(server.url);
});
