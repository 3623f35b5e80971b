import { assertEquals, assertMatch } from "@std/assert";
import { subjectOf } from "../../lib/listen/subject.ts";
import { needing } from "../support/programs.ts";
import { PemFolder } from "./pem_folder.ts";

function derOf(pem: string): Uint8Array {
  return Uint8Array.from(atob(pem.replace(/-----.*-----|\s/g, "")), (char) => char.charCodeAt(0));
}

/** As `openssl req -subj` takes them, whose own escape is the backslash as well. */
const SUBJECTS: [given: string, subject: string][] = [
  ["/CN=Jane Doe", "CN=Jane Doe"],
  ["/C=DE/O=Example/CN=Jane Doe", "CN=Jane Doe,O=Example,C=DE"],
  ["/DC=com/DC=example/OU=a/OU=b/CN=c", "CN=c,OU=b,OU=a,DC=example,DC=com"],
  ["/ST=Bayern/L=München/UID=jd/CN=c", "CN=c,UID=jd,L=München,ST=Bayern"],
  ["/CN=c/emailAddress=jd@example.com", "emailAddress=jd@example.com,CN=c"],
  ["/O=Example, Inc./CN=c", "CN=c,O=Example\\, Inc."],
  ['/CN=a"b\\\\c;d<e>f\\+g', 'CN=a\\"b\\\\c\\;d\\<e\\>f\\+g'],
  ["/CN=a=b", "CN=a=b"],
  ["/CN=#a#", "CN=\\#a#"],
  ["/CN= a ", "CN=\\ a\\ "],
  ["/CN=  a  b  ", "CN=\\  a  b \\ "],
  ["/CN= ", "CN=\\ "],
  ["/CN=a b", "CN=a b"],
  ["/CN=a\nO=Example", "CN=a\\0aO=Example"],
  ["/CN=a\r\nb\tc\x01d\x7fe", "CN=a\\0d\\0ab\\09c\\01d\\7fe"],
  ["/CN=a\\/b", "CN=a/b"],
  ["/CN=Søren Ünlü", "CN=Søren Ünlü"],
  ["/CN=一二/O=😀", "O=😀,CN=一二"],
];
for (const [given, subject] of SUBJECTS) {
  const name = `subjectOf() writes ${JSON.stringify(given)} as ${subject}`;
  Deno.test({
    ...needing(name, "openssl"),
    async fn() {
      await using pems = await PemFolder.make();
      await pems.selfSigned("a", "-utf8", "-subj", given);
      assertEquals(subjectOf(derOf(await pems.read("a.pem"))), subject);
      const format = ["-noout", "-subject", "-nameopt", "RFC2253,-esc_msb"];
      const printed = await pems.openssl("x509", "-in", "a.pem", ...format);
      // It writes hexadecimal digits in upper case; RFC 4514 takes both.
      const found = printed.replace(/\\[0-9A-F]{2}/g, (pair) => pair.toLowerCase());
      assertEquals(found, `subject=${subject}\n`);
    },
  });
}

// What openssl names otherwise than RFC 4514 §3 does, or not at all there.
const OTHERS: [given: string, subject: string][] = [
  ["/street=Main Road 1/serialNumber=12/CN=c", "CN=c,serialNumber=12,STREET=Main Road 1"],
  ["/title=Dr/CN=c", "CN=c,2.5.4.12=#0c024472"],
  ["/ownName=abc/CN=c", "CN=c,1.2.3.4=#0c03616263"],
  ["/CN=#", "CN=\\#"],
  // The members of a set are in the order of DER.
  ["/C=DE/UID=jd+CN=Jane Doe", "CN=Jane Doe+UID=jd,C=DE"],
  ["/O=a\\+b+OU=c, d", "O=a\\+b+OU=c\\, d"],
  ["/", ""],
];
const CONFIG = `oid_section = names
[names]
ownName = 1.2.3.4
[req]
distinguished_name = none
string_mask = utf8only
[none]
`;
for (const [given, subject] of OTHERS) {
  Deno.test({
    ...needing(`subjectOf() writes ${given} as "${subject}"`, "openssl"),
    async fn() {
      await using pems = await PemFolder.make();
      await Deno.writeTextFile(pems.file("own.cnf"), CONFIG);
      await pems.selfSigned("a", "-config", "own.cnf", "-utf8", "-subj", given);
      assertEquals(subjectOf(derOf(await pems.read("a.pem"))), subject);
    },
  });
}

