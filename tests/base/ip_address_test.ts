import { assertEquals } from "@std/assert";
import { formatIp, parseIp } from "../../lib/base/ip_address.ts";

/** Texts, and the one that everybody is to write; undefined where it is no address. */
const ADDRESSES: [text: string, written: string | undefined][] = [
  ["192.0.2.1", "192.0.2.1"],
  ["0.0.0.0", "0.0.0.0"],
  ["255.255.255.255", "255.255.255.255"],
  ["::", "::"],
  ["::1", "::1"],
  ["2001:DB8:0:0:0:0:0:1", "2001:db8::1"],
  ["2001:0db8::0001", "2001:db8::1"],
  ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
  ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
  ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
  ["1::", "1::"],
  ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
  ["::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"],
  ["10:0:0:0:0:0:0:10", "10::10"],
  ["::ffff:192.0.2.1", "192.0.2.1"],
  ["::FFFF:c000:201", "192.0.2.1"],
  ["64:ff9b::192.0.2.1", "64:ff9b::c000:201"],
  ["", undefined],
  [" 192.0.2.1", undefined],
  ["192.0.2", undefined],
  ["192.0.2.256", undefined],
  ["192.0.2.01", undefined],
  ["192.0.2.1.1", undefined],
  ["0x7f.0.0.1", undefined],
  ["2130706433", undefined],
  [":", undefined],
  [":::", undefined],
  ["1::2::3", undefined],
  ["1:2:3:4:5:6:7", undefined],
  ["1:2:3:4:5:6:7:8:9", undefined],
  ["1:2:3:4::5:6:7:8", undefined],
  ["12345::", undefined],
  ["g::", undefined],
  ["::192.0.2.1:1", undefined],
  ["192.0.2.1::", undefined],
  ["fe80::1%eth0", undefined],
  ["[::1]", undefined],
  ["unknown", undefined],
  [`${"0".repeat(10_000)}::1`, undefined],
];
for (const [text, written] of ADDRESSES) {
  const shown = text.length > 50 ? `${text.length} characters` : `"${text}"`;
  Deno.test(`parseIp() and formatIp() make ${written} of ${shown}`, () => {
    const bytes = parseIp(text);
    assertEquals(bytes && formatIp(bytes), written);
    // One that is written so is the same.
    assertEquals(written && parseIp(written), bytes);
  });
}
