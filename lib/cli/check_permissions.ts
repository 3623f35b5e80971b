import { resolve } from "node:path";
import { Permissions } from "../base/permissions.ts";
import type { Config, RouteConfig } from "../config.ts";
import { kindNamed } from "../handlers/registry.ts";
import type { Reading } from "./read_config.ts";

/** The permissions that Deno has to give to a configuration. */
export function permissionsOf(
  { config, file, variables }: Pick<Reading, "config" | "file" | "variables">,
  routes: readonly RouteConfig[],
): Permissions {
  const permissions = new Permissions();
  if (file !== undefined) permissions.add("read", resolve(file));
  permissions.add("env", ...variables);
  if (config.handlersDir) permissions.add("read", resolve(config.handlersDir));
  for (const route of routes) kindNamed(route.handler).needs?.(route, permissions);
  ofListeners(config, permissions);
  // A name is asked for at the address of each client.
  if (config.reverseLookup) permissions.addAll("net");
  return permissions;
}

function ofListeners({ listen }: Config, permissions: Permissions): void {
  const { addresses = [], redirectPort, unixSocket, tls } = listen;
  const port = listen.port ?? (tls ? 443 : 80);
  const ports = [port, ...(redirectPort === undefined ? [] : [redirectPort])];
  const alone = unixSocket && !addresses.length && listen.port === undefined && ports.length === 1;
  const everywhere = addresses.length === 0 && !alone;
  for (const address of everywhere ? [anywhere()] : addresses) {
    const bare = address.replace(/^\[(.*)\]$/, "$1");
    const host = bare.includes(":") ? `[${bare}]` : bare;
    permissions.add("net", ...ports.map((each) => `${host}:${each}`));
  }
  // For the line that says where it listens.
  if (everywhere) permissions.add("sys", "hostname");
  if (unixSocket) {
    permissions.addUnixSocket(resolve(unixSocket.path));
    // For the umask, which Deno cannot allow alone (2.9).
    if (unixSocket.mode !== undefined) permissions.addAll("sys");
  }
  if (tls) {
    const files = [tls.certFile, tls.keyFile, ...(tls.caFile ? [tls.caFile] : [])];
    permissions.add("read", ...files.map((file) => resolve(file)));
  }
}

/** The address that stands for all interfaces. */
function anywhere(): string {
  const v6 = Deno.build.os !== "windows" &&
    Deno.networkInterfaces().some(({ family }) => family === "IPv6");
  return v6 ? "::" : "0.0.0.0";
}
