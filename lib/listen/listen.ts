import { redirect } from "../handlers/redirect.ts";
import { Log } from "../base/log.ts";
import { Dispatcher } from "../gate/dispatch.ts";
import { chooseEngine, engineFor, type EngineOptions } from "./choose_engine.ts";
import { readCredentials } from "./credentials.ts";
import type { Bound } from "./engine.ts";
import { listenAt } from "./listen_at.ts";
import { Renewal } from "./renewal.ts";
import { listenOnUnixSocket, type UnixSocketOptions } from "./unix_socket.ts";

const log = new Log();

/** Options of {@linkcode listen}: where a server listens. */
export interface ListenOptions extends EngineOptions {
  /** TCP port of every address; 0 takes a free one; default 80, with `tls` 443. */
  readonly port?: number;
  /** Host names or IP addresses, IPv6 with or without brackets; default: all interfaces. */
  readonly addresses?: readonly string[];
  /** A TCP port of every address that redirects to `port`; default: none. */
  readonly redirectPort?: number;
  /** A Unix socket; without `port`, `addresses` and `redirectPort`, it is the only place. */
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
  /** Accepts nothing more; resolves when all answers are out. */
  shutdown(): Promise<void>;
}

/**
 * Listens on every place.
 *
 * @throws {ListenError} If one of them cannot be listened on; then none is.
 * @throws {UsageError} If this runtime cannot do what is asked for.
 */
export async function listen(options: ListenOptions, dispatcher: Dispatcher): Promise<Listening> {
  const { redirectPort, unixSocket, tls } = options;
  const secure = tls !== undefined;
  const port = options.port ?? (secure ? 443 : 80);
  const makeEngine = await chooseEngine(options);
  const { name, why } = engineFor(options);
  log.debug("server", `Using the engine ${name}: ${why}`);
  const engine = makeEngine(dispatcher);
  const credentials = tls && readCredentials(tls);
  const bounds: Bound[] = [];
  const addresses: string[] = [];
  const redirects: string[] = [];
  const stop = async () => {
    await Promise.all(bounds.map((bound) => bound.shutdown()));
  };
  try {
    if (unixSocket) {
      bounds.push(await listenOnUnixSocket(engine, unixSocket, credentials));
      addresses.push(`ws+unix:${unixSocket.path}`);
    }
    for (const address of tcpAddresses(options)) {
      const bound = await listenAt(engine, address, port, credentials);
      bounds.push(bound);
      addresses.push(`${secure ? "wss" : "ws"}://${bound.host}/`);
      if (redirectPort === undefined) continue;
      const handler = redirect({ port: bound.port, secure });
      const redirecting = makeEngine(new Dispatcher({ routes: [{ path: "*", handler }] }));
      const other = await listenAt(redirecting, address, redirectPort, undefined);
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
    shutdown() {
      renewal?.[Symbol.dispose]();
      return stop();
    },
  };
}

/** The addresses with a port; undefined is all interfaces. */
function tcpAddresses(options: ListenOptions): readonly (string | undefined)[] {
  const { addresses = [], port, redirectPort, unixSocket } = options;
  if (addresses.length > 0) return addresses;
  const alone = unixSocket && port === undefined && redirectPort === undefined;
  return alone ? [] : [undefined];
}
