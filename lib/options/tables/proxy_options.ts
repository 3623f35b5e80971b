import type { Option } from "../option.ts";

/** Options of what proxies say in requests, and of the path that they leave on them. */
export const FORWARDING = [
  {
    name: "trust-proxy",
    as: "trustProxy",
    kind: "networks",
    value: "LIST",
    group: "Proxy",
    doc:
      "Believe what these peers say of their clients: addresses, networks as 10.0.0.0/8, unix, loopback or private, separated by commas",
  },
  {
    name: "proxy-headers",
    as: "proxyHeaders",
    kind: "choice",
    value: "H",
    default: "x-forwarded",
    choices: ["x-forwarded", "forwarded", "x-real-ip"],
    group: "Proxy",
    doc:
      "The only headers of trusted proxies that are believed: x-forwarded stands for X-Forwarded-For, -Proto and -Host",
  },
  {
    name: "base-path",
    as: "basePath",
    kind: "base",
    value: "PATH",
    group: "Proxy",
    doc: "Serve below this path, which routes do not see; everything else is 404",
  },
] as const satisfies readonly Option[];

/** The option of what trusted proxies say in front of the bytes of a connection. */
export const PROXY_PROTOCOL = {
  name: "proxy-protocol",
  as: "proxyProtocol",
  kind: "boolean",
  default: false,
  group: "Proxy",
  doc: "Expect the PROXY protocol, version 1 or 2, of these peers; not with --engine=native",
} as const satisfies Option;
