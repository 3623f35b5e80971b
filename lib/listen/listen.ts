import { Log } from "../base/log.ts";
import type { Dispatcher } from "../gate/dispatch.ts";
import type { EntryOptions } from "../gate/entry_limits.ts";
import type { ForwardingOptions } from "../gate/proxy/forwarding.ts";
import { chooseEngine, engineFor, type EngineOptions } from "./choose_engine.ts";
import { readCredentials } from "./credentials.ts";
import type { TlsOptions } from "./tls_options.ts";
import type { Bound, Credentials } from "./engine.ts";
import { onHeld } from "./held_place.ts";
import { listenOnInherited } from "./listen_on_inherited.ts";
import { listenAt } from "./listen_at.ts";
import { readPipes } from "./read_pipes.ts";
import { Redirects } from "./redirects.ts";
import { Renewal } from "./renewal.ts";
import { tcpAddresses } from "./tcp_addresses.ts";
import { listenOnUnixSocket, type UnixSocketOptions } from "./unix_socket.ts";
import { untimely } from "./validity.ts";

const log = new Log();

/** Options of {@linkcode listen}: where a server listens. */
export interface ListenOptions extends EngineOptions {
  /** TCP port of every address; 0 takes a free one; default 80, with `tls` 443. */
  readonly port?: number;
  /** Host names or IP addresses, IPv6 with or without brackets; default: all interfaces. */
  readonly addresses?: readonly string[];
  /** A TCP port of every address that redirects to `port`; default: none. */
  readonly redirectPort?: number;
  /** A Unix socket; without `port`, `addresses` and `redirectPort`, TCP is listened on nowhere. */
  readonly unixSocket?: UnixSocketOptions;
}

/** Everything that is listened on. */
export interface Listening {
  /** As a client on this machine reaches them: `ws://host:port/`, `ws+unix:PATH`. */
  readonly addresses: readonly string[];
  /** Addresses that redirect to them, `http://host:port/`. */
  readonly redirects: readonly string[];
  /** Takes up a certificate that has changed. */
  reload(): void;
  /** Accepts nothing more, where the engine can do that alone, and goes on with what is connected. */
  retire(): void;
  /** Accepts nothing more; resolves when all answers are out. */
  shutdown(): Promise<void>;
}

/**
 * Listens on every place.
 *
 * @throws {ListenError} If one of them cannot be listened on; then none is.
 * @throws {UsageError} If this runtime cannot do what is asked for.
 */
export async function listen(
  options: ListenOptions & ForwardingOptions & EntryOptions,
  dispatcher: Dispatcher,
): Promise<Listening> {
  const { redirectPort, unixSocket, sockets = [], held, tls } = options;
  const secure = tls !== undefined;
  const scheme = secure ? "wss" : "ws";
  const basePath = dispatcher.basePath.prefix;
  const port = options.port ?? (secure ? 443 : 80);
  const makeEngine = await chooseEngine(options);
  const { name, why } = engineFor(options);
  log.debug("server", `Using the engine ${name}: ${why}`);
  const engineOf = (it: Dispatcher) => held ? onHeld(makeEngine(it), held) : makeEngine(it);
  const engine = engineOf(dispatcher);
  const credentials = tls && readCredentials(tls, { engine: name, pipes: await readPipes(tls) });
  if (tls && credentials) tellOfUntimely(tls, credentials);
  const bounds: Bound[] = [];
  const addresses: string[] = [];
  const redirects: string[] = [];
  const redirecting = new Redirects({ ...options, meter: dispatcher.meter });
  const stop = async () => {
    await Promise.all(bounds.map((bound) => bound.shutdown()));
    await redirecting.close();
  };
  try {
    for (const socket of sockets) {
      const bound = await listenOnInherited(makeEngine(dispatcher), socket, credentials);
      bounds.push(bound);
      addresses.push(
        bound.host === undefined ? `ws+unix:${bound.path}` : `${scheme}://${bound.host}/`,
      );
    }
    if (unixSocket) {
      // Who holds it has looked whose it was, and given it its rights.
      const bound = held
        ? engine.listen({ path: unixSocket.path }, credentials)
        : listenOnUnixSocket(engine, unixSocket, credentials);
      bounds.push(await bound);
      addresses.push(`ws+unix:${unixSocket.path}`);
    }
    for (const address of tcpAddresses(options)) {
      const bound = await listenAt(engine, address, port, credentials);
      bounds.push(bound);
      addresses.push(`${scheme}://${bound.host}${basePath}/`);
      if (redirectPort === undefined) continue;
      const leading = engineOf(redirecting.to({ port: bound.port, secure, basePath }));
      const other = await listenAt(leading, address, redirectPort, undefined);
      bounds.push(other);
      redirects.push(`http://${other.host}/`);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  const renewal = tls && credentials && new Renewal(tls, credentials, bounds);
  return {
    addresses,
    redirects,
    reload: () => renewal?.reload(),
    retire() {
      for (const bound of bounds) bound.retire?.();
    },
    shutdown() {
      renewal?.[Symbol.dispose]();
      return stop();
    },
  };
}

function tellOfUntimely(tls: TlsOptions, credentials: Credentials): void {
  const files = [tls, ...tls.others ?? []];
  for (const [at, pair] of [credentials, ...credentials.others ?? []].entries()) {
    const late = untimely(pair);
    if (!late) continue;
    log.together(
      "error",
      "server",
      `Clients will refuse the certificate "${files[at]?.certFile}": ${late.why}`,
    );
  }
}
