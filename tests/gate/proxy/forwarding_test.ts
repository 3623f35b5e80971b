import { assert, assertEquals } from "@std/assert";
import { Forwarding, type ForwardingOptions } from "../../../lib/gate/proxy/forwarding.ts";
import { CapturedLog } from "../../base/captured_log.ts";

const PEER = { address: "10.0.0.1", host: "10.0.0.1", port: "1" };

type Kind = NonNullable<ForwardingOptions["proxyHeaders"]>;

function find(headers: Record<string, string>, proxyHeaders: Kind, peer = PEER) {
  const forwarding = new Forwarding({ trustProxy: ["10.0.0.0/8", "unix"], proxyHeaders });
  const found = forwarding.find(peer, new Headers(headers));
  return found && [found.remote.address, found.proxy.scheme, found.host];
}

/** X-Forwarded-For, -Proto and -Host, and the client, scheme and host that they mean. */
const X_FORWARDED: [headers: string[], client: string, scheme?: string, host?: string][] = [
  [["192.0.2.1", "https", "a.example"], "192.0.2.1", "https", "a.example"],
  [["192.0.2.1", "HTTP", "a.example:81"], "192.0.2.1", "http", "a.example:81"],
  [["192.0.2.1", "wss"], "192.0.2.1", "https"],
  [["192.0.2.1", "ws"], "192.0.2.1", "http"],
  [["192.0.2.1", "gopher", "a/b"], "192.0.2.1"],
  [["192.0.2.1", "constructor"], "192.0.2.1"],
  // A client's own is in front of what proxies have added.
  [["203.0.113.9, 192.0.2.1"], "192.0.2.1"],
  [["10.0.0.9, 192.0.2.1"], "192.0.2.1"],
  [["203.0.113.9, 192.0.2.1", "https, http", "evil, a"], "192.0.2.1", "http", "a"],
  // Proxies behind proxies.
  [["203.0.113.9, 192.0.2.1, 10.0.0.3, 10.0.0.2"], "192.0.2.1"],
  [["192.0.2.1, 10.0.0.2", "https, http", "a, b"], "192.0.2.1", "https", "a"],
  [["192.0.2.1, 10.0.0.2", "https", "a"], "192.0.2.1", "https", "a"],
  [["192.0.2.1, 10.0.0.2", "evil, https, http"], "192.0.2.1", "https"],
  [["10.0.0.3, 10.0.0.2"], "10.0.0.3"],
  [[" 192.0.2.1 ,, 10.0.0.2,"], "192.0.2.1"],
  // What is no address: what is known until there.
  [["192.0.2.1, unknown"], "10.0.0.1"],
  [["192.0.2.1, unknown, 10.0.0.2"], "10.0.0.2"],
  [["192.0.2.1, 10.0.0.999, 10.0.0.2"], "10.0.0.2"],
  [[",,,"], "10.0.0.1"],
  [["<script>"], "10.0.0.1"],
  [["", "https", "a"], "10.0.0.1", "https", "a"],
];
for (const [headers, client, scheme, host] of X_FORWARDED) {
  const [addresses = "", proto, name] = headers;
  Deno.test(`Forwarding finds ${client} ${scheme} ${host} in ${JSON.stringify(headers)}`, () => {
    const sent = {
      "X-Forwarded-For": addresses,
      ...(proto === undefined ? {} : { "x-forwarded-PROTO": proto }),
      ...(name === undefined ? {} : { "X-Forwarded-Host": name }),
    };
    assertEquals(find(sent, "x-forwarded"), [client, scheme, host]);
  });
}

