import type { Config } from "../config.ts";
import { kindNamed } from "../handlers/registry.ts";
import { isEverybody } from "../options/networks.ts";
import { originText } from "../options/origins.ts";
import { placeholdersIn } from "../process/placeholders.ts";
import type { NamedRoute } from "../routes.ts";
import type { Server } from "../serve.ts";
import { engineFor } from "../listen/choose_engine.ts";
import { paramsOfPattern } from "../gate/route.ts";

/** The routes that are served. */
export interface Served {
  readonly routes: readonly Pick<NamedRoute, "handler" | "label">[];
}

/** Lines for the log when the server has started: what is served, and where. */
export function startLines(
  config: Config,
  app: Served,
  server: Pick<Server, "addresses" | "redirects" | "admin">,
): string[] {
  // websocketd names static files before CGI scripts, although it asks the scripts first.
  const first = app.routes.length - config.pages.length;
  const pages = app.routes.slice(first)
    .filter(({ handler }) => handler.label !== undefined).toReversed();
  const lines = [...app.routes.slice(0, first), ...pages].flatMap(({ label }) => label ?? []);
  lines.push(...placeholdersOfClients(config));
  const everywhere = !config.listen.addresses?.length;
  const named = (url: string) =>
    everywhere ? url.replace("//localhost:", () => `//${hostname()}:`) : url;
  for (const address of server.addresses) {
    const url = named(address).replace(/^ws\+unix:/, "unix socket at ");
    lines.push(`Starting WebSocket server   : ${url}`);
    // A browser does not reach a Unix socket.
    if (!url.startsWith("ws")) continue;
    const page = url.replace(/^ws/, "http");
    const shown = config.pages.toReversed().flatMap(({ path, handler }) => {
      const { shown } = kindNamed(handler);
      const place = path === "*" ? "/" : path.replace(/\\(.)/g, "$1");
      return shown === undefined ? [] : [`${shown}${page.replace(/\/$/, "")}${place}`];
    });
    lines.push(...new Set(shown));
  }
  for (const url of server.redirects) lines.push(`Starting redirect server   : ${named(url)}`);
  if (server.admin !== undefined) {
    const place = server.admin.replace(/^unix:/, "unix socket at ");
    lines.push(`Starting admin server      : ${place}`);
  }
  const open = config.listen.tls ? originsOverHttp(config) : [];
  for (const host of open) {
    lines.push(
      `Warning: --origin=${host} admits pages over plain http, too: write https://${host} to admit no others`,
    );
  }
  for (const network of config.dispatch.trustProxy?.filter(isEverybody) ?? []) {
    lines.push(
      `Warning: --trust-proxy=${network} believes everybody: a client can say that it is any other`,
    );
  }
  if (compresses(config) && engineFor(config.listen).name === "native") {
    lines.push(
      "Warning: --compress does nothing with the engine native: Deno.serve cannot compress",
    );
  }
  return lines;
}

function compresses({ dispatch, routes }: Config): boolean {
  return Boolean(dispatch.compress) || routes.some(({ options }) => options.compress);
}

/** Lines for what words of routes take from the query: clients choose it, and nothing says what it may be. */
function placeholdersOfClients({ routes }: Config): string[] {
  return routes.flatMap(({ path, handler, words, placeholders }) => {
    if (!kindNamed(handler).fills || !placeholders) return [];
    const params = paramsOfPattern(path);
    const names = placeholdersIn(words).filter((name) => !params.includes(name));
    if (names.length === 0) return [];
    const shown = names.map((name) => `{${name}}`).join(", ");
    return [`Clients choose ${shown} of ${path} by the query`];
  });
}

function hostname(): string {
  try {
    return Deno.hostname();
  } catch {
    // Deno may not tell it: clients on this machine can still use the line.
    return "localhost";
  }
}

function originsOverHttp({ dispatch }: Config): string[] {
  return (dispatch.origins ?? []).filter(({ scheme }) => scheme === undefined).map(originText);
}
