import { resolve } from "node:path";
import { inBrackets, withoutBrackets } from "../base/host.ts";
import { Permissions } from "../base/permissions.ts";
import type { BusPlace } from "../bus/bus_place.ts";
import { parseRedisUrl } from "../bus/redis/redis_terms.ts";
import type { Config } from "../config.ts";
import type { RouteConfig } from "../route_config.ts";
import { AUTHENTICATORS } from "../gate/auth/authenticators.ts";
import { type AdminPlace, adminPlaceText } from "../options/admin_place.ts";
import { needsPages } from "../handlers/console/read_page.ts";
import { kindNamed } from "../handlers/registry.ts";
import { NOT_RECORDED } from "../options/tables/record_options.ts";
import { tcpAddresses } from "../listen/tcp_addresses.ts";
import { workersOf } from "../workers/why_alone.ts";
import { filesOf } from "../listen/tls_options.ts";
import type { Reading } from "./read_config.ts";

/** The permissions that Deno has to give to a configuration. */
export function permissionsOf(
  { config, file, variables }: Pick<Reading, "config" | "file" | "variables">,
  routes: readonly RouteConfig[],
): Permissions {
  const permissions = new Permissions();
  // What workers are started with cannot be read otherwise.
  if (workersOf(config.lifetime) > 1) permissions.addEverything();
  if (file !== undefined) permissions.add("read", resolve(file));
  permissions.add("env", ...variables);
  if (config.handlersDir) permissions.add("read", resolve(config.handlersDir));
  for (const route of routes) kindNamed(route.handler).needs?.(route, permissions);
  const auths = [
    config.dispatch,
    ...config.admin ? [config.admin] : [],
    ...routes.map(({ options }) => options),
  ];
  for (const { kind, rest } of auths.flatMap(({ auth = [] }) => auth)) {
    AUTHENTICATORS[kind].needs(rest, permissions);
  }
  for (const { record } of [config.dispatch, ...routes.map(({ options }) => options)]) {
    ofRecording(record, permissions);
  }
  ofListeners(config, permissions);
  if (config.bus) ofBus(config.bus, permissions);
  if (config.admin) ofAdmin(config.admin.at, permissions);
  // A name is asked for at the address of each client.
  if (config.reverseLookup) permissions.addAll("net");
  return permissions;
}

function ofRecording(folder: string | undefined, permissions: Permissions): void {
  if (folder === undefined || folder === NOT_RECORDED) return;
  permissions.add("read", resolve(folder));
  permissions.add("write", resolve(folder));
}

function ofListeners({ listen }: Config, permissions: Permissions): void {
  const { redirectPort, unixSocket, tls } = listen;
  const port = listen.port ?? (tls ? 443 : 80);
  const ports = [port, ...(redirectPort === undefined ? [] : [redirectPort])];
  for (const address of tcpAddresses(listen)) {
    const host = inBrackets(withoutBrackets(address ?? anywhere()));
    permissions.add("net", ...ports.map((each) => `${host}:${each}`));
    // For the line that says where it listens.
    if (address === undefined) permissions.add("sys", "hostname");
  }
  if (unixSocket) {
    permissions.addUnixSocket(resolve(unixSocket.path));
    // For the umask, which Deno cannot allow alone (2.9).
    if (unixSocket.mode !== undefined || unixSocket.owner) permissions.addAll("sys");
    // Where names are looked for.
    if (unixSocket.owner) permissions.add("read", "/etc/passwd", "/etc/group");
  }
  if (tls) permissions.add("read", ...filesOf(tls).map((file) => resolve(file)));
}

function ofBus(bus: BusPlace, permissions: Permissions): void {
  if (bus.kind === "redis") {
    const { host = "", port, path, ca } = parseRedisUrl(bus.url);
    if (path === undefined) {
      permissions.add("net", `${inBrackets(host)}:${port}`);
    } else permissions.addUnixSocket(resolve(path));
    if (ca !== undefined) permissions.add("read", resolve(ca));
  }
  if (bus.kind !== "file") return;
  permissions.add("read", resolve(bus.path));
  // The address stands there, and can be another one later.
  permissions.addAll("net");
}

function ofAdmin(at: AdminPlace, permissions: Permissions): void {
  needsPages(permissions);
  if ("unixSocket" in at) permissions.addUnixSocket(resolve(at.unixSocket));
  if ("hostname" in at) permissions.add("net", adminPlaceText(at));
}

/** The address that stands for all interfaces. */
function anywhere(): string {
  const v6 = Deno.build.os !== "windows" &&
    Deno.networkInterfaces().some(({ family }) => family === "IPv6");
  return v6 ? "::" : "0.0.0.0";
}
