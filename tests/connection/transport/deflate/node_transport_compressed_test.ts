import { assert, assertEquals } from "@std/assert";
import { constants, deflateRawSync } from "node:zlib";
import { Batch } from "../../../../lib/base/batch.ts";
import type { Compression } from "../../../../lib/connection/transport/deflate/compression.ts";
import { bytesFrom, numbers } from "../../../support/numbers.ts";
import { clientFrame, joined } from "../client_frames.ts";
import { TransportPair } from "../transport_pair.ts";

const MIB = 2 ** 20;

function terms(context: boolean): Compression {
  return {
    answer: "",
    least: 1,
    serverBits: 15,
    serverContext: context,
    clientBits: 15,
    clientContext: context,
  };
}

function deflated(message: string): Uint8Array {
  const bytes = deflateRawSync(message, { finishFlush: constants.Z_SYNC_FLUSH });
  return new Uint8Array(bytes.subarray(0, -4));
}

for (const context of [false, true]) {
  const how = context ? "that refer to others" : "that refer to none";
  Deno.test(`NodeTransport holds back compressed messages ${how} while it is paused`, async () => {
    const compression = terms(context);
    await using pair = await TransportPair.open({ compression }, (told, transport) => {
      if (told === "received 2") transport.pause();
    });
    const frames = Array.from({ length: 9 }, (_, index) => clientFrame(0xc1, deflated(`${index}`)));
    await pair.client.bytes(joined(...frames.slice(0, 5)));
    await pair.told.until("received 2");
    await pair.client.bytes(joined(...frames.slice(5)));
    assertEquals(pair.told.all.length, 4);
    pair.transport.resume();
    await pair.told.until("received 8");
    const received = Array.from({ length: 9 }, (_, index) => `received ${index}`);
    assertEquals(pair.told.all, ["opened", ...received]);
  });
}

Deno.test("NodeTransport counts as waiting what compressed messages take on the wire", async () => {
  await using pair = await TransportPair.open({ compression: terms(false) });
  const { transport } = pair;
  for (let count = 0; count < 10; count++) transport.send(Batch.of(new Uint8Array(MIB)));
  assert(transport.bufferedAmount < MIB, `${transport.bufferedAmount}`);
  transport.send(Batch.of(bytesFrom(numbers(1), MIB)));
  assert(transport.bufferedAmount > MIB, `${transport.bufferedAmount}`);
});
