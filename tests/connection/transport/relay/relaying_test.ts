import { assertEquals } from "@std/assert";
import { CapturedLog } from "../../../base/captured_log.ts";
import { Log } from "../../../../lib/base/log.ts";
import { Roster } from "../../../../lib/connection/roster.ts";
import { Relaying } from "../../../../lib/connection/transport/relay/relaying.ts";
import type { Transport } from "../../../../lib/contract.ts";

Deno.test("Relaying of a client that leaves while nobody serves it leaves no timer, and no error in the log", async () => {
  using log = new CapturedLog();
  const asked = Promise.withResolvers<void>();
  const relaying = new Relaying({
    id: "a",
    log: new Log(),
    roster: new Roster(),
    self: "here",
    find() {
      asked.resolve();
      return Promise.resolve(undefined);
    },
    isLasting: true,
    isStale: () => false,
  });
  const left = Promise.withResolvers<void>();
  const transport = { close() {} } as unknown as Transport;
  const events = relaying.attach(transport, { left: left.resolve, abandon: left.resolve });
  events.opened();
  await asked.promise;
  events.closed(1001, "");
  await left.promise;
  // The wait before the next attempt has ended.
  await new Promise((resolve) => setTimeout(resolve));
  assertEquals(log.messages, []);
});