/** Of a proxy that sets one kind of header, all others are the client's. */
const KINDS: [kind: Kind, headers: Record<string, string>, client: string][] = [
  ["x-forwarded", { "X-Forwarded-For": "192.0.2.1", Forwarded: "for=192.0.2.9" }, "192.0.2.1"],
  ["x-forwarded", { Forwarded: "for=192.0.2.9", "X-Real-IP": "192.0.2.9" }, "10.0.0.1"],
  ["forwarded", { Forwarded: "for=192.0.2.1", "X-Forwarded-For": "192.0.2.9" }, "192.0.2.1"],
  ["forwarded", { "X-Forwarded-For": "192.0.2.9", "X-Forwarded-Proto": "https" }, "10.0.0.1"],
  ["forwarded", { Forwarded: "for=192.0.2.9, for=unknown" }, "10.0.0.1"],
  ["forwarded", { Forwarded: 'for=192.0.2.9, for="_x", for=10.0.0.7' }, "10.0.0.7"],
  ["x-real-ip", { "X-Real-IP": "192.0.2.1", "X-Forwarded-For": "192.0.2.9" }, "192.0.2.1"],
  ["x-real-ip", { "X-Real-IP": "192.0.2.9, 192.0.2.1" }, "192.0.2.1"],
  ["x-real-ip", { "X-Real-IP": "192.0.2.9, 10.0.0.2" }, "10.0.0.2"],
  ["x-real-ip", { "X-Real-IP": "192.0.2.1", "X-Forwarded-Proto": "https" }, "192.0.2.1"],
];
for (const [kind, headers, client] of KINDS) {
  Deno.test(`Forwarding believes ${kind} alone in ${JSON.stringify(headers)}`, () => {
    assertEquals(find(headers, kind), [client, undefined, undefined]);
  });
}

Deno.test("Forwarding has client, scheme and host of the same element of Forwarded", () => {
  const Forwarded = "for=192.0.2.9;proto=http;host=evil, " +
    'for="[2001:DB8::1]:99";proto=https;host="a.example:81", for=10.0.0.2;proto=http;host=b';
  assertEquals(find({ Forwarded }, "forwarded"), ["2001:db8::1", "https", "a.example:81"]);
});

Deno.test("Forwarding believes nobody but its peers", () => {
  const headers = { "X-Forwarded-For": "192.0.2.1" };
  for (const address of ["11.0.0.1", "::1", "", "unknown"]) {
    const peer = { address, host: address, port: "1" };
    assertEquals(find(headers, "x-forwarded", peer), undefined);
  }
  const unix = { address: "unix-socket", host: "unix-socket", port: "" };
  assertEquals(find(headers, "x-forwarded", unix)?.[0], "192.0.2.1");
});

Deno.test("Forwarding says at debug what it cannot understand, and once what nobody listens to", () => {
  using log = new CapturedLog();
  const forwarding = new Forwarding({ trustProxy: ["10.0.0.1"] });
  for (let count = 0; count < 2; count++) {
    forwarding.find(PEER, new Headers({ "X-Forwarded-For": "_x" }));
    forwarding.find(PEER, new Headers({ "X-Real-IP": "192.0.2.1" }));
  }
  assertEquals(log.messages, [
    'DEBUG http: The proxy names a client in X-Forwarded-For without an address: "_x"',
    "INFO http: The proxy sends X-Real-IP and no X-Forwarded-For: if it is its own, --proxy-headers=x-real-ip believes it",
    'DEBUG http: The proxy names a client in X-Forwarded-For without an address: "_x"',
  ]);
});

/** Lists as long as no engine lets through: what takes more than linear time would not end. */
const LONG: [kind: Kind, name: string, item: string][] = [
  ["x-forwarded", "x-forwarded-for", "10.0.0.2, "],
  ["x-forwarded", "x-forwarded-for", ","],
  ["forwarded", "forwarded", "for=10.0.0.2, "],
  ["forwarded", "forwarded", 'for="10.0.0.2", '],
  ["forwarded", "forwarded", '"\\\\'],
  ["forwarded", "forwarded", "\\"],
  ["forwarded", "forwarded", "a=b;"],
  ["forwarded", "forwarded", 'a="'],
  ["x-real-ip", "x-real-ip", "10.0.0.2,"],
];
for (const [kind, name, item] of LONG) {
  Deno.test(`Forwarding reads a hundred thousand times ${JSON.stringify(item)}`, () => {
    const forwarding = new Forwarding({ trustProxy: ["10.0.0.0/8"], proxyHeaders: kind });
    const list = item.repeat(100_000);
    const found = forwarding.find(PEER, { get: (asked) => asked === name ? list : null });
    assert(found?.remote.address.startsWith("10."));
  });
}
