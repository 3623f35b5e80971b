import { FrontProxy } from "./front_proxy.ts";

const DEFAULTS = `defaults
  timeout connect 10s
  timeout client 60s
  timeout server 60s
`;

/** HAProxy in front of a server, by its frontends and backends. */
export function startHaproxy(config: string): Promise<FrontProxy> {
  return FrontProxy.start({
    program: "haproxy",
    config: `${DEFAULTS}${config}`,
    // As a master and a worker, because the master says when the worker listens.
    args: (_, file) => ["-W", "-db", "-f", file],
    ready: /Loading success/,
  });
}
