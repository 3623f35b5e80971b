import { assertEquals, assertStringIncludes } from "@std/assert";
import { MemoryBuses } from "../../lib/bus/local/memory_buses.ts";
import { broadcast, serve } from "../../lib/mod.ts";

Deno.test("serve() with a bus is ready only while its engine can be reached, and counts what crosses it", async () => {
  await using buses = new MemoryBuses();
  const bus = buses.join();
  await using server = await serve({
    port: 0,
    addresses: ["127.0.0.1"],
    routes: [{ path: "*", handler: broadcast() }],
    admin: { at: { hostname: "127.0.0.1", port: 0 } },
    bus,
  });
  using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  const ask = async (path: string) =>
    await (await fetch(`${server.admin}${path}`, { client })).text();
  const socket = new WebSocket(server.addresses[0] ?? "");
  await new Promise((resolve) => socket.onopen = resolve);
  const heard = new Promise((resolve) => socket.onmessage = resolve);
  socket.send("hello");
  await heard;
  assertStringIncludes(await ask("readyz"), "\nbus: ok\n");
  const metrics = await ask("metrics");
  assertStringIncludes(metrics, "stdws_bus_away 0\n");
  assertStringIncludes(metrics, "stdws_bus_published_total 1\n");
  assertStringIncludes(metrics, "stdws_bus_delivered_total 1\n");
  assertStringIncludes(metrics, "stdws_bus_lost_total 0\n");
  assertStringIncludes(metrics, "stdws_bus_waiting_bytes 0\n");
  buses.cut(bus);
  assertEquals(
    (await ask("readyz")).split("\n").find((line) => line.startsWith("bus")),
    "bus: the engine that joins it with others cannot be reached",
  );
  assertStringIncludes(await ask("metrics"), "stdws_bus_away 1\n");
  const closed = new Promise((resolve) => socket.onclose = resolve);
  socket.close();
  await closed;
});
