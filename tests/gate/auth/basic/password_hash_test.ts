import { assertEquals, assertThrows } from "@std/assert";
import { parsePasswordHash } from "../../../../lib/gate/auth/basic/password_hash.ts";

const TAIL = "S".repeat(53);
const SHA256 = "S".repeat(43);
const SHA512 = "S".repeat(86);

const TAKEN: [text: string, scheme: string][] = [
  [`$2y$05$${TAIL}`, "bcrypt"],
  [`$2a$10$${TAIL}`, "bcrypt"],
  [`$2b$14$${TAIL}`, "bcrypt"],
  [`$5$salt$${SHA256}`, "sha256"],
  [`$5$rounds=200000$$${SHA256}`, "sha256"],
  [`$6$0123456789abcdef$${SHA512}`, "sha512"],
  [`$6$rounds=1000$salt$${SHA512}`, "sha512"],
];
for (const [text, scheme] of TAKEN) {
  Deno.test(`parsePasswordHash() takes ${text}`, () => {
    assertEquals(parsePasswordHash(text), { scheme, text } as never);
  });
}

const REFUSED: [text: string, why: string][] = [
  [
    `$apr1$salt$${"S".repeat(22)}`,
    "it is hashed by MD5, as htpasswd does unless it is told otherwise",
  ],
  [
    `$1$salt$${"S".repeat(22)}`,
    "it is hashed by MD5, as htpasswd does unless it is told otherwise",
  ],
  [`{SHA}${"S".repeat(27)}=`, "it is hashed by SHA-1 without a salt"],
  [`{SSHA}${"S".repeat(27)}=`, "it is hashed in a way that is not known here"],
  [`$argon2id$v=19$S`, "it is hashed in a way that is not known here"],
  ["SSSSSSSSSSSSS", "it is hashed by the crypt of old, or not at all"],
  ["SSSSSSSS", "it is not hashed"],
  ["", "it is not hashed"],
  [`$2y$05$${TAIL.slice(1)}`, "it is a hash of bcrypt that is not whole"],
  [`$2x$05$${TAIL}`, "it is a hash of bcrypt that is not whole"],
  [`$2y$03$${TAIL}`, "the cost of its hash is 3, and 4 to 14 are taken"],
  [`$2y$15$${TAIL}`, "the cost of its hash is 15, and 4 to 14 are taken"],
  [`$5$salt$${SHA512}`, "it is a hash of SHA-crypt that is not whole"],
  [`$6$salt$${SHA256}`, "it is a hash of SHA-crypt that is not whole"],
  [`$6$rounds=200001$salt$${SHA512}`, "its hash has 200001 rounds, and 200000 are the most"],
];
for (const [text, why] of REFUSED) {
  Deno.test(`parsePasswordHash() refuses "${text}"`, () => {
    assertThrows(() => parsePasswordHash(text), Error, why);
  });
}
