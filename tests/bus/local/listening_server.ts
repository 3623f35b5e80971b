/**
 * A server of its own process that listens to the topic `room`: writes `began`, and when it has heard `end`, how many
 * messages it was brought, how many it was told to be lost, and the number of the next one.
 *
 *     listening_server.ts SOCKET
 *
 * @module
 */
import { LocalBus } from "../../../lib/bus/local/local_bus.ts";
import { Link } from "../../../lib/workers/link.ts";

const write = (line: string) => Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));

const link = new Link(await Deno.connect({ transport: "unix", path: Deno.args[0] ?? "" }));
const bus = new LocalBus(link.channels.bus);
let brought = 0;
let missing = 0;
bus.subscribe("room", {
  began: () => write("began"),
  entry({ payload, mark }) {
    brought++;
    if (payload.length === 3) write(`${brought} ${missing} ${mark.number + 1}`);
  },
  cast() {},
  lost: (count) => missing += count ?? NaN,
});
