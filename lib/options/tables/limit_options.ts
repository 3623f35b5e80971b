import type { Option } from "../option.ts";

/** Options of how much may come in, and how fast, which a route may have in place of the server. */
export const LIMITS = [
  {
    name: "maxconnections",
    as: "maxConnections",
    kind: "number",
    value: "N",
    unset: "no limit of its own",
    group: "Limits",
    together: true,
    doc:
      "WebSockets of this route, and plain requests under way, at once; beyond that HTTP 503; 0 means no limit of its own",
    flag: {
      unset: "as many as the system has descriptors for",
      doc:
        "WebSockets, and plain requests under way, at once; beyond that HTTP 503; 0 means as many as the system has descriptors for",
    },
  },
  {
    name: "maxperip",
    as: "maxPerIp",
    kind: "number",
    value: "N",
    unset: "no limit of its own",
    group: "Limits",
    together: true,
    doc:
      "WebSockets of one address, of IPv6 of one /64, and its plain requests under way, at once; beyond that HTTP 429; 0 means no limit of its own",
    flag: {
      unset: "no limit",
      doc:
        "WebSockets of one address, of IPv6 of one /64, and its plain requests under way, at once; beyond that HTTP 429; 0 means no limit: a proxy is one address",
    },
  },
  {
    name: "connectrate",
    as: "connectRate",
    kind: "rate",
    value: "N[:BURST]",
    unset: "no limit of its own",
    group: "Limits",
    together: true,
    doc:
      "Handshakes and plain requests from one address, of IPv6 one /64, in a second, and at once; beyond that HTTP 429; 0 means no limit of its own",
    flag: {
      unset: "no limit",
      doc:
        "Handshakes and plain requests from one address, of IPv6 one /64, in a second, and at once, by default those of 5 seconds; beyond that HTTP 429; 0 means no limit",
    },
  },
  {
    name: "messagerate",
    as: "messageRate",
    kind: "rate",
    value: "N[:BURST]",
    group: "Limits",
    doc:
      "Messages from one client in a second, and at once; beyond that it is held back, with --engine=native closed with 1008; 0 means no limit",
    flag: { unset: "no limit" },
  },
  {
    name: "byterate",
    as: "byteRate",
    kind: "rate",
    unit: "bytes",
    value: "N[:BURST]",
    group: "Limits",
    doc:
      "Bytes of messages from one client in a second, and at once; beyond that it is held back, with --engine=native closed with 1008; 0 means no limit",
    flag: { unset: "no limit" },
  },
  {
    name: "idletimeout",
    as: "idleTimeout",
    kind: "duration",
    value: "TIME",
    group: "Limits",
    doc:
      "Close a WebSocket with 1001 after so long without a message either way: ms, or 30s, 5m, 1h; pings are none; 0 and forever mean never",
    flag: { unset: "never" },
  },
  {
    name: "maxlifetime",
    as: "maxLifetime",
    kind: "duration",
    value: "TIME",
    group: "Limits",
    doc: "Close a WebSocket with 1001 after so long, whatever it does; 0 and forever mean never",
    flag: { unset: "never" },
  },
] as const satisfies readonly Option[];
