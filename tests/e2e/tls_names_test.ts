import { assertEquals, assertMatch } from "@std/assert";
import { Certificates, type Pair, run, sslOptions } from "../support/certificates.ts";
import { needing } from "../support/programs.ts";
import { runToEnd, TestServer } from "../support/server.ts";

/** A certificate with DNS names, and a subject that tells it from others. */
function named(certificates: Certificates, subject: string, ...names: string[]): Promise<Pair> {
  const extensions = ["basicConstraints=CA:FALSE", "extendedKeyUsage=serverAuth"];
  if (names.length > 0) {
    extensions.push(`subjectAltName=${names.map((name) => `DNS:${name}`).join(",")}`);
  }
  return certificates.issue({ subject: `/CN=${subject}`, extensions });
}

/** The subject that a client is shown which asks for a name, and whether it is let in. */
async function shown(
  { port }: TestServer,
  name: string | undefined,
  ...flags: readonly string[]
): Promise<string> {
  const asks = name === undefined ? ["-noservername"] : ["-servername", name];
  const address = ["-connect", `127.0.0.1:${port}`];
  const { text } = await run("openssl", "s_client", ...address, ...asks, ...flags);
  return /^subject=CN ?= ?(.*)$/m.exec(text)?.[1] ?? text;
}

function optionsOf(pairs: readonly Pair[], ca?: Pair): string[] {
  const [first, ...others] = pairs as [Pair, ...Pair[]];
  const more = others.flatMap(({ cert, key }) => [`--sslcert=${cert}`, `--sslkey=${key}`]);
  return [...sslOptions(first, ca), ...more];
}

const ASKED: [name: string | undefined, subject: string][] = [
  ["one.example", "one"],
  ["two.example", "two"],
  ["TWO.example", "two"],
  ["also.two.example", "two"],
  ["a.wild.example", "wild"],
  ["own.wild.example", "own"],
  ["first.wild.example", "one"],
  ["a.b.wild.example", "one"],
  ["wild.example", "one"],
  ["else.example", "one"],
  [undefined, "one"],
];

Deno.test({
  ...needing("stdws --sslcert, said several times, shows each client that of its name", "openssl"),
  async fn() {
    await using certificates = await Certificates.make();
    const pairs = [
      await named(certificates, "one", "one.example", "first.wild.example"),
      await named(certificates, "two", "two.example", "also.two.example"),
      await named(certificates, "wild", "*.wild.example"),
      // The first that has a name keeps it.
      await named(certificates, "own", "own.wild.example", "two.example"),
    ];
    await using server = await TestServer.start([...optionsOf(pairs), "--echo"]);
    for (const version of ["-tls1_2", "-tls1_3"]) {
      for (const [name, subject] of ASKED) {
        assertEquals(await shown(server, name, version), subject, `${name} ${version}`);
      }
    }
  },
});

Deno.test({
  ...needing("stdws --sslca lets in nobody by the name of another certificate", "openssl"),
  async fn() {
    await using certificates = await Certificates.make();
    const pairs = [
      await named(certificates, "one", "one.example"),
      await named(certificates, "two", "two.example"),
    ];
    const good = await certificates.issue({ subject: "/CN=Jane" });
    await using strangers = await Certificates.make();
    const stranger = await strangers.issue({ subject: "/CN=Jane" });
    const args = [...optionsOf(pairs, certificates.ca), "--echo"];
    await using server = await TestServer.start(args);
    const ask = async (name: string, client?: Pair): Promise<string> => {
      const own = client ? ["-cert", client.cert, "-key", client.key] : [];
      const words = ["s_client", "-quiet", "-connect", `127.0.0.1:${server.port}`, "-servername"];
      const child = new Deno.Command("openssl", {
        args: [...words, name, ...own],
        stdin: "piped",
        stdout: "piped",
        stderr: "null",
      }).spawn();
      const writer = child.stdin.getWriter();
      const request = `GET / HTTP/1.1\r\nHost: ${name}\r\nConnection: close\r\n\r\n`;
      await writer.write(new TextEncoder().encode(request)).catch(() => {});
      const { stdout } = await child.output();
      await writer.close().catch(() => {});
      return new TextDecoder().decode(stdout).slice(0, 12);
    };
    for (const name of ["one.example", "two.example"]) {
      assertEquals(await ask(name, good), "HTTP/1.1 426", name);
      assertEquals(await ask(name), "", name);
      assertEquals(await ask(name, stranger), "", name);
    }
  },
});

