import { assertEquals } from "@std/assert";
import { clientAddress } from "../../../lib/gate/proxy/client_address.ts";

const ADDRESSES: [text: string, address: string | undefined, port?: string][] = [
  ["192.0.2.1", "192.0.2.1"],
  ["192.0.2.1:5678", "192.0.2.1", "5678"],
  ["192.0.2.1:_hidden", "192.0.2.1"],
  ["2001:DB8::1", "2001:db8::1"],
  ["[2001:db8::1]", "2001:db8::1"],
  ["[2001:db8::1]:5678", "2001:db8::1", "5678"],
  ["::ffff:192.0.2.1", "192.0.2.1"],
  ["[::ffff:192.0.2.1]:1", "192.0.2.1", "1"],
  ["", undefined],
  ["unknown", undefined],
  ["_hidden", undefined],
  ["_hidden:80", undefined],
  ["localhost", undefined],
  ["192.0.2.1:", undefined],
  ["192.0.2.1:65536", undefined],
  ["192.0.2.1:123456", undefined],
  ["192.0.2.1:-1", undefined],
  ["[192.0.2.1]", undefined],
  ["[2001:db8::1", undefined],
  ["[2001:db8::1]x", undefined],
  ["192.0.2.1\r\n", undefined],
  ["unix-socket", undefined],
];
for (const [text, address, port = ""] of ADDRESSES) {
  Deno.test(`clientAddress() finds ${address} in ${JSON.stringify(text)}`, () => {
    const found = address === undefined ? undefined : { address, host: address, port };
    assertEquals(clientAddress(text), found);
  });
}
