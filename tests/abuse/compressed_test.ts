import { assert, assertEquals } from "@std/assert";
import { constants, deflateRawSync } from "node:zlib";
import { frame, RawClient } from "../support/client.ts";
import { DeflatingClient } from "../support/deflating_client.ts";
import { bytesFrom, numbers } from "../support/numbers.ts";
import { abuse } from "./abuse.ts";
import { Flood } from "./flood.ts";
import { possessionsOf } from "./possessions.ts";
import { QuietClient } from "./quiet_client.ts";

const MIB = 2 ** 20;
const NODE = { engines: ["node"] } as const;
const headers = { "Sec-WebSocket-Extensions": "permessage-deflate" };

/** So many zeros, in a thousandth of them. */
function zeros(length: number): Uint8Array {
  const bytes = deflateRawSync(new Uint8Array(length), { finishFlush: constants.Z_SYNC_FLUSH });
  return new Uint8Array(bytes.subarray(0, -4));
}

abuse("a client that sends 1 GiB of zeros in 1 MiB (`--compress`)", async (attack) => {
  await using server = await attack.start(["--compress", "--echo"]);
  using _first = await RawClient.open(server.url, { headers });
  const before = possessionsOf(server.pid);
  const part = zeros(64 * MIB);
  const bomb = frame(0xc2, Uint8Array.from(Array.from({ length: 16 }, () => [...part]).flat()));
  for (let count = 0; count < 10; count++) {
    using client = await RawClient.open(server.url, { headers });
    await client.bytes(bomb);
    const { closed } = await client.rest();
    assertEquals(closed.split(" ")[0], "1009");
    await client.close(1009);
  }
  await attack.isAsBefore(server, before);
}, NODE);

abuse("four clients that send 1 MiB in 1 KiB each time, as fast as they can", async (attack) => {
  const routes = ["--route=/flood=echo?compress", "--route=/quiet=echo"];
  await using server = await attack.start(routes);
  using _first = await RawClient.open(`${server.url}flood`, { headers });
  const before = possessionsOf(server.pid);
  {
    await using quiet = await QuietClient.connect(`${server.url}quiet`);
    const frames = frame(0xc2, zeros(MIB));
    await using flood = await Flood.start(`${server.url}flood`, frames, { clients: 4, headers });
    await flood.sent(MIB);
    assert(quiet.count > 0, "nobody was answered meanwhile");
    attack.note({ longestWait: quiet.longestWait });
  }
  await attack.isAsBefore(server, before);
}, NODE);

abuse(
  "100 clients whose messages refer to those before them (`compresscontext`)",
  async (attack) => {
    await using server = await attack.start(["--compress", "--compresscontext", "--echo"]);
    using _first = await RawClient.open(server.url, { headers });
    const before = possessionsOf(server.pid);
    // Longer than a window, so that all of both windows is used.
    const message = bytesFrom(numbers(1), 40_000).toBase64();
    let counted = 0;
    {
      const clients: DeflatingClient[] = [];
      while (clients.length < 100) clients.push(await DeflatingClient.open(server.url));
      for (const turn of [1, 2]) {
        for (const client of clients) client.send(message);
        for (const client of clients) {
          assertEquals((await client.messages(turn)).at(-1), message);
          counted++;
        }
      }
      for (const client of clients) assertEquals(await client.close(), "1000");
    }
    attack.note({ counted });
    await attack.isAsBefore(server, before);
  },
  NODE,
);
