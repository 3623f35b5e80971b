import { isLoopback, withoutBrackets } from "../base/host.ts";
import type { Config } from "../config.ts";
import type { RouteConfig } from "../route_config.ts";
import { admitsAnybody } from "../gate/origin.ts";
import { TrustedPeers } from "../gate/proxy/trusted_peers.ts";
import { kindNamed } from "../handlers/registry.ts";
import { isEverybody } from "../options/networks.ts";
import { tcpAddresses } from "../listen/tcp_addresses.ts";

/** The facts about a server that points are about. */
export interface ServerFacts {
  readonly config: Pick<Config, "listen" | "dispatch" | "admin">;
  /** Whether the server is root. */
  readonly root: boolean;
}

/** The facts about one of its routes. */
export interface RouteFacts extends Pick<RouteConfig, "path" | "handler" | "values" | "options"> {
  /** Whether it takes WebSockets. */
  readonly sockets: boolean;
}

/** Something that a configuration can leave open in front of strangers. */
export interface Point {
  /** The consequence, where it is open. */
  readonly open: string;
  /** The options that close it. */
  readonly closedBy: string;
  /** Whether the server leaves it open, whatever its routes say. */
  readonly atServer?: (server: ServerFacts) => boolean;
  /** Whether a route leaves it open; undefined where the point is not about such a route. */
  readonly atRoute?: (route: RouteFacts, server: ServerFacts) => boolean | undefined;
}

/** All points, in the order in which somebody goes through them. */
export const POINTS: readonly Point[] = [
  {
    open: "Everybody on the way can read and change what is sent",
    closedBy: "--ssl, or --trust-proxy for a proxy that ends TLS",
    atServer: (server) => {
      const { listen: { tls }, dispatch: { trustProxy } } = server.config;
      return !tls && !trustProxy && !isLocal(server.config);
    },
  },
  {
    open: "Every client is taken for the proxy in front",
    closedBy: "--trust-proxy=loopback, or =unix",
    atServer: ({ config }) => isLocal(config) && !trustsPeers(config),
  },
  {
    open: "Clients can say that they are anybody else",
    closedBy: "--trust-proxy with the addresses of proxies alone",
    atServer: ({ config }) => Boolean(config.dispatch.trustProxy?.some(isEverybody)),
  },
  {
    open: "Anybody may come in",
    closedBy: "--auth or --sslca",
    atRoute: (route, server) => isConsole(route) ? undefined : admitsAll(route, server),
  },
  {
    open: "Anybody gets the console",
    closedBy: "no --devconsole, or --auth or --sslca",
    atRoute: (route, server) => isConsole(route) ? admitsAll(route, server) : undefined,
  },
  {
    open: "Pages of any site can connect, in the name of who looks at them",
    closedBy: "--sameorigin or --origin",
    atRoute: ({ handler, sockets, options }, { config: { dispatch } }) => {
      if (!sockets) return undefined;
      const { origins = dispatch.origins } = options;
      if (!origins && kindNamed(handler).ownPages) return false;
      return admitsAnybody({ ...dispatch, ...origins && { origins } });
    },
  },
  {
    open: "One address can take all places",
    closedBy: "--maxperip",
    // A route's own is beside that of the server.
    atRoute: ({ options }, { config: { dispatch } }) => !options.maxPerIp && !dispatch.maxPerIp,
  },
  {
    open: "One address can connect as often as it likes",
    closedBy: "--connectrate",
    atRoute: ({ options }, { config: { dispatch } }) =>
      !options.connectRate?.perSecond && !dispatch.connectRate?.perSecond,
  },
  {
    open: "One client can send as much as it likes",
    closedBy: "--messagerate, and --maxframesize other than 0",
    atRoute: ({ sockets, options }, { config }) => {
      const { messageRate, maxFrameSize } = { ...config.dispatch, ...options };
      return sockets ? !messageRate?.perSecond || maxFrameSize === 0 : undefined;
    },
  },
  {
    open: "Clients that are silent, or gone, keep their places",
    closedBy: "--pingms, --idletimeout or --maxlifetime",
    atRoute: ({ sockets, options }, { config }) => {
      const { pingMs, idleTimeout, maxLifetime } = { ...config.dispatch, ...options };
      return sockets ? !pingMs && !isFinite(idleTimeout) && !isFinite(maxLifetime) : undefined;
    },
  },
  {
    open: "Programs may run for ever, and take all memory",
    closedBy: "--timeout (or --maxlifetime) and --memory",
    atRoute: ({ handler, sockets, options, values }, { config }) => {
      if (!startsPrograms(handler)) return undefined;
      const { maxLifetime } = { ...config.dispatch, ...options };
      // The one of all clients is meant to go on.
      const ends = handler === "shared" || isFinite(values.timeout) ||
        sockets && isFinite(maxLifetime);
      return !ends || !values.memory;
    },
  },
  {
    open: "Programs are root, as the server is",
    closedBy: "--user",
    atRoute: ({ handler, values: { user = "root" } }, { root }) =>
      startsPrograms(handler) ? root && (user === "root" || user === "0") : undefined,
  },
  {
    open: "Clients can write words of a command as they like",
    closedBy: "patterns, as {name:[a-z]+}, in place of unsafe=true",
    atRoute: ({ handler, values }) => startsPrograms(handler) ? values.unsafe === true : undefined,
  },
  {
    open: "Programs and users of this machine can use --admin",
    closedBy: "--adminauth, or --admin=unix:PATH",
    // Without it, no other address is taken.
    atServer: ({ config: { admin } }) =>
      admin !== undefined && admin.auth.length === 0 && !("unixSocket" in admin.at),
  },
];

/** Whether nobody but this machine can connect, as is so behind a proxy. */
export function isLocal({ listen }: ServerFacts["config"]): boolean {
  return hostsOf(listen).every((host) => host !== undefined && isLoopback(host));
}

function trustsPeers({ listen, dispatch: { trustProxy = [] } }: ServerFacts["config"]): boolean {
  const trusted = new TrustedPeers(trustProxy);
  const peers = hostsOf(listen).map((host) => /^localhost$/i.test(host ?? "") ? "127.0.0.1" : host);
  if (listen.unixSocket) peers.push("unix-socket");
  return peers.every((peer = "") => trusted.has(peer));
}

function hostsOf(listen: Config["listen"]): readonly (string | undefined)[] {
  return tcpAddresses(listen).map((address) => address && withoutBrackets(address));
}

function isConsole({ handler }: RouteFacts): boolean {
  return handler === "console";
}

function startsPrograms(handler: RouteFacts["handler"]): boolean {
  return kindNamed(handler).runs ?? false;
}

function admitsAll({ options }: RouteFacts, { config }: ServerFacts): boolean {
  const { auth = config.dispatch.auth ?? [] } = options;
  return auth.length === 0 && config.listen.tls?.caFile === undefined;
}

/** Whether a time is said, and is one: 0 and forever are none. */
function isFinite(ms: unknown): boolean {
  return typeof ms === "number" && ms > 0 && ms < Infinity;
}
