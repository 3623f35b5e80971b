import { assertEquals } from "@std/assert";
import { Log } from "../../../../lib/base/log.ts";
import type { Bus, BusWatcher } from "../../../../lib/bus/bus.ts";
import { Links } from "../../../../lib/connection/transport/relay/links.ts";
import { KIND, RelayReader } from "../../../../lib/connection/transport/relay/relay_frame.ts";

Deno.test("Links tells a server that comes back that nothing from before counts, whatever was known of it", () => {
  let watcher: BusWatcher = {};
  const peers = new Set<string>();
  const sent: [peer: string, kind: number][] = [];
  const bus: Partial<Bus> = {
    self: "here",
    peers,
    bufferedAmount: 0,
    watch(given) {
      watcher = given;
      return { [Symbol.dispose]() {} };
    },
    send: (peer, frame) => void sent.push([peer, new RelayReader(frame).kind]),
  };
  using _links = new Links(bus as Bus, { log: new Log(), serve() {} });
  peers.add("there");
  watcher.joined?.("there");
  assertEquals(sent, []);
  peers.delete("there");
  watcher.left?.("there");
  peers.add("there");
  watcher.joined?.("there");
  assertEquals(sent, [["there", KIND.reset]]);
});
