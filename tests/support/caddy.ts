import { FrontProxy } from "./front_proxy.ts";

// Nothing of it is to be found by others, nor asked for by it.
const GLOBAL = `{
  admin off
  auto_https off
}
`;

/** Caddy in front of a server, by its Caddyfile without what is for all sites. */
export function startCaddy(sites: string): Promise<FrontProxy> {
  return FrontProxy.start({
    program: "caddy",
    config: `${GLOBAL}${sites}`,
    args: (_, file) => ["run", "--config", file, "--adapter", "caddyfile"],
    env: (folder) => ({ XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder }),
    ready: /serving initial configuration/,
  });
}
