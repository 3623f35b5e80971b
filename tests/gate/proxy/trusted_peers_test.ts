import { assertEquals } from "@std/assert";
import { TrustedPeers } from "../../../lib/gate/proxy/trusted_peers.ts";

const PEERS: [trusted: string, peers: string[], others: string[]][] = [
  ["10.0.0.0/8", ["10.0.0.0", "10.255.255.255", "::ffff:10.1.2.3"], ["11.0.0.0", "9.255.255.255"]],
  ["10.1.2.3/8", ["10.9.9.9"], ["11.1.2.3"]],
  ["192.0.2.128/25", ["192.0.2.128", "192.0.2.255"], ["192.0.2.127", "192.0.3.128"]],
  ["192.0.2.1", ["192.0.2.1"], ["192.0.2.0", "192.0.2.3", "unix-socket", "", "::1"]],
  ["0.0.0.0/0", ["1.2.3.4"], ["::1", "unix-socket"]],
  ["::/0", ["::1", "2001:db8::1"], ["1.2.3.4"]],
  ["2001:db8::/33", ["2001:db8:7fff::1"], ["2001:db8:8000::1", "2001:db9::"]],
  ["fe80::/10", ["fe80::1%eth0", "febf::1"], ["fec0::1"]],
  ["unix", ["unix-socket"], ["127.0.0.1", "::1", ""]],
  ["loopback", ["127.0.0.1", "127.9.9.9", "::1"], ["128.0.0.1", "unix-socket", "::2"]],
  [
    "private",
    ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fd00::1"],
    ["172.15.0.1", "172.32.0.1", "192.169.0.1", "169.254.0.1", "127.0.0.1", "fe00::1"],
  ],
];
for (const [trusted, peers, others] of PEERS) {
  Deno.test(`TrustedPeers has those of ${trusted}, and no others`, () => {
    const found = new TrustedPeers([trusted]);
    assertEquals(peers.filter((peer) => !found.has(peer)), []);
    assertEquals(others.filter((peer) => found.has(peer)), []);
  });
}
