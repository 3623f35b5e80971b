import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { ListenError } from "../../lib/base/errors.ts";
import { readCredentials } from "../../lib/listen/credentials.ts";
import { readPipes } from "../../lib/listen/read_pipes.ts";
import { run } from "../support/certificates.ts";
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

const NOT_PEM = "expected PEM, unencrypted (";

let made: Promise<PemFolder> | undefined;

/** A folder with a pair, another pair, and what is neither: one for all tests, which only add to it. */
function madeFiles(): Promise<PemFolder> {
  return made ??= makeFiles();
}

Deno.test.afterAll(async () => await (await made)?.[Symbol.asyncDispose]());

async function makeFiles(): Promise<PemFolder> {
  const pems = await PemFolder.make();
  await pems.selfSigned("a");
  await pems.selfSigned("b");
  await pems.selfSigned("other", "-newkey", "ed25519");
  const encrypt = ["-in", "a.key", "-passout", "pass:secret"];
  await pems.openssl("pkcs8", "-topk8", ...encrypt, "-out", "encrypted8.key");
  await pems.openssl("ec", "-aes128", ...encrypt, "-out", "encrypted1.key");
  await pems.openssl("x509", "-in", "a.pem", "-outform", "DER", "-out", "a.der");
  await pems.openssl("pkey", "-in", "a.key", "-outform", "DER", "-out", "a-key.der");
  const both = ["-in", "a.pem", "-inkey", "a.key"];
  await pems.openssl("pkcs12", "-export", ...both, "-passout", "pass:", "-out", "a.p12");
  await pems.openssl("x509", "-in", "a.pem", "-text", "-out", "text.pem");
  await pems.openssl("x509", "-in", "a.pem", "-trustout", "-out", "trusted.pem");
  await pems.openssl("ecparam", "-name", "prime256v1", "-out", "parameters.pem");
  await pems.openssl("ec", "-in", "a.key", "-out", "sec1.key");
  await pems.selfSigned("small", "-newkey", "rsa:1024");
  await pems.selfSigned("k1", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:secp256k1");
  await pems.openssl("req", "-new", "-key", "a.key", "-subj", "/CN=v1", "-out", "v1.csr");
  await pems.openssl("x509", "-req", "-in", "v1.csr", "-signkey", "a.key", "-out", "v1.pem");
  const [a, b] = [await pems.read("a.pem"), await pems.read("b.pem")];
  const [key, sec1] = [await pems.read("a.key"), await pems.read("sec1.key")];
  const eachLine = (text: string, change: (line: string) => string) =>
    text.trimEnd().split("\n").map((line) => `${change(line)}\n`).join("");
  const longer = `${a.replace(/^---.*/gm, "").replaceAll("\n", "")}`;
  const texts = {
    "empty.pem": "",
    "garbage.pem": "garbage\n",
    "torn.pem": a.slice(0, a.length / 2),
    "chain.pem": a + b,
    "second-garbage.pem": `${a}-----BEGIN CERTIFICATE-----\n${
      btoa("garbage")
    }\n-----END CERTIFICATE-----\n`,
    "crlf.pem": a.replaceAll("\n", "\r\n"),
    "both.pem": a + key,
    "turned.pem": key + a,
    "bom.pem": `\ufeff${a}`,
    "cr.pem": a.replaceAll("\n", "\r"),
    "indented.pem": eachLine(a, (line) => `\t  ${line}`),
    "indented-first.pem": ` ${a}`,
    "nbsp.pem": eachLine(a, (line) => `\u00a0${line}`),
    "spaces-behind.pem": eachLine(a, (line) => `${line}  `),
    "one-line.pem": a.replaceAll("\n", " "),
    "no-end.pem": a.trimEnd(),
    "joined.pem": a.trimEnd() + b,
    "between.pem": `Müller\n${a}between\n${b}behind`,
    "commented.pem": `${eachLine(b, (line) => `# ${line}`)}${a}# -----BEGIN CERTIFICATE-----\n`,
    "x509.pem": a.replaceAll("CERTIFICATE", "X509 CERTIFICATE"),
    "label.pem": a.replaceAll("CERTIFICATE", "TRUSTED CERTIFICATE"),
    "key-between.pem": key + a + sec1 + b,
    "second-torn.pem": a + b.slice(0, b.length / 2),
    "second-short.pem": a + eachLine(b, (line) => line).replace(/\n[^\n]+(?=\n-----END)/, ""),
    "second-no-base64.pem": `${a}-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n`,
    "longer.pem": `-----BEGIN CERTIFICATE-----\n${
      Uint8Array.from([...Uint8Array.fromBase64(longer), 0, 0, 0]).toBase64()
    }\n-----END CERTIFICATE-----\n`,
    "bom.key": `\ufeff${key}`,
    "indented.key": eachLine(key, (line) => `  ${line}`),
    "text.key": `Private-Key: (256 bit)\n${key}behind\n`,
    "parameters.key": await pems.read("parameters.pem") + sec1,
    "second.key": await pems.read("b.key") + key,
    "encrypted-first.key": await pems.read("encrypted8.key") + key,
    "broken-behind.key": `${key}-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n`,
    "openssh.key": "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n",
    "encrypted-other.key": await pems.read("encrypted8.key") + await pems.read("b.key"),
    "public.key": `-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n${key}`,
    "label.key": key.replaceAll("PRIVATE", "EC PRIVATE"),
    "torn.key": key.slice(0, 60),
  };
  for (const [name, encoding] of [["utf16le", 0xff], ["utf16be", 0xfe]] as const) {
    for (const [ending, text] of [["pem", a], ["key", key]] as const) {
      const pairs = Array.from(`\ufeff${text}`, (char) => {
        const pair = [char.charCodeAt(0) & 0xff, char.charCodeAt(0) >> 8];
        return encoding === 0xff ? pair : pair.reverse();
      });
      await Deno.writeFile(pems.file(`${name}.${ending}`), Uint8Array.from(pairs.flat()));
    }
  }
  for (const [name, text] of Object.entries(texts)) {
    await Deno.writeTextFile(pems.file(name), text);
  }
  return pems;
}

/** Certificates in a file, where they are what is in others. */
const CERTIFICATES: [file: string, same: string[]][] = [
  ["chain.pem", ["a.pem", "b.pem"]],
  ["joined.pem", ["a.pem", "b.pem"]],
  ["between.pem", ["a.pem", "b.pem"]],
  ["key-between.pem", ["a.pem", "b.pem"]],
  ["v1.pem", ["v1.pem"]],
  ...[
    ...["text.pem", "crlf.pem", "cr.pem", "bom.pem", "utf16le.pem", "utf16be.pem", "x509.pem"],
    ...["indented.pem", "indented-first.pem", "nbsp.pem", "spaces-behind.pem", "one-line.pem"],
    ...["no-end.pem", "commented.pem", "both.pem", "turned.pem"],
  ].map((name): [string, string[]] => [name, ["a.pem"]]),
];
for (const [name, same] of CERTIFICATES) {
  Deno.test({
    ...needing(`readCredentials() answers for ${name} what is in ${same.join(" and ")}`, "openssl"),
    async fn() {
      const pems = await madeFiles();
      const cert = (await Promise.all(same.map((file) => pems.read(file)))).join("");
      const [key, certFile] = [await pems.read("a.key"), pems.file(name)];
      const files = { certFile, keyFile: pems.file("a.key") };
      assertEquals(readCredentials(files), { cert, key });
      assertEquals(readCredentials({ ...files, caFile: certFile }), { cert, key, ca: cert });
    },
  });
}

for (const name of ["trusted.pem", "label.pem"]) {
  Deno.test({
    ...needing(`readCredentials() leaves out what is for OpenSSL alone in ${name}`, "openssl"),
    async fn() {
      const pems = await madeFiles();
      const files = { certFile: pems.file(name), keyFile: pems.file("a.key") };
      assertEquals(readCredentials(files).cert, await pems.read("a.pem"));
      const whole = { certFile: pems.file("a.pem"), keyFile: pems.file("a.key") };
      assertThrows(
        () => readCredentials({ ...whole, caFile: files.certFile }),
        ListenError,
        `Cannot use the authorities "${files.certFile}": ${NOT_PEM}it has a TRUSTED CERTIFICATE; `,
      );
    },
  });
}

/** The private key in a file, where it is that in another. */
const FOUND: [file: string, same: string][] = [
  ["parameters.key", "sec1.key"],
  ...[
    ...["bom.key", "indented.key", "text.key", "second.key", "public.key", "utf16le.key"],
    ...["utf16be.key", "both.pem", "turned.pem", "encrypted-first.key", "broken-behind.key"],
  ].map((name): [string, string] => [name, "a.key"]),
];
for (const [name, same] of FOUND) {
  Deno.test({
    ...needing(`readCredentials() finds the key of ${same} in ${name}`, "openssl"),
    async fn() {
      const pems = await madeFiles();
      const files = { certFile: pems.file("a.pem"), keyFile: pems.file(name) };
      assertEquals(readCredentials(files).key, await pems.read(same));
    },
  });
}

Deno.test({
  ...needing(
    "readCredentials() refuses a certificate of version 1 for the native engine",
    "openssl",
  ),
  async fn() {
    const pems = await madeFiles();
    const files = { certFile: pems.file("v1.pem"), keyFile: pems.file("a.key") };
    assertThrows(
      () => readCredentials(files, { engine: "native" }),
      ListenError,
      `Cannot use the certificate "${files.certFile}": it is of X.509 version 1`,
    );
  },
});

Deno.test({
  ...needing("readCredentials() reads no pipe, but what one had at the start", "openssl", "mkfifo"),
  async fn() {
    const pems = await madeFiles();
    await run("mkfifo", pems.file("pipe"));
    const options = { certFile: pems.file("a.pem"), keyFile: pems.file("pipe") };
    assertThrows(
      () => readCredentials(options),
      ListenError,
      `Cannot read the private key "${options.keyFile}": it is no file, and can be read only at`,
    );
    const [cert, key] = [await pems.read("a.pem"), await pems.read("a.key")];
    const writing = Deno.writeTextFile(options.keyFile, key);
    const pipes = await readPipes(options);
    await writing;
    assertEquals(readCredentials(options, { pipes }), { cert, key });
  },
});

type Refusal = [cert: string, key: string, ca: string | undefined, message: string];
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
  ["second-garbage.pem", "a.key", undefined, `{second-garbage.pem}": ${NOT_PEM}number 2 of 2: `],
  ["second-torn.pem", "a.key", undefined, `${NOT_PEM}number 2 of 2: a block has no end: -----END`],
  ["second-short.pem", "a.key", undefined, `${NOT_PEM}number 2 of 2: `],
  [
    "second-no-base64.pem",
    "a.key",
    undefined,
    "number 2 of 2: a block CERTIFICATE is not all base64",
  ],
  ["longer.pem", "a.key", undefined, `${NOT_PEM}there is more in it than a certificate`],
  ["empty.pem", "a.key", undefined, "there is no certificate: the file is empty"],
  ["a.der", "a.key", undefined, "there is no certificate: it is DER, which openssl makes PEM of"],
  ["a.key", "a.key", undefined, "there is no certificate, but a PRIVATE KEY"],
  ["a.pem", "torn.key", undefined, "a block has no end: -----END PRIVATE KEY----- is missing"],
  ["a.pem", "a-key.der", undefined, "there is no private key: it is DER, which openssl makes PEM"],
  ["a.p12", "a.key", undefined, "there is no certificate: it is PKCS #12, of which openssl"],
  ["a.pem", "a.p12", undefined, "there is no private key: it is PKCS #12, of which openssl"],
  ["a.pem", "openssh.key", undefined, `${NOT_PEM}it is of OpenSSH`],
  ["a.pem", "encrypted-other.key", undefined, `${NOT_PEM}it is encrypted`],
  ["a.pem", "label.key", undefined, `private key "{label.key}": ${NOT_PEM}`],
  ["a.pem", "encrypted8.key", undefined, "it is encrypted; openssl pkey -in FILE -out OTHER"],
  ["a.pem", "encrypted1.key", undefined, "it is encrypted; openssl pkey -in FILE -out OTHER"],
  ["small.pem", "small.key", undefined, 'key "{small.key}": TLS takes only RSA of 2048 bits'],
  ["k1.pem", "k1.key", undefined, 'key "{k1.key}": TLS takes only RSA of 2048 bits'],
  [
    "chain.pem",
    "b.key",
    undefined,
    'that of the certificate "{chain.pem}": it is that of number 2 there, which has to be first',
  ],
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
      const pems = await madeFiles();
      const expected = message.replace(/\{(.+?)\}/g, (_, name) => pems.file(name));
      const files = { certFile: pems.file(cert), keyFile: pems.file(key) };
      const error = assertThrows(
        () => readCredentials({ ...files, ...(ca ? { caFile: pems.file(ca) } : {}) }),
        ListenError,
        expected,
      );
      assertEquals(error.message.includes("\n"), false);
      if (/^Cannot read|expected PEM/.test(error.message)) assertInstanceOf(error.cause, Error);
    },
  });
}
