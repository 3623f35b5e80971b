import { assertEquals, assertMatch } from "@std/assert";
import { Certificates, type Pair, run, sslOptions } from "../support/certificates.ts";
import { needing } from "../support/programs.ts";
import { TestServer } from "../support/server.ts";

/** A client of openssl that would take anything, but for what it is told. */
async function agreed({ port }: TestServer, ...flags: readonly string[]): Promise<string> {
  const words = ["-connect", `127.0.0.1:${port}`, "-brief", ...flags];
  const { text } = await run("openssl", "s_client", ...words);
  const [, version] = /^Protocol version: (.*)$/m.exec(text) ?? [];
  const [, cipher] = /^Ciphersuite: (.*)$/m.exec(text) ?? [];
  return version === undefined ? "nothing" : `${version} ${cipher}`;
}

// Mozilla's intermediate profile 5.7, but for DHE, which no browser of today needs.
const TLS_1_3 = [
  "TLS_AES_128_GCM_SHA256",
  "TLS_AES_256_GCM_SHA384",
  "TLS_CHACHA20_POLY1305_SHA256",
];
const TLS_1_2 = ["AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305"];

const REFUSED: readonly (readonly string[])[] = [
  ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"],
  ["-tls1", "-cipher", "ALL:@SECLEVEL=0"],
  ["-tls1_2", "-cipher", "AES128-GCM-SHA256:AES256-SHA256"],
  ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA256:ECDHE-RSA-AES128-SHA256"],
  ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES256-CCM8"],
  ["-tls1_2", "-cipher", "aNULL:eNULL:@SECLEVEL=0"],
  ["-tls1_3", "-ciphersuites", "TLS_AES_128_CCM_SHA256"],
  ["-groups", "P-521"],
];

async function rsa({ folder }: Certificates): Promise<Pair> {
  const pair = { cert: `${folder}/rsa.pem`, key: `${folder}/rsa.key` };
  const files = ["-nodes", "-keyout", pair.key, "-out", pair.cert];
  await run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-subj", "/CN=localhost", ...files);
  return pair;
}

for (const engine of ["node", "native"]) {
  Deno.test({
    ...needing(
      `stdws --ssl --engine=${engine} agrees to what Mozilla's intermediate has`,
      "openssl",
    ),
    async fn() {
      await using certificates = await Certificates.make();
      for (const kind of ["ECDSA", "RSA"]) {
        const pair = kind === "RSA" ? await rsa(certificates) : await certificates.server();
        const args = [`--engine=${engine}`, ...sslOptions(pair), "--echo"];
        await using server = await TestServer.start(args);
        for (const suite of TLS_1_3) {
          assertEquals(await agreed(server, "-ciphersuites", suite), `TLSv1.3 ${suite}`);
        }
        for (const suite of TLS_1_2.map((suite) => `ECDHE-${kind}-${suite}`)) {
          const found = await agreed(server, "-tls1_2", "-cipher", suite);
          assertEquals(found, `TLSv1.2 ${suite}`);
        }
        for (const group of ["X25519", "P-256", "P-384"]) {
          assertMatch(await agreed(server, "-groups", group), /^TLSv1.3 /, group);
        }
        for (const flags of REFUSED) {
          assertEquals(await agreed(server, ...flags), "nothing", flags.join(" "));
        }
        // A telephone without AES in its processor prefers the other one.
        for (const suites of [TLS_1_3, TLS_1_3.toReversed()]) {
          const found = await agreed(server, "-ciphersuites", suites.join(":"));
          assertEquals(found, `TLSv1.3 ${suites[0]}`);
        }
      }
    },
  });
}
