import { lookup } from "node:dns/promises";
import { Libc } from "../base/libc.ts";
import type { Bound, Engine, EngineName, Place } from "../listen/engine.ts";
import type { HeldPlace } from "../listen/held_place.ts";
import { listenAt } from "../listen/listen_at.ts";
import type { ListenOptions } from "../listen/listen.ts";
import { tcpAddresses } from "../listen/tcp_addresses.ts";
import { listenOnUnixSocket } from "../listen/unix_socket.ts";
import type { AdminPlace } from "../options/admin_place.ts";

/** Where workers listen, and how many there are. */
export interface HeldOptions {
  readonly listen: ListenOptions;
  /** The port that is listened on where `listen` says none. */
  readonly port: number;
  readonly admin: AdminPlace | undefined;
  readonly count: number;
  readonly engine: EngineName;
}

/**
 * The sockets that the parent holds for its workers, so that what waits in them outlasts a worker: a TCP port has one
 * for each (SO_REUSEPORT), among which the system divides the connections; a Unix socket and the port of the admin are
 * one for all. On the engine native, which listens on no descriptor, the parent only keeps the port.
 */
export class HeldSockets implements Disposable {
  /** The places of each worker, in the order of their numbers. */
  readonly places: readonly HeldPlace[][];
  readonly #libc = new Libc();
  readonly #engine: EngineName;
  readonly #descriptors: number[] = [];
  readonly #paths: string[] = [];
  /** Sockets that a worker has to itself, in the order of their numbers. */
  readonly #own: number[][];

  private constructor(count: number, engine: EngineName) {
    this.places = Array.from({ length: count }, () => []);
    this.#own = Array.from({ length: count }, () => []);
    this.#engine = engine;
  }

  /**
   * Makes them.
   *
   * @throws {ListenError} If one of them cannot be listened on; then none is.
   */
  static async hold({ listen, port, admin, count, engine }: HeldOptions): Promise<HeldSockets> {
    const held = new HeldSockets(count, engine);
    try {
      const one = held.#holder(true);
      if (admin && "unixSocket" in admin) {
        await listenOnUnixSocket(one, { path: admin.unixSocket }, undefined);
      } else if (admin && "hostname" in admin) {
        await listenAt(one, admin.hostname, admin.port, undefined);
      }
      if (listen.unixSocket) await listenOnUnixSocket(one, listen.unixSocket, undefined);
      const each = held.#holder(false);
      for (const address of tcpAddresses(listen)) {
        await listenAt(each, address, port, undefined);
        const { redirectPort } = listen;
        if (redirectPort !== undefined) await listenAt(each, address, redirectPort, undefined);
      }
      return held;
    } catch (error) {
      held[Symbol.dispose]();
      throw error;
    }
  }

  /** Starts a process that inherits the sockets of a worker, beside others; none else does. */
  pass<T>(number: number, others: readonly number[], start: () => T): T {
    const places = this.places[number - 1] ?? [];
    const passed = [...places.flatMap(({ fd }) => fd ?? []), ...others];
    try {
      for (const fd of passed) this.#libc.passOn(fd);
      // The runtime has started it when it returns.
      return start();
    } finally {
      for (const fd of passed) this.#libc.keepFromPrograms(fd);
    }
  }

  /**
   * Has the system give nobody to a worker that cannot be started, but to the others, until it listens by itself: who
   * came to its own sockets would wait for as long as that takes.
   */
  rest(number: number): void {
    for (const fd of this.#own[number - 1] ?? []) {
      if (this.#libc.isListening(fd)) this.#libc.unlisten(fd);
    }
  }

  [Symbol.dispose](): void {
    for (const fd of this.#descriptors.splice(0)) this.#libc.close(fd);
    for (const path of this.#paths.splice(0)) {
      try {
        Deno.removeSync(path);
      } catch {
        // Somebody has removed it.
      }
    }
    this.#libc[Symbol.dispose]();
  }

  /** An engine that makes sockets and accepts nothing: one for all workers, or one for each. */
  #holder(isShared: boolean): Engine {
    return {
      listen: async (place) => {
        if ("path" in place) return this.#holdPath(place);
        if (!("port" in place)) throw new Error("it is a descriptor already");
        return await this.#holdPort(place, isShared);
      },
    };
  }

  #holdPath({ path }: Place & { readonly path: string }): Bound {
    if (this.#engine === "native") {
      throw new Error("workers share it with --engine=node alone");
    }
    const fd = this.#keep(this.#libc.listenUnix(path));
    this.#paths.push(path);
    for (const places of this.places) places.push({ asked: { path }, port: 0, fd });
    return boundAt(0);
  }

  async #holdPort(
    { hostname, port: asked }: { readonly hostname: string; readonly port: number },
    isShared: boolean,
  ): Promise<Bound> {
    const { address } = await lookup(hostname);
    const port = this.#probe(address, asked);
    const listens = this.#engine !== "native";
    const make = () => {
      const fd = this.#keep(this.#libc.bindTcp(address, port, !(isShared && listens)));
      if (listens) this.#libc.listen(fd);
      return fd;
    };
    const one = isShared || !listens ? make() : undefined;
    for (const [at, places] of this.places.entries()) {
      const fd = one ?? make();
      if (one === undefined) this.#own[at]?.push(fd);
      places.push({ asked: { hostname, port: asked }, port, ...(listens ? { fd } : {}) });
    }
    return boundAt(port);
  }

  /**
   * Finds out whether a port can be had: with SO_REUSEPORT, that of another server of the same user could be as well.
   *
   * @returns The port, where 0 takes a free one.
   */
  #probe(address: string, asked: number): number {
    const fd = this.#libc.bindTcp(address, asked, false);
    try {
      return this.#libc.portOf(fd);
    } finally {
      this.#libc.close(fd);
    }
  }

  #keep(fd: number): number {
    this.#descriptors.push(fd);
    return fd;
  }
}

function boundAt(port: number): Bound {
  return { port, shutdown: () => Promise.resolve() };
}
