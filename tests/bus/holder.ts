/**
 * A server that holds a name, for a test that stops it: `holds`, then `over` at its end, and what its bus brings.
 *
 * @module
 */
import { Log } from "../../lib/base/log.ts";
import { RedisBus } from "../../lib/bus/redis/redis_bus.ts";

const [url = ""] = Deno.args;
const say = (text: string) => Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));

await using bus = await RedisBus.open(url, { log: new Log() });
bus.watch({
  received: (payload) => void say(`received ${new TextDecoder().decode(payload)}`),
  left: () => void say("left"),
});
const claim = await bus.claim("name");
claim.over.addEventListener("abort", () => say("over"));
bus.subscribe("room", {
  began: () => void say(`holds ${claim.fence} ${bus.self}`),
  entry: ({ payload }) => void say(`entry ${new TextDecoder().decode(payload)}`),
  cast() {},
  lost() {},
});
await new Promise((resolve) => Deno.addSignalListener("SIGTERM", () => resolve(undefined)));
