import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { ListenError } from "../../lib/base/errors.ts";
import { readCredentials } from "../../lib/listen/credentials.ts";
import { needing } from "../support/programs.ts";
import { PemFolder } from "./pem_folder.ts";

const RSA = ["-newkey", "rsa:2048"];
const curve = (name: string) => ["-newkey", "ec", "-pkeyopt", `ec_paramgen_curve:${name}`];

/** Each begins with a pair that `openssl req` has made, `a.pem` and `a.key`. */
const KEYS: [what: string, made: string[], convert: string[] | undefined, label: string][] = [
  ["RSA in PKCS#8", RSA, undefined, "PRIVATE KEY"],
  ["RSA in PKCS#1", RSA, ["rsa", "-traditional"], "RSA PRIVATE KEY"],
  ["P-256 in PKCS#8", curve("P-256"), undefined, "PRIVATE KEY"],
  ["P-256 in SEC 1", curve("P-256"), ["ec"], "EC PRIVATE KEY"],
  ["P-384 in PKCS#8", curve("P-384"), undefined, "PRIVATE KEY"],
  ["P-384 in SEC 1", curve("P-384"), ["ec"], "EC PRIVATE KEY"],
  ["P-521 in PKCS#8", curve("P-521"), undefined, "PRIVATE KEY"],
  ["Ed25519 in PKCS#8", ["-newkey", "ed25519"], undefined, "PRIVATE KEY"],
];
for (const [what, made, convert, label] of KEYS) {
  Deno.test({
    ...needing(`readCredentials() reads a key of ${what}`, "openssl"),
    async fn() {
      await using pems = await PemFolder.make();
      await pems.selfSigned("a", ...made);
      if (convert) await pems.openssl(...convert, "-in", "a.key", "-out", "a.key");
      const [cert, key] = [await pems.read("a.pem"), await pems.read("a.key")];
      assertEquals(key.split("\n")[0], `-----BEGIN ${label}-----`);
      const files = { certFile: pems.file("a.pem"), keyFile: pems.file("a.key") };
      assertEquals(readCredentials(files), { cert, key });
    },
  });
}

/** A folder with a pair, another pair, and what is neither. */
async function makeFiles(): Promise<PemFolder> {
  const pems = await PemFolder.make();
  await pems.selfSigned("a");
  await pems.selfSigned("b");
  await pems.selfSigned("other", "-newkey", "ed25519");
  const encrypt = ["-in", "a.key", "-passout", "pass:secret"];
  await pems.openssl("pkcs8", "-topk8", ...encrypt, "-out", "encrypted8.key");
  await pems.openssl("ec", "-aes128", ...encrypt, "-out", "encrypted1.key");
  await pems.openssl("x509", "-in", "a.pem", "-outform", "DER", "-out", "a.der");
  await pems.openssl("x509", "-in", "a.pem", "-text", "-out", "text.pem");
  const [a, b] = [await pems.read("a.pem"), await pems.read("b.pem")];
  const texts = {
    "empty.pem": "",
    "garbage.pem": "garbage\n",
    "torn.pem": a.slice(0, a.length / 2),
    "chain.pem": a + b,
    "second-garbage.pem": `${a}-----BEGIN CERTIFICATE-----\n${
      btoa("garbage")
    }\n-----END CERTIFICATE-----\n`,
    "crlf.pem": a.replaceAll("\n", "\r\n"),
    "both.pem": a + await pems.read("a.key"),
    "turned.pem": await pems.read("a.key") + a,
  };
  for (const [name, text] of Object.entries(texts)) {
    await Deno.writeTextFile(pems.file(name), text);
  }
  return pems;
}

for (const name of ["chain.pem", "text.pem", "crlf.pem"]) {
  Deno.test({
    ...needing(`readCredentials() answers what is in ${name} as it is`, "openssl"),
    async fn() {
      await using pems = await makeFiles();
      const [cert, key] = [await pems.read(name), await pems.read("a.key")];
      const files = { certFile: pems.file(name), keyFile: pems.file("a.key") };
      assertEquals(readCredentials(files), { cert, key });
      assertEquals(readCredentials({ ...files, caFile: files.certFile }), { cert, key, ca: cert });
    },
  });
}

