import { assertEquals } from "@std/assert";
import { forwarded } from "../../../lib/gate/proxy/forwarded.ts";

/** Headers, and what each hop has said, the nearest first: client, scheme, host. */
const HEADERS: [header: string, hops: (string | undefined)[][]][] = [
  ["", []],
  ["for=192.0.2.60;proto=http;by=203.0.113.43", [["192.0.2.60", "http", undefined]]],
  ["for=192.0.2.43, for=198.51.100.17", [["198.51.100.17"], ["192.0.2.43"]]],
  ['For="[2001:db8:cafe::17]:4711"', [["[2001:db8:cafe::17]:4711"]]],
  ['for="_gazonk", for=unknown', [["unknown"], ["_gazonk"]]],
  ["FOR=a;PROTO=https;HOST=b.example:81", [["a", "https", "b.example:81"]]],
  ['for=a ; proto=https\t;host="b"', [["a", "https", "b"]]],
  ["for=a;", [["a"]]],
  ["for=a,, ,for=b", [["b"], ["a"]]],
  ["proto=https", [[undefined, "https"]]],
  ["other=1;for=a", [["a"]]],
  // Without the quotes that it should have.
  ["for=[::1]:80", [["[::1]:80"]]],
  // Commas, semicolons and quotes in quotes.
  ['for="a,b;c=\\"d\\"\\\\", for=e', [["e"], ['a,b;c="d"\\']]],
  ['for="\\"', []],
  // What is malformed ends it, and takes nothing of what is behind it along.
  ['for="evil, for=a', [["a"]]],
  ['for="evil", for="a"', [["a"], ["evil"]]],
  ['x", for=a', [["a"]]],
  ['for="\\", for="a"', [["a"]]],
  ["for=a, for=b;for=c", []],
  ["for=a;For=b", []],
  ["nonsense, for=a", [["a"]]],
  ["for=a, nonsense", []],
  ["for=", []],
  ["for", []],
  ["=a", []],
  ["for =a", []],
  ["for=a b", []],
  ["for=a for=b", []],
  ["for=\u00e9", []],
  ['for="a"b', []],
  [";", []],
];
for (const [header, hops] of HEADERS) {
  Deno.test(`forwarded finds ${hops.length} hops in ${JSON.stringify(header)}`, () => {
    const found = forwarded.hops({ get: (name) => name === "forwarded" ? header : null });
    const said = Array.from(found, ({ client, proto, host }) => [client, proto, host]);
    assertEquals(said, hops.map(([client, proto, host]) => [client, proto, host]));
  });
}
