import { assertEquals } from "@std/assert";
import { untimely } from "../../lib/listen/validity.ts";
import { Certificates } from "../support/certificates.ts";
import { needing } from "../support/programs.ts";

const FROM = Date.UTC(2020, 0, 2, 3, 4, 5);
const TO = Date.UTC(2021, 0, 2, 3, 4, 5);
const NOW: [what: string, now: number, found: ReturnType<typeof untimely>][] = [
  [
    "before it begins",
    FROM - 1,
    { why: "it is valid only from 2020-01-02T03:04:05.000Z on", from: FROM },
  ],
  ["when it begins", FROM, undefined],
  ["when it ends", TO, undefined],
  ["after its end", TO + 1, { why: "it was valid until 2021-01-02T03:04:05.000Z" }],
];
Deno.test({
  ...needing("untimely() knows when a certificate is in force", "openssl"),
  async fn() {
    await using certificates = await Certificates.make();
    const pair = await certificates.issue({ valid: ["20200102030405Z", "20210102030405Z"] });
    // Its authority is in force the whole time.
    const cert = await Deno.readTextFile(pair.cert) + await Deno.readTextFile(certificates.ca.cert);
    for (const [what, now, found] of NOW) assertEquals(untimely({ cert }, now), found, what);
  },
});
