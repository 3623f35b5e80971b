import { assertEquals } from "@std/assert";
import { shaCrypt } from "../../../../lib/gate/auth/basic/sha_crypt.ts";
import { needing } from "../../../support/programs.ts";

const encoder = new TextEncoder();

async function openssl(...args: string[]): Promise<string> {
  const { stdout } = await new Deno.Command("openssl", { args: ["passwd", ...args] }).output();
  return new TextDecoder().decode(stdout).trim();
}

// Where a digest is as long, or as often as long, as the password is: there are steps for each.
const LENGTHS = [1, 15, 16, 17, 31, 32, 33, 63, 64, 65, 128, 200];
for (const length of LENGTHS) {
  Deno.test({
    ...needing(`shaCrypt() hashes a password of ${length} bytes as OpenSSL does`, "openssl"),
    async fn() {
      const password = "pä$w0rd ".repeat(40).slice(0, length);
      const short = new TextDecoder().decode(encoder.encode(password).slice(0, length));
      for (const [flag, algorithm] of [["-5", "sha256"], ["-6", "sha512"]] as const) {
        const found = shaCrypt(algorithm, encoder.encode(short), "sAlt./9", 5_000);
        const expected = await openssl(flag, "-salt", "sAlt./9", short);
        assertEquals(`$${flag.slice(1)}$sAlt./9$${found}`, expected);
      }
    },
  });
}

Deno.test("shaCrypt() hashes as its specification does", () => {
  const password = encoder.encode("Hello world!");
  assertEquals(
    shaCrypt("sha256", password, "saltstring", 5_000),
    "5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5",
  );
  assertEquals(
    shaCrypt("sha512", password, "saltstring", 5_000),
    "svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1",
  );
});
