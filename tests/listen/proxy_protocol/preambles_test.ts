import { assertEquals } from "@std/assert";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Preambles } from "../../../lib/listen/proxy_protocol/preambles.ts";
import { CapturedLog } from "../../base/captured_log.ts";
import { Wire } from "../../support/wire.ts";

Deno.test("Preambles ends a connection whose preamble does not come in time", async () => {
  using log = new CapturedLog();
  const server = createServer();
  using _preambles = new Preambles(server, () => true, 50);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // Nothing, and something that goes on and on.
  for (const bytes of ["", "PROXY TCP4 "]) {
    const known = log.lines.length;
    using wire = await Wire.connect(server.address() as AddressInfo);
    await wire.write(bytes);
    assertEquals(await wire.rest(), "");
    assertEquals(log.messages.slice(known), [
      "ACCESS http: Cannot read the PROXY protocol: it does not come in time",
    ]);
  }
  server.close();
  await once(server, "close");
});
