import { assertEquals } from "@std/assert";
import { addressKey } from "../../../lib/gate/entry/address_key.ts";

const KEYS: [address: string, key: string | undefined][] = [
  ["192.0.2.1", "192.0.2.1"],
  ["::ffff:192.0.2.1", "192.0.2.1"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:DB8:1:2::6", "2001:db8:1:2::/64"],
  ["2001:0db8:0001:0002:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"],
  ["2001:db8::1", "2001:db8::/64"],
  ["2001:db8:0:1::", "2001:db8:0:1::/64"],
  ["2001:db8:1:10::1", "2001:db8:1:10::/64"],
  ["2001:0:0:2::1", "2001:0:0:2::/64"],
  ["::1", "::/64"],
  ["::", "::/64"],
  ["::2:3:4:5:6", "0:0:0:2::/64"],
  ["64:ff9b::192.0.2.1", "64:ff9b::/64"],
  ["::1:2:3:192.0.2.1", "0:0:0:1::/64"],
  ["fe80::1%eth0", "fe80::/64"],
  ["unix-socket", undefined],
  ["", undefined],
  ["_hidden", "_hidden"],
];
for (const [address, key] of KEYS) {
  Deno.test(`addressKey("${address}") is ${key}`, () => {
    assertEquals(addressKey(address), key);
  });
}
