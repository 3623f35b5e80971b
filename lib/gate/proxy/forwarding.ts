import { Log } from "../../base/log.ts";
import { type Forwarded, isHost, type ProxyHop, type RemoteAddress } from "../../base/request.ts";
import { shown } from "../../base/shown.ts";
import { clientAddress } from "./client_address.ts";
import { forwarded } from "./forwarded.ts";
import type { HeadersSent, HopHeader } from "./hops.ts";
import { TrustedPeers } from "./trusted_peers.ts";
import { xForwarded, xRealIp } from "./x_forwarded.ts";

/** Options of {@linkcode Forwarding}: who is in front of the server. */
export interface ForwardingOptions {
  /**
   * Peers whose word about their clients is believed: addresses, networks as `10.0.0.0/8`, `unix`, `loopback` and
   * `private`; default: nobody's.
   */
  readonly trustProxy?: readonly string[];
  /**
   * The headers that are believed; default `x-forwarded`. Only one kind, because a proxy that sets one passes on what
   * clients write into the others.
   */
  readonly proxyHeaders?: "x-forwarded" | "forwarded" | "x-real-ip";
}

/** The headers that can be believed, by their names in `--proxy-headers`. */
const HEADERS = { "x-forwarded": xForwarded, forwarded, "x-real-ip": xRealIp } as const;

const SCHEMES: ReadonlyMap<string, ProxyHop["scheme"]> = new Map([
  ["http", "http"],
  ["https", "https"],
  // What some proxies write for a WebSocket.
  ["ws", "http"],
  ["wss", "https"],
]);

/** Finds out who a client is that comes by way of proxies. */
export class Forwarding {
  readonly #peers: TrustedPeers;
  readonly #believed: HopHeader;
  #hinted = false;

  /** @param options Those that were checked. */
  constructor({ trustProxy = [], proxyHeaders = "x-forwarded" }: ForwardingOptions) {
    this.#peers = new TrustedPeers(trustProxy);
    this.#believed = HEADERS[proxyHeaders];
  }

  /** Whether the word of a peer is believed. */
  trusts({ address }: RemoteAddress): boolean {
    return this.#peers.has(address);
  }

  /**
   * Finds the client of a request by the word of proxies: of the list to which each has added, from its end as far
   * as those reach which are trusted. Where that cannot be understood, what is known until there counts.
   *
   * @returns undefined where the peer is not trusted: then it is the client.
   */
  find(peer: RemoteAddress, headers: HeadersSent): Forwarded | undefined {
    if (!this.trusts(peer)) return undefined;
    let remote = peer;
    let scheme: ProxyHop["scheme"];
    let host: string | undefined;
    for (const { client, proto, host: name } of this.#believed.hops(headers)) {
      if (proto !== undefined) scheme = SCHEMES.get(proto.toLowerCase()) ?? scheme;
      if (name !== undefined && isHost(name)) host = name;
      const found = client === undefined ? undefined : clientAddress(client);
      if (!found) {
        if (client !== undefined) this.#doubt(remote, client);
        break;
      }
      remote = found;
      if (!this.trusts(found)) break;
    }
    if (remote === peer) this.#hint(peer, headers);
    return { proxy: { remote: peer, scheme }, remote, host };
  }

  #doubt({ address }: RemoteAddress, client: string): void {
    const log = new Log({ remote: address });
    if (!log.enabled("debug")) return;
    log.debug(
      "http",
      `The proxy names a client in ${this.#believed.name} without an address: ${shown(client)}`,
    );
  }

  /** Says once where a proxy speaks in a way that nobody listens to. */
  #hint({ address }: RemoteAddress, headers: HeadersSent): void {
    if (this.#hinted || headers.get(this.#believed.name) !== null) return;
    for (const [option, { name }] of Object.entries(HEADERS)) {
      if (headers.get(name) === null) continue;
      this.#hinted = true;
      new Log({ remote: address }).info(
        "http",
        `The proxy sends ${name} and no ${this.#believed.name}: if it is its own, --proxy-headers=${option} believes it`,
      );
      return;
    }
  }
}
