import { assert } from "@std/assert";
import { inTime } from "../support/in_time.ts";
import { RawClient } from "../support/client.ts";
import { reset } from "../support/reset.ts";
import { abuse } from "./abuse.ts";
import { possessionsOf } from "./possessions.ts";

const FILES = 256;
const HANDSHAKE = new TextEncoder().encode([
  "GET / HTTP/1.1",
  "Host: server",
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  "\r\n",
].join("\r\n"));

/** Tries to connect until the server lets somebody in, which may take until it expects no more resets. */
async function served(url: string): Promise<void> {
  for (;;) {
    try {
      using client = await RawClient.open(url);
      await client.send("served");
      if (await client.text() === "served") return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

for (const command of [["--echo"], ["cat"]]) {
  abuse(`a thousand handshakes that are reset, with ${FILES} files, ${command}`, async (attack) => {
    await using server = await attack.start(command, { files: FILES });
    await served(server.url);
    const before = possessionsOf(server.pid);
    for (let count = 0; count < 1000; count += 50) {
      await Promise.all(Array.from({ length: 50 }, () => reset(server, HANDSHAKE)));
    }
    attack.note({ counted: 1000 });
    await inTime(served(server.url), () => "an answer after the flood");
    if (attack.engine === "node") return await attack.isAsBefore(server, before);
    const { descriptors, processes } = possessionsOf(server.pid);
    assert(descriptors < FILES - 16, `there are ${descriptors} descriptors`);
    attack.note({ descriptors: descriptors - before.descriptors, processes });
  });
}