for (const name of ["both.pem", "turned.pem"]) {
  Deno.test({
    ...needing(`readCredentials() finds certificate and key in ${name} alone`, "openssl"),
    async fn() {
      await using pems = await makeFiles();
      const [pem, file] = [await pems.read(name), pems.file(name)];
      assertEquals(readCredentials({ certFile: file, keyFile: file }), { cert: pem, key: pem });
    },
  });
}

type Refusal = [cert: string, key: string, ca: string | undefined, message: string];
const NOT_PEM = "expected PEM, unencrypted (";
const REFUSED: Refusal[] = [
  ["none.pem", "a.key", undefined, 'Cannot read the certificate "{none.pem}": No such file'],
  ["a.pem", "none.key", undefined, 'Cannot read the private key "{none.key}": No such file'],
  ["a.pem", "a.key", "none.pem", 'Cannot read the authorities "{none.pem}": No such file'],
  [".", "a.key", undefined, 'Cannot read the certificate "{.}": Is a directory'],
  ["empty.pem", "a.key", undefined, `Cannot use the certificate "{empty.pem}": ${NOT_PEM}`],
  ["garbage.pem", "a.key", undefined, `Cannot use the certificate "{garbage.pem}": ${NOT_PEM}`],
  ["torn.pem", "a.key", undefined, `Cannot use the certificate "{torn.pem}": ${NOT_PEM}`],
  ["a.der", "a.key", undefined, `Cannot use the certificate "{a.der}": ${NOT_PEM}`],
  ["a.key", "a.key", undefined, `Cannot use the certificate "{a.key}": ${NOT_PEM}`],
  ["a.pem", "empty.pem", undefined, `Cannot use the private key "{empty.pem}": ${NOT_PEM}`],
  ["a.pem", "garbage.pem", undefined, `Cannot use the private key "{garbage.pem}": ${NOT_PEM}`],
  ["a.pem", "a.pem", undefined, `Cannot use the private key "{a.pem}": ${NOT_PEM}`],
  ["a.pem", "encrypted8.key", undefined, `private key "{encrypted8.key}": ${NOT_PEM}`],
  ["a.pem", "encrypted1.key", undefined, `private key "{encrypted1.key}": ${NOT_PEM}`],
  ["a.pem", "a.key", "garbage.pem", `Cannot use the authorities "{garbage.pem}": ${NOT_PEM}`],
  [
    "a.pem",
    "a.key",
    "second-garbage.pem",
    `Cannot use the authorities "{second-garbage.pem}": ${NOT_PEM}`,
  ],
  ["a.pem", "a.key", "a.key", `Cannot use the authorities "{a.key}": ${NOT_PEM}`],
];
const MISMATCHED: [cert: string, key: string][] = [
  ["a.pem", "b.key"],
  ["b.pem", "a.key"],
  ["a.pem", "other.key"],
  ["other.pem", "a.key"],
  ["chain.pem", "b.key"],
];
for (const [cert, key] of MISMATCHED) {
  const fact = `it is not that of the certificate "{${cert}}"`;
  REFUSED.push([cert, key, undefined, `Cannot use the private key "{${key}}": ${fact}`]);
}
for (const [cert, key, ca, message] of REFUSED) {
  const shown = [cert, key, ...(ca ? [ca] : [])].join(", ");
  Deno.test({
    ...needing(`readCredentials() refuses ${shown} and names the file`, "openssl"),
    async fn() {
      await using pems = await makeFiles();
      const expected = message.replace(/\{(.+?)\}/g, (_, name) => pems.file(name));
      const files = { certFile: pems.file(cert), keyFile: pems.file(key) };
      const error = assertThrows(
        () => readCredentials({ ...files, ...(ca ? { caFile: pems.file(ca) } : {}) }),
        ListenError,
        expected,
      );
      assertEquals(error.message.includes("\n"), false);
      if (!expected.includes("it is not that")) assertInstanceOf(error.cause, Error);
    },
  });
}
