import { assertEquals } from "@std/assert";
import { Certificates, CLIENTS, sslOptions } from "../support/certificates.ts";
import { RawClient } from "../support/client.ts";
import { needing } from "../support/programs.ts";
import { TestServer } from "../support/server.ts";

/** What fails before there is a request, and what the log says of it beside whose it was. */
const FAILURES: [
  name: string,
  fails: (server: TestServer, all: Certificates) => Promise<unknown>,
][] = [
  ["plain HTTP", (server) => speak(server, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")],
  ["a client that hangs up", (server) => speak(server, "")],
  ["half of a handshake", (server) => speak(server, "\x16\x03\x01")],
  ["no certificate", async (server, all) => await visit(await all.connect(server))],
  [
    "an expired certificate",
    async (server, all) => await visit(await all.connect(server, await all.issue(CLIENTS.expired))),
  ],
  [
    "a certificate for servers",
    async (server, all) => await visit(await all.connect(server, await all.issue(CLIENTS.server))),
  ],
  ["a foreign certificate", async (server, all) => {
    await using others = await Certificates.make();
    await visit(await all.connect(server, await others.issue(CLIENTS.good)));
  }],
];

/** An address at which a socket of IPv6 shows clients of IPv4, as without `--address`. */
const MAPPED = "[::ffff:127.0.0.1]";

/** Says something in place of a handshake, and hangs up. */
async function speak(server: TestServer, text: string): Promise<void> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  if (text) await conn.write(new TextEncoder().encode(text));
}

async function visit(conn: Deno.Conn): Promise<void> {
  try {
    using _client = await RawClient.open("ws://localhost/", { conn });
  } catch {
    // That it is refused is another test's.
  }
}

for (const [name, fails] of FAILURES) {
  Deno.test({
    ...needing(
      `stdws --ssl logs the address of a client whose TLS handshake fails: ${name}`,
      "openssl",
    ),
    async fn() {
      await using certificates = await Certificates.make();
      const options = sslOptions(await certificates.server(), certificates.ca);
      await using server = await TestServer.start([...options, "--echo"]);
      await fails(server, certificates);
      const line = await server.stdout.until(/TLS handshake failed: ./);
      const [, level, category, values] = line.split(" | ");
      assertEquals([level, category?.trim(), values], ["ACCESS", "http", "remote:'127.0.0.1'"]);
    },
  });
}

Deno.test({
  ...needing(
    "stdws --ssl logs such an address as all others, where it listens for IPv6 too",
    "openssl",
  ),
  async fn() {
    await using certificates = await Certificates.make();
    const options = sslOptions(await certificates.server(), certificates.ca);
    const place = ["--port=0", `--address=${MAPPED}`];
    await using server = await TestServer.startAt([...place, ...options, "--echo"]);
    await speak(server, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await server.stdout.until(/ remote:'127\.0\.0\.1' \| TLS handshake failed: ./);
  },
});
