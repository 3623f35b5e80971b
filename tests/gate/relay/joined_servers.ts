import { shareTurn } from "../../../lib/base/share_turn.ts";
import { MemoryBuses, type MemoryBusesOptions } from "../../../lib/bus/local/memory_buses.ts";
import type { LocalBus } from "../../../lib/bus/local/local_bus.ts";
import type { Route } from "../../../lib/gate/route.ts";
import { serve, type ServeOptions, type Server } from "../../../lib/serve.ts";

/** One of {@linkcode JoinedServers}. */
export interface Joined {
  readonly server: Server;
  readonly bus: LocalBus;
  /** Its address, with a slash behind it. */
  readonly url: string;
}

/** Several servers in one process that are one. */
export class JoinedServers implements AsyncDisposable {
  readonly buses: MemoryBuses;
  readonly all: Joined[] = [];

  constructor(options?: MemoryBusesOptions) {
    this.buses = new MemoryBuses(options);
  }

  /** @param routes Makes the routes of each. */
  static async start(
    count: number,
    routes: () => readonly Route[],
    options: Partial<ServeOptions> = {},
  ): Promise<JoinedServers> {
    const servers = new JoinedServers();
    for (let index = 0; index < count; index++) await servers.add(routes(), options);
    return servers;
  }

  /** Starts another one. */
  async add(routes: readonly Route[], options: Partial<ServeOptions> = {}): Promise<Joined> {
    const bus = this.buses.join();
    const server = await serve({
      port: 0,
      addresses: ["127.0.0.1"],
      engine: "node",
      ...options,
      routes,
      bus,
    });
    const joined = { server, bus, url: String(server.addresses[0]) };
    this.all.push(joined);
    return joined;
  }

  /** The address of one. */
  url(index: number): string {
    return (this.all[index] as Joined).url;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.all.map(({ server }) => server.shutdown()));
    await this.buses[Symbol.asyncDispose]();
    // The timer of a rest is nobody's after this.
    await shareTurn(performance.now());
  }
}