const STRINGS: [type: string, mask: string, pattern: RegExp][] = [
  ["PrintableString", "0x2", /PRINTABLESTRING +:Muller/],
  ["TeletexString", "0x4", /T61STRING +:M/],
  ["UTF8String", "0x2000", /UTF8STRING +:M/],
  ["BMPString", "0x800", /BMPSTRING/],
];
for (const [type, mask, pattern] of STRINGS) {
  Deno.test({
    ...needing(`subjectOf() reads a ${type}`, "openssl"),
    async fn() {
      await using pems = await PemFolder.make();
      const name = type === "PrintableString" ? "Muller" : "Müller, a";
      await Deno.writeTextFile(pems.file("own.cnf"), CONFIG.replace("utf8only", `MASK:${mask}`));
      await pems.selfSigned("a", "-config", "own.cnf", "-utf8", "-subj", `/CN=${name}`);
      assertMatch(await pems.openssl("asn1parse", "-in", "a.pem"), pattern);
      const subject = subjectOf(derOf(await pems.read("a.pem")));
      assertEquals(subject, `CN=${name.replace(",", "\\,")}`);
    },
  });
}

// Made with openssl 3.0; later ones make no certificate of version 1 any more.
const VERSION_1 = `-----BEGIN CERTIFICATE-----
MIIBWTCB/wIUEoP3IRNojpq06R+GKRtlk6/FwyUwCgYIKoZIzj0EAwIwLjEYMBYG
A1UECgwPTcO8bGxlciwgU8O2aG5lMRIwEAYDVQQDDAl2ZXJzaW9uIDEwIBcNMjYx
MTIxMDYzMzM4WhgPMjEyNjEwMjgwNjMzMzhaMC4xGDAWBgNVBAoMD03DvGxsZXIs
IFPDtmhuZTESMBAGA1UEAwwJdmVyc2lvbiAxMFkwEwYHKoZIzj0CAQYIKoZIzj0D
AQcDQgAEFaQ8nHHpl54TSxC6XLu4GdXHTzJ/4f5Mh4Wprh/1uSUqczOaYHDcSLBL
LKfH+yEItoUAzyR3WQe53F28hZbbWzAKBggqhkjOPQQDAgNJADBGAiEA2g6jzSYj
vCeUj5lkbpplDgXrZmkGhQh4jHvwv1hp4x4CIQC7md5c0SChY6dGrVmnfLdPO+hR
GpbRTFO+tj5yvblvgw==
-----END CERTIFICATE-----
`;
Deno.test("subjectOf() finds the subject in a certificate of version 1", () => {
  assertEquals(subjectOf(derOf(VERSION_1)), "CN=version 1,O=Müller\\, Söhne");
});

Deno.test({
  ...needing("subjectOf() tells the subject from the issuer", "openssl"),
  async fn() {
    await using pems = await PemFolder.make();
    await pems.selfSigned("ca", "-subj", "/CN=The authority");
    await pems.selfSigned("a", "-subj", "/CN=a");
    const request = ["-new", "-key", "a.key", "-subj", "/CN=The client", "-out", "a.csr"];
    await pems.openssl("req", ...request);
    const signing = ["-req", "-in", "a.csr", "-CA", "ca.pem", "-CAkey", "ca.key"];
    await pems.openssl("x509", ...signing, "-CAcreateserial", "-out", "a.pem");
    assertEquals(subjectOf(derOf(await pems.read("a.pem"))), "CN=The client");
  },
});