Deno.test({
  ...needing("stdws takes up each of its certificates when its file changes", "openssl"),
  async fn() {
    await using certificates = await Certificates.make();
    const live = ["first", "second"].map((name) => ({
      cert: `${certificates.folder}/${name}.pem`,
      key: `${certificates.folder}/${name}.key`,
    })) as [Pair, Pair];
    await put(await named(certificates, "one", "one.example"), live[0]);
    await put(await named(certificates, "two", "two.example"), live[1]);
    await using server = await TestServer.start([...optionsOf(live), "--echo"]);
    // One that is broken does not hold up the others.
    await Deno.writeTextFile(`${certificates.folder}/broken`, "broken");
    await put({ ...live[0], cert: `${certificates.folder}/broken` }, live[0], ["cert"]);
    await put(await named(certificates, "new", "two.example", "new.example"), live[1]);
    await server.stdout.until(/The certificate in use stays: .*first\.pem/);
    await server.stdout.until(/Took up the changed certificate: \S+second\.pem$/);
    assertEquals(await shown(server, "two.example"), "new");
    assertEquals(await shown(server, "new.example"), "new");
    assertEquals(await shown(server, "one.example"), "one");
  },
});

/** Puts links to a pair in the place of another. */
async function put(
  pair: Pair,
  live: Pair,
  parts: readonly ("cert" | "key")[] = ["cert", "key"],
): Promise<void> {
  for (const part of parts) {
    await Deno.symlink(pair[part], `${live[part]}.new`);
    await Deno.rename(`${live[part]}.new`, live[part]);
  }
}

Deno.test({
  ...needing("stdws refuses several certificates that it could not show", "openssl"),
  async fn() {
    await using certificates = await Certificates.make();
    const one = await named(certificates, "one", "one.example");
    const none = await named(certificates, "none");
    const args = optionsOf([one, one]);
    const cases: [args: string[], code: number, said: RegExp][] = [
      [["--engine=native", ...args], 1, /a second one, cannot be used with --engine=native/],
      [["--engine=native", "--check", ...args], 1, /a second one, cannot be used with/],
      [args.slice(0, -1), 1, /said as often as each other, .*: there are 2 and 1$/m],
      [optionsOf([one, none]), 3, /Cannot use the certificate "\S+": it has no DNS name/],
      [
        optionsOf([one, { ...one, key: none.key }]),
        3,
        /Cannot use the private key "\S+": it is not/,
      ],
    ];
    for (const [words, code, said] of cases) {
      const ended = await runToEnd(["--port=0", ...words, "--echo"]);
      assertEquals(ended.code, code, words.join(" "));
      assertMatch(ended.stdout + ended.stderr, said);
    }
  },
});

for (const engine of ["node", "native"]) {
  Deno.test({
    ...needing(`stdws --engine=${engine} refuses a certificate that must be stapled`, "openssl"),
    async fn() {
      await using certificates = await Certificates.make();
      for (
        const feature of [
          "status_request",
          "critical,status_request_v2",
          "status_request_v2,status_request",
        ]
      ) {
        const extensions = [`tlsfeature=${feature}`, "subjectAltName=DNS:localhost"];
        const pair = await certificates.issue({ subject: "/CN=stapled", extensions });
        const args = ["--port=0", `--engine=${engine}`, ...sslOptions(pair), "--echo"];
        const { code, stdout } = await runToEnd(args);
        assertEquals(code, 3, feature);
        assertMatch(stdout, /Cannot use the certificate "\S+": .*OCSP must-staple/);
      }
    },
  });
}
