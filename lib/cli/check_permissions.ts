import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { isDenoSince } from "../base/deno_version.ts";
import type { Config, RouteConfig } from "../config.ts";
import type { HandlerName } from "../handlers/registry.ts";
import { programPath } from "../process/program_path.ts";
import { Permissions } from "./permissions.ts";
import { programsIn } from "./programs_in.ts";
import type { Reading } from "./read_config.ts";

type Needs = (route: RouteConfig, permissions: Permissions, config: Config) => void;

/** What each kind of handler asks Deno for. */
const OF_KINDS: Readonly<Record<HandlerName, Needs>> = {
  process: ofCommand,
  shared: ofCommand,
  broadcast() {},
  echo() {},
  module({ words: [file = ""] }, permissions) {
    // The modules that it imports are mostly beside it.
    permissions.add("read", dirname(resolve(file)));
  },
  tcp({ words: [address = ""] }, permissions) {
    const path = address.startsWith("unix:") ? resolve(address.slice(5)) : undefined;
    if (path === undefined) permissions.add("net", address);
    else addUnixSocket(path, permissions);
  },
  directory({ words: [folder = ""], values }, permissions, config) {
    ofFolder(folder, permissions);
    ofEnvironment({ passenv: config.passEnv, ...values }, permissions);
  },
  cgi({ words: [folder = ""], values }, permissions) {
    ofFolder(folder, permissions);
    ofEnvironment(values, permissions);
  },
  static({ words: [folder = ""] }, permissions) {
    permissions.add("read", resolve(folder), Deno.realPathSync(folder));
  },
  console(_, permissions) {
    // The page is put together from its files; an executable does not know where they are to others.
    const files = fileURLToPath(new URL("../console", import.meta.url));
    permissions.add("read", Deno.build.standalone ? "lib/console" : files);
  },
};

/** The permissions that Deno has to give to a configuration. */
export function permissionsOf(
  { config, file, variables }: Pick<Reading, "config" | "file" | "variables">,
  routes: readonly RouteConfig[],
): Permissions {
  const permissions = new Permissions();
  if (file !== undefined) permissions.add("read", resolve(file));
  permissions.add("env", ...variables);
  if (config.handlersDir) permissions.add("read", resolve(config.handlersDir));
  for (const route of routes) OF_KINDS[route.handler](route, permissions, config);
  ofListeners(config, permissions);
  // A name is asked for at the address of each client.
  if (config.reverseLookup) permissions.addAll("net");
  return permissions;
}

function ofCommand({ words: [name = ""], values }: RouteConfig, permissions: Permissions): void {
  const { cwd } = values as { cwd?: string };
  const program = resolve(programPath(name, cwd));
  permissions.add("run", program);
  permissions.add("read", program, ...(cwd === undefined ? [] : [resolve(cwd)]));
  permissions.add("env", "PATH");
  ofEnvironment(values, permissions);
}

function ofFolder(folder: string, permissions: Permissions): void {
  const root = Deno.realPathSync(folder);
  permissions.add("read", resolve(folder), root);
  const programs = programsIn(root);
  if (programs) permissions.add("run", ...programs);
  else permissions.addAll("run");
}

function ofEnvironment(
  values: { readonly passenv?: readonly string[]; readonly env?: Readonly<Record<string, string>> },
  permissions: Permissions,
): void {
  const { passenv = [], env = {} } = values;
  permissions.add("env", ...passenv.filter((name) => name !== "" && name !== "HTTPS"));
  const given = [...Object.keys(env), ...passenv.filter((name) => Deno.env.get(name))];
  // What makes the loader load something else could make any program of the one that is allowed.
  if (given.some((name) => /^(LD|DYLD)_/.test(name))) permissions.addAll("run");
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
    addUnixSocket(resolve(unixSocket.path), permissions);
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

function addUnixSocket(path: string, permissions: Permissions): void {
  permissions.add("read", path);
  permissions.add("write", path);
  // Deno 2.6 asks for the file alone, and knows no such address.
  if (isDenoSince(2, 9)) permissions.add("net", `unix:${path}`);
}
