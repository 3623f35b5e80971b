import { assertEquals } from "@std/assert";
import { parseNetworks } from "../../lib/options/networks.ts";

const NETWORKS: [text: string, networks: string[] | undefined][] = [
  ["192.0.2.1", ["192.0.2.1/32"]],
  ["10.0.0.0/8", ["10.0.0.0/8"]],
  ["0.0.0.0/0", ["0.0.0.0/0"]],
  ["2001:db8::/32", ["32,1,13,184,0,0,0,0,0,0,0,0,0,0,0,0/32"]],
  ["[::1]", ["0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1/128"]],
  ["::ffff:10.0.0.0/104", ["10.0.0.0/8"]],
  ["unix", []],
  ["loopback", ["127.0.0.0/8", "0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1/128"]],
  ["", undefined],
  ["10.0.0.0/33", undefined],
  ["10.0.0.0/", undefined],
  ["10.0.0.0/-1", undefined],
  ["10.0.0.0/8/8", undefined],
  ["::/129", undefined],
  ["::ffff:10.0.0.0/95", undefined],
  ["10.0.0", undefined],
  ["localhost", undefined],
  ["constructor", undefined],
  ["*", undefined],
];
for (const [text, networks] of NETWORKS) {
  Deno.test(`parseNetworks() makes ${networks?.join(" ")} of "${text}"`, () => {
    const found = parseNetworks(text)?.map(({ address, bits }) => {
      return `${address.length === 4 ? address.join(".") : address}/${bits}`;
    });
    assertEquals(found, networks);
  });
}
