import { assertEquals, assertMatch } from "@std/assert";
import { Certificates, type Pair, run, sslOptions } from "../support/certificates.ts";
import { RawClient } from "../support/client.ts";
import { needing } from "../support/programs.ts";
import { runToEnd, TestServer } from "../support/server.ts";

const ENGINES = ["node", "native"] as const;

/** Changes the text of a file, into another beside it. */
async function changed(file: string, change: (text: string) => string): Promise<string> {
  await Deno.writeTextFile(`${file}.changed`, change(await Deno.readTextFile(file)));
  return `${file}.changed`;
}

/** The same certificate, or key, and what a client can only make of it when it is read as it is meant. */
const REPAIRED: [what: string, change: (text: string) => string][] = [
  ["a byte order mark", (text) => `\ufeff${text}`],
  ["indented lines", (text) => text.replace(/^/gm, "   ")],
  [
    "text around it and line ends of Windows",
    (text) => `before\n${text}\nbehind\n`.replaceAll("\n", "\r\n"),
  ],
  ["an old label", (text) => text.replaceAll(" CERTIFICATE", " X509 CERTIFICATE")],
];
for (const engine of ENGINES) {
  for (const [what, change] of REPAIRED) {
    Deno.test({
      ...needing(`stdws --ssl --engine=${engine} serves with files that have ${what}`, "openssl"),
      async fn() {
        await using certificates = await Certificates.make();
        const { cert, key } = await certificates.server();
        const pair = { cert: await changed(cert, change), key: await changed(key, change) };
        const ca = await changed(certificates.ca.cert, change);
        const authorities = engine === "node" ? [`--sslca=${ca}`] : [];
        const args = [`--engine=${engine}`, ...sslOptions(pair), ...authorities, "--echo"];
        await using server = await TestServer.start(args);
        const jane = engine === "node"
          ? await certificates.issue({ subject: "/CN=Jane" })
          : undefined;
        const conn = await certificates.connect(server, jane);
        using client = await RawClient.open(server.url, { conn });
        await client.send("hello");
        assertEquals(await client.text(), "hello");
      },
    });
  }

  Deno.test({
    ...needing(
      `stdws --ssl --engine=${engine} refuses a chain whose second certificate is broken`,
      "openssl",
    ),
    async fn() {
      await using certificates = await Certificates.make();
      const pair = await certificates.server();
      const cert = await changed(pair.cert, brokenSecond);
      const args = ["--port=0", `--engine=${engine}`, ...sslOptions({ ...pair, cert }), "--echo"];
      const { code, stdout } = await runToEnd(args);
      assertEquals(code, 3);
      assertMatch(
        stdout,
        new RegExp(`FATAL .*Cannot use the certificate "${cert}": .*number 2 of 2`),
      );
    },
  });

  Deno.test({
    ...needing(
      `stdws --ssl --engine=${engine} says at the start that clients will refuse its certificate`,
      "openssl",
    ),
    async fn() {
      await using certificates = await Certificates.make();
      const pair = await certificates.issue({ valid: ["20200101000000Z", "20210101000000Z"] });
      await using server = await TestServer.start([
        `--engine=${engine}`,
        ...sslOptions(pair),
        "--echo",
      ]);
      await server.stdout.until(
        /ERROR .*Clients will refuse the certificate "\S+": it was valid until 2021-01-01T00:00:00/,
      );
    },
  });
}

/** A chain as a download that was cut off leaves it. */
function brokenSecond(text: string): string {
  return text + text.slice(0, 300);
}

const KEPT: [
  what: string,
  (certificates: Certificates, next: Pair) => Promise<Pair>,
  why: RegExp,
][] = [
  [
    "a broken second certificate",
    async (_, next) => ({ ...next, cert: await changed(next.cert, brokenSecond) }),
    /number 2 of 2: a block has no end/,
  ],
  [
    "a key that TLS does not take",
    async ({ folder }) => {
      const pair = { cert: `${folder}/small.pem`, key: `${folder}/small.key` };
      const files = ["-nodes", "-keyout", pair.key, "-out", pair.cert];
      await run("openssl", "req", "-x509", "-newkey", "rsa:1024", "-subj", "/CN=a", ...files);
      return pair;
    },
    /Cannot use the private key "\S+": TLS takes only RSA of 2048 bits/,
  ],
  [
    "a certificate that has expired",
    (certificates) => certificates.issue({ valid: ["20200101000000Z", "20210101000000Z"] }),
    /Cannot use the certificate "\S+": it was valid until 2021-/,
  ],
  [
    "a pipe",
    async ({ folder }, next) => {
      await run("mkfifo", `${folder}/pipe`);
      return { ...next, key: `${folder}/pipe` };
    },
    /Cannot read the private key "\S+": it is no file/,
  ],
];
for (const [what, make, why] of KEPT) {
  Deno.test({
    ...needing(
      `stdws --ssl keeps its certificate where the new one has ${what}, and then takes a good one`,
      "openssl",
      "mkfifo",
    ),
    async fn() {
      await using certificates = await Certificates.make();
      const live = {
        cert: `${certificates.folder}/live.pem`,
        key: `${certificates.folder}/live.key`,
      };
      await put(await certificates.server(), live);
      await using server = await TestServer.start([...sslOptions(live), "--echo"]);
      await put(await make(certificates, await certificates.server()), live);
      // Where both are not put there at once, it may be said of the first by itself, and for another reason.
      await server.stdout.until(
        new RegExp(`ERROR .*The certificate in use stays: .*${why.source}`),
      );
      (await certificates.connect(server)).close();
      // As Windows' editors write it, which every handshake failed of.
      const { cert, key } = await certificates.server();
      await put({ cert: await changed(cert, (text) => `\ufeff${text}`), key }, live);
      await server.stdout.until(/Took up the changed certificate/);
      (await certificates.connect(server)).close();
    },
  });
}

/** Puts links to a pair in the place of another. */
async function put(pair: Pair, live: Pair): Promise<void> {
  for (const part of ["cert", "key"] as const) {
    await Deno.symlink(pair[part], `${live[part]}.new`);
    await Deno.rename(`${live[part]}.new`, live[part]);
  }
}

for (const engine of ENGINES) {
  Deno.test({
    ...needing(
      `stdws --ssl --engine=${engine} shows a chain in the order of who signs whom`,
      "openssl",
    ),
    async fn() {
      await using certificates = await Certificates.make();
      const extensions = ["basicConstraints=critical,CA:TRUE", "keyUsage=keyCertSign"];
      const upper = await certificates.issue({ subject: "/CN=upper", extensions });
      const lower = await certificates.issue({ subject: "/CN=lower", issuer: upper, extensions });
      const leaf = await certificates.issue({ subject: "/CN=leaf", issuer: lower });
      const texts = await Promise.all(
        [leaf, certificates.ca, upper, lower].map(({ cert }) => Deno.readTextFile(cert)),
      );
      const cert = `${certificates.folder}/chain.pem`;
      await Deno.writeTextFile(cert, texts.join(""));
      const args = [`--engine=${engine}`, ...sslOptions({ ...leaf, cert }), "--echo"];
      await using server = await TestServer.start(args);
      const address = ["-connect", `127.0.0.1:${server.port}`];
      const { text } = await run("openssl", "s_client", ...address, "-showcerts");
      const shown = Array.from(text.matchAll(/^ *\d+ s:CN ?= ?(.*)$/gm), ([, name]) => name);
      assertEquals(shown, ["leaf", "lower", "upper", "Test authority"]);
    },
  });
}
