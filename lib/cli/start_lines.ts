import type { App } from "../app.ts";
import type { Config } from "../config.ts";
import type { Server } from "../serve.ts";

/** What the log says when the server has started: what is served, and where. */
export function startLines(
  config: Config,
  app: Pick<App, "routes" | "responders">,
  server: Pick<Server, "addresses" | "redirects">,
): string[] {
  // websocketd names static files before CGI scripts, although it asks the scripts first.
  const responders = (app.responders ?? []).toReversed();
  const parts = [...app.routes.map((route) => route.handler), ...responders];
  const lines = parts.flatMap(({ label }) => label ?? []);
  const everywhere = !config.listen.addresses?.length;
  const named = (url: string) =>
    everywhere ? url.replace("//localhost:", `//${Deno.hostname()}:`) : url;
  for (const address of server.addresses) {
    const url = named(address).replace(/^ws\+unix:/, "unix socket at ");
    lines.push(`Starting WebSocket server   : ${url}`);
    // A browser does not reach a Unix socket.
    if (!url.startsWith("ws")) continue;
    const page = url.replace(/^ws/, "http");
    if (config.cgiDir || config.staticDir) lines.push(`Serving CGI or static files : ${page}`);
    if (config.devConsole) {
      const path = config.devConsole === true ? "/" : config.devConsole;
      lines.push(`Developer console enabled   : ${page.replace(/\/$/, "")}${path}`);
    }
  }
  for (const url of server.redirects) lines.push(`Starting redirect server   : ${named(url)}`);
  const open = config.listen.tls ? originsOverHttp(config) : [];
  for (const host of open) {
    lines.push(
      `Warning: --origin=${host} admits pages over plain http, too: write https://${host} to admit no others`,
    );
  }
  return lines;
}

function originsOverHttp({ dispatch }: Config): string[] {
  return (dispatch.origins ?? []).filter(({ scheme }) => scheme === undefined)
    .map(({ host, port }) => {
      const name = host.includes(":") ? `[${host}]` : host;
      return port === undefined ? name : `${name}:${port}`;
    });
}
