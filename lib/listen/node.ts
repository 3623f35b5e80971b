import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerOptions } from "node:http";
import { createServer as createTlsServer, type ServerOptions as TlsOptions } from "node:https";
import { type AddressInfo, type ListenOptions, Server as NetServer, type Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { inBrackets, plainAddress } from "../base/host.ts";
import { HEADER_SIZE, KEEP_ALIVE_TIMEOUT, REQUEST_TIMEOUT } from "../base/limits.ts";
import { Libc } from "../base/libc.ts";
import { Log } from "../base/log.ts";
import { remoteOf } from "../base/request.ts";
import type { Dispatcher } from "../gate/dispatch.ts";
import { acceptAgain, type Accepting } from "./accept_again.ts";
import { Authorities } from "./authorities.ts";
import type { Bound, Credentials, Engine, Handle, Place } from "./engine.ts";
import { holdBack } from "./hold_back.ts";
import { type NodeOrigin, peerOf } from "./node_request.ts";
import { NodeRequests } from "./node_requests.ts";
import { isNobody } from "./nobody.ts";
import { Preambles } from "./proxy_protocol/preambles.ts";
import { contextOptions, Sni } from "./sni.ts";
import { withMode } from "./with_mode.ts";

const log = new Log();

const LIMITS: ServerOptions = {
  headersTimeout: REQUEST_TIMEOUT,
  // The body has a limit of its own: a large one may take longer.
  requestTimeout: 0,
  keepAliveTimeout: KEEP_ALIVE_TIMEOUT,
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: HEADER_SIZE,
  // Its answer would come before those to earlier requests are asked for; ours is logged as well.
  requireHostHeader: false,
};

/** Options of {@linkcode nodeEngine}. */
export interface NodeEngineOptions {
  /** Whether trusted peers speak the PROXY protocol in front of all else; default false. */
  readonly proxyProtocol?: boolean;
}

/**
 * The engine on `node:http`, `node:https` and frames of our own: with time limits for slow clients, client
 * certificates, and TLS that can be renewed, none of which `Deno.serve` has (Deno 2.9).
 */
export function nodeEngine(
  dispatcher: Dispatcher,
  { proxyProtocol = false }: NodeEngineOptions = {},
): Engine {
  const { forwarding } = dispatcher;
  return {
    async listen(place, credentials) {
      const sni = credentials?.others && new Sni(credentials);
      const server = credentials
        ? createTlsServer({ ...LIMITS, ...tlsOptions(credentials), ...sni?.options })
        : createServer(LIMITS);
      const authorities = credentials?.ca === undefined ? undefined : new Authorities();
      const unix = "path" in place || "unix" in place;
      // Of nobody else it would be believed.
      const preambles = proxyProtocol && forwarding
        ? new Preambles(server, (socket) => {
          const peer = peerOf(socket, { unix });
          return isNobody(peer) ? undefined : forwarding.trusts(remoteOf(peer));
        })
        : undefined;
      const requests = new NodeRequests(dispatcher, {
        secure: credentials !== undefined,
        authorities,
        // Loaded only where clients have certificates.
        subjectOf: authorities && (await import("./subject.ts")).subjectOf,
        unix,
        forwarding,
        preambles,
      });
      requests.watch(server);
      server.on("request", (message, response) => requests.request(message, response));
      // Expectations that nobody knows, too, as on the other engine.
      server.on("checkExpectation", (message, response) => requests.request(message, response));
      server.on("clientError", (error, socket) => requests.broken(error, socket as Socket));
      server.on("upgrade", (message, _, head) => requests.upgrade(message, head));
      server.on("connect", (message, _, head) => requests.upgrade(message, head));
      server.on("secureConnection", holdBack);
      // A client that has closed its side gets its answers; node:http documents no option for that.
      // Nor do its types know the other (Deno 2.9).
      const shouldUpgradeCallback = (message: IncomingMessage) => requests.takes(message);
      Object.assign(server, { httpAllowHalfOpen: true, shouldUpgradeCallback });
      const accepting = await bind(server, place);
      // One that was refused for its certificate says no more than that it hung up (Deno 2.9).
      server.on("tlsClientError", ({ message }: Error, { _parent }: Wrapped) => {
        if (accepting.wasOwn()) return;
        dispatcher.meter.tlsFailed();
        const said = _parent && preambles?.of(_parent)?.source;
        const remote = said ? remoteOf(said).host : plainAddress(_parent?.remoteAddress ?? "");
        log.with({ remote }).access("http", `TLS handshake failed: ${message}`);
      });
      return boundOf(server, accepting, { requests, authorities, preambles, sni });
    },
  };
}

/** A socket with TLS, which has no address any more when its handshake fails; what it is made of has. */
type Wrapped = TLSSocket & { readonly _parent?: Socket };

type HttpServer = ReturnType<typeof createServer | typeof createTlsServer>;

async function bind(server: HttpServer, place: Place): Promise<Accepting> {
  if ("port" in place) expectPermission(place);
  // While there is no descriptor left, it could not be loaded.
  const libc = "fd" in place ? new Libc() : undefined;
  const listen = (port: number) => server.listen(whereOf(place, port));
  listen("port" in place ? place.port : 0);
  await once(server, "listening");
  const port = portOf(server);
  const accepting = acceptAgain(server, {
    knock: () => knock("fd" in place ? reachable(place, server) : place, port),
    ...(libc && "fd" in place ? { isWaitedAt: () => libc.hasWaiting(place.fd) } : {}),
    listen() {
      // What is connected stays connected: an HTTP server would end those that wait for their next request.
      NetServer.prototype.close.call(server);
      try {
        if ("path" in place) withMode(place, () => listen(0));
        else listen(port);
      } catch (error) {
        // As if the system had told it later: it is tried again.
        server.emit("error", error);
      }
    },
  });
  if (!libc) return accepting;
  let isWatched = true;
  return {
    wasOwn: accepting.wasOwn,
    [Symbol.dispose]() {
      if (!isWatched) return;
      isWatched = false;
      accepting[Symbol.dispose]();
      libc[Symbol.dispose]();
    },
  };
}

/** Options for `listen`; its types do not know descriptors (Deno 2.9). */
function whereOf(place: Place, port: number): ListenOptions | { readonly fd: number } {
  if ("fd" in place) {
    using libc = new Libc();
    // The server closes what it gets, and may have to listen again.
    return { fd: libc.duplicate(place.fd) };
  }
  return "path" in place ? place : { host: place.hostname, port };
}

/** A socket that was inherited as clients know it. */
function reachable({ unix }: Handle, server: HttpServer): Exclude<Place, Handle> {
  if (unix !== undefined) return { path: unix };
  const { address, port } = server.address() as AddressInfo;
  return { hostname: address, port };
}

/** Asks before `listen` does, which would throw where nobody can catch it. */
function expectPermission(place: { hostname: string; port: number }): void {
  const host = hostOf(place);
  if (Deno.permissions.requestSync({ name: "net", host }).state === "granted") return;
  throw new Deno.errors.NotCapable(`Requires net access to "${host}"`);
}

/** Connects to the server that this is; asks nobody whether it may, as nobody would expect that. */
async function knock(place: Exclude<Place, Handle>, port: number): Promise<Deno.Conn> {
  if ("path" in place) return await Deno.connect({ transport: "unix", path: place.path });
  const { hostname } = place;
  const host = hostOf({ hostname, port });
  const { state } = await Deno.permissions.query({ name: "net", host });
  if (state !== "granted") throw new Deno.errors.NotCapable(`Requires net access to "${host}"`);
  return await Deno.connect({ hostname, port });
}

function hostOf({ hostname, port }: { hostname: string; port: number }): string {
  return `${inBrackets(hostname)}:${port}`;
}

function portOf(server: HttpServer): number {
  return addressOf(server)?.port ?? 0;
}

function addressOf(server: HttpServer): AddressInfo | undefined {
  const addr = server.address();
  return addr !== null && typeof addr === "object" ? addr : undefined;
}

function boundOf(
  server: HttpServer,
  accepting: Accepting,
  { requests, authorities, preambles, sni }: Pick<NodeOrigin, "authorities" | "preambles"> & {
    readonly requests: NodeRequests;
    readonly sni: Sni | undefined;
  },
): Bound {
  const { address: hostname, port = 0 } = addressOf(server) ?? {};
  let retired: Promise<unknown> | undefined;
  return {
    port,
    ...(hostname === undefined ? {} : { hostname }),
    ...("setSecureContext" in server
      ? {
        renew(credentials: Credentials) {
          server.setSecureContext(tlsOptions(credentials));
          sni?.renew(credentials);
          authorities?.renew(credentials.ca ?? "");
        },
      }
      : {}),
    retire() {
      accepting[Symbol.dispose]();
      retired ??= once(server, "close");
      // An HTTP server would end those whose request is still to come.
      NetServer.prototype.close.call(server);
    },
    async shutdown() {
      accepting[Symbol.dispose]();
      const closed = retired ?? once(server, "close");
      if (retired) server.closeIdleConnections();
      else server.close();
      requests.close();
      preambles?.[Symbol.dispose]();
      await closed;
    },
  };
}

function tlsOptions(credentials: Credentials): TlsOptions {
  return {
    ...contextOptions(credentials),
    handshakeTimeout: REQUEST_TIMEOUT,
    ...(credentials.ca === undefined ? {} : { requestCert: true, rejectUnauthorized: true }),
  };
}
