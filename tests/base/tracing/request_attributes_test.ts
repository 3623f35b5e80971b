import { assertEquals } from "@std/assert";
import { requestAttributes } from "../../../lib/base/tracing/request_attributes.ts";
import { fakeRequest, type RequestChanges } from "../fake_request.ts";

const NAMED = { "http.request.method": "GET", "url.scheme": "http", "url.path": "/a%20b" };
const OTHERS = {
  "server.address": "example.com",
  "server.port": 8080,
  "client.address": "192.0.2.1",
  "network.peer.address": "192.0.2.1",
  "network.peer.port": 54321,
};
const unix = { address: "unix-socket", host: "unix-socket", port: "" };
const proxy = { address: "10.0.0.1", host: "10.0.0.1", port: "99" };

type Changed = Record<string, string | number | undefined>;
const CASES: [what: string, changes: RequestChanges, named: Changed, others: Changed][] = [
  ["a plain request", {}, {}, {}],
  ["a query, which is left out", { target: "/a%20b?access_token=hush" }, {}, {}],
  ["TLS without a port", { secure: true, host: "[::1]" }, { "url.scheme": "https" }, {
    "server.address": "::1",
    "server.port": 443,
  }],
  ["a client that has a name for itself", { headers: { "User-Agent": "x/1" } }, {}, {
    "user_agent.original": "x/1",
  }],
  ["a Unix socket", { remote: unix }, {}, {
    "client.address": "unix-socket",
    "network.transport": "unix",
    "network.peer.address": undefined,
    "network.peer.port": undefined,
  }],
  ["a trusted proxy", { proxy: { remote: proxy, scheme: undefined } }, {}, {
    "network.peer.address": "10.0.0.1",
    "network.peer.port": 99,
  }],
];
for (const [what, changes, named, others] of CASES) {
  Deno.test(`requestAttributes() names ${what}`, () => {
    const attributes = requestAttributes(fakeRequest({ target: "/a%20b", ...changes }));
    const known = (all: Changed) =>
      Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
    assertEquals(attributes, {
      named: known({ ...NAMED, ...named }),
      others: known({ ...OTHERS, ...others }),
    });
  });
}
