import { once } from "node:events";
import { createServer, type ServerOptions } from "node:http";
import { createServer as createTlsServer, type ServerOptions as TlsOptions } from "node:https";
import type { Socket } from "node:net";
import { HEADER_SIZE, KEEP_ALIVE_TIMEOUT, REQUEST_TIMEOUT } from "../base/limits.ts";
import { Log } from "../base/log.ts";
import type { Dispatcher } from "../gate/dispatch.ts";
import { acceptAgain, type Accepting } from "./accept_again.ts";
import { Authorities } from "./authorities.ts";
import type { Bound, Credentials, Engine, Place } from "./engine.ts";
import { holdBack } from "./hold_back.ts";
import { NodeRequests } from "./node_requests.ts";
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

/**
 * The engine on `node:http`, `node:https` and frames of our own: with time limits for slow clients, client
 * certificates, and TLS that can be renewed, none of which `Deno.serve` has (Deno 2.9).
 */
export function nodeEngine(dispatcher: Dispatcher): Engine {
  return {
    async listen(place, credentials) {
      const server = credentials
        ? createTlsServer({ ...LIMITS, ...tlsOptions(credentials) })
        : createServer(LIMITS);
      const authorities = credentials?.ca === undefined ? undefined : new Authorities();
      const requests = new NodeRequests(dispatcher, {
        secure: credentials !== undefined,
        authorities,
        // Loaded only where clients have certificates.
        subjectOf: authorities && (await import("./subject.ts")).subjectOf,
        unix: "path" in place,
      });
      server.on("request", (message, response) => requests.request(message, response));
      // Expectations that nobody knows, too, as on the other engine.
      server.on("checkExpectation", (message, response) => requests.request(message, response));
      server.on("clientError", (error, socket) => requests.broken(error, socket as Socket));
      server.on("upgrade", (message, _, head) => requests.upgrade(message, head));
      server.on("connect", (message, _, head) => requests.upgrade(message, head));
      server.on("secureConnection", holdBack);
      // A client that has closed its side gets its answers; node:http documents no option for that.
      Object.assign(server, { httpAllowHalfOpen: true });
      const accepting = await bind(server, place);
      // Without the address: the socket has forgotten it by now. One that was refused for its certificate
      // says no more than that it hung up (Deno 2.9).
      server.on("tlsClientError", ({ message }: Error) => {
        if (!accepting.wasOwn()) log.access("http", `TLS handshake failed: ${message}`);
      });
      return boundOf(server, accepting, authorities);
    },
  };
}

type NodeServer = ReturnType<typeof createServer | typeof createTlsServer>;

async function bind(server: NodeServer, place: Place): Promise<Accepting> {
  if ("port" in place) expectPermission(place);
  const listen = (port: number) =>
    server.listen("path" in place ? place : { host: place.hostname, port });
  listen("port" in place ? place.port : 0);
  await once(server, "listening");
  const port = portOf(server);
  return acceptAgain(server, {
    knock: () => knock(place, port),
    listen() {
      // What is connected stays connected.
      server.close();
      if ("path" in place) withMode(place, () => listen(0));
      else listen(port);
    },
  });
}

/** Asks before `listen` does, which would throw where nobody can catch it. */
function expectPermission(place: { hostname: string; port: number }): void {
  const host = hostOf(place);
  if (Deno.permissions.requestSync({ name: "net", host }).state === "granted") return;
  throw new Deno.errors.NotCapable(`Requires net access to "${host}"`);
}

/** Connects to the server that this is; asks nobody whether it may, as nobody would expect that. */
async function knock(place: Place, port: number): Promise<Deno.Conn> {
  if ("path" in place) return await Deno.connect({ transport: "unix", path: place.path });
  const { hostname } = place;
  const host = hostOf({ hostname, port });
  const { state } = await Deno.permissions.query({ name: "net", host });
  if (state !== "granted") throw new Deno.errors.NotCapable(`Requires net access to "${host}"`);
  return await Deno.connect({ hostname, port });
}

function hostOf({ hostname, port }: { hostname: string; port: number }): string {
  return `${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
}

function portOf(server: NodeServer): number {
  const addr = server.address();
  return addr !== null && typeof addr === "object" ? addr.port : 0;
}

function boundOf(
  server: NodeServer,
  accepting: Accepting,
  authorities: Authorities | undefined,
): Bound {
  return {
    port: portOf(server),
    ...("setSecureContext" in server
      ? {
        renew(credentials: Credentials) {
          server.setSecureContext(tlsOptions(credentials));
          authorities?.renew(credentials.ca ?? "");
        },
      }
      : {}),
    async shutdown() {
      accepting[Symbol.dispose]();
      const closed = once(server, "close");
      server.close();
      server.closeIdleConnections();
      await closed;
    },
  };
}

function tlsOptions(credentials: Credentials): TlsOptions {
  return {
    ...credentials,
    minVersion: "TLSv1.2",
    handshakeTimeout: REQUEST_TIMEOUT,
    ...(credentials.ca === undefined ? {} : { requestCert: true, rejectUnauthorized: true }),
  };
}
