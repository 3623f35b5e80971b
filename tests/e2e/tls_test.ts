import { assert, assertEquals, assertMatch } from "@std/assert";
import { Certificates, run, sslOptions } from "../support/certificates.ts";
import { RawClient } from "../support/client.ts";
import { type Form, rowsFor, runToEnd, testBoth, TestServer } from "../support/server.ts";
import { Wire } from "../support/wire.ts";
import { variablesOf } from "./variables.ts";

/** Defines a test for `--ssl` as it is, and for the other engine that has it. */
function testTls(name: string, test: (form: Form, engine: string[]) => Promise<void>): void {
  for (const engine of [[], ["--engine=native"]]) {
    testBoth(["stdws --ssl", ...engine, name].join(" "), (form) => test(form, engine), [
      "openssl",
      "curl",
    ]);
  }
}

testTls("serves wss and https alike", async (form, engine) => {
  await using certificates = await Certificates.make();
  const options = sslOptions(await certificates.server());
  await using server = await TestServer.start([...engine, ...options, "env"], { form });
  assertMatch(server.url, /^wss:\/\/127\.0\.0\.1:\d+\/$/);
  const hosts = [["example.com", "443"], ["example.com:8443", "8443"]] as const;
  for (const [host, port] of hosts) {
    const conn = await certificates.connect(server);
    const found = await variablesOf(server, { conn, headers: { Host: host } });
    const { HTTPS, SERVER_NAME, SERVER_PORT, REMOTE_ADDR, REMOTE_USER } = found;
    assertEquals(
      [HTTPS, SERVER_NAME, SERVER_PORT, REMOTE_ADDR, REMOTE_USER],
      ["on", "example.com", port, "127.0.0.1", ""],
    );
    assertEquals("SSL_CLIENT_S_DN" in found, false);
    await server.stdout.until(new RegExp(`url:'https://${host}/' .* CONNECT$`));
  }
  using wire = new Wire(await certificates.connect(server));
  await wire.write("GET /a?b HTTP/1.1\r\nHost: example.com\r\n\r\n");
  assertMatch(await wire.until(/426 Upgrade Required: .*\n/), /^HTTP\/1\.1 426 /);
  await server.stdout.until(/ url:'https:\/\/example\.com\/a\?b' .* status:'426' /);
});

testTls("answers several requests on one connection", async (form, engine) => {
  await using certificates = await Certificates.make();
  const options = sslOptions(await certificates.server());
  await using server = await TestServer.start([...engine, ...options, "--echo"], { form });
  using wire = new Wire(await certificates.connect(server));
  for (const path of ["/1", "/2", "/3"]) {
    await wire.write(`GET ${path} HTTP/1.1\r\nHost: h\r\n\r\n`);
    assertMatch(await wire.until(/426 Upgrade Required: .*\n/), /^HTTP\/1\.1 426 /);
    await server.stdout.until(new RegExp(`${path}' .* status:'426' `));
  }
});

/** Browsers and curl speak it where they are offered it, and send no Host header then. */
testTls("knows the host that was asked for, whichever version of HTTP", async (form, engine) => {
  await using certificates = await Certificates.make();
  const options = sslOptions(await certificates.server());
  await using server = await TestServer.start([...engine, ...options, "--echo"], { form });
  for (const version of ["--http1.1", "--http2"]) {
    const url = `https://localhost:${server.port}/${version}`;
    const args = ["-sS", "-m", "120", "-4", version, "--cacert", certificates.ca.cert, url];
    assertMatch((await run("curl", ...args)).text, /^426 Upgrade Required: .*\n$/);
    const line = await server.stdout.until(new RegExp(`/${version}' .* status:'426' `));
    assertMatch(line, new RegExp(` url:'${url}' `));
  }
});

testTls("ends the connection after an answer that is the last", async (form, engine) => {
  await using certificates = await Certificates.make();
  const options = sslOptions(await certificates.server());
  await using server = await TestServer.start([...engine, ...options, "--echo"], { form });
  for (const request of ["GET / HTTP/1.1\r\nHost: h\r\nConnection: close", "GET / HTTP/1.0"]) {
    using wire = new Wire(await certificates.connect(server));
    await wire.write(`${request}\r\n\r\n`);
    assertMatch(await wire.rest(), /^HTTP\/1\.\d 426 [^]*\r\n\r\n426 Upgrade Required: .*\n$/);
  }
});

const VERSIONS: [option: string, accepted: boolean][] = [
  ["-tls1", false],
  ["-tls1_1", false],
  ["-tls1_2", true],
  ["-tls1_3", true],
];
testTls("speaks TLS 1.2 and 1.3, nothing older", async (form, engine) => {
  await using certificates = await Certificates.make();
  const options = sslOptions(await certificates.server());
  await using server = await TestServer.start([...engine, ...options, "--echo"], { form });
  // Without @SECLEVEL=0, openssl itself would refuse to try.
  const args = ["-cipher", "DEFAULT:@SECLEVEL=0", "-CAfile", certificates.ca.cert];
  for (const [option, accepted] of VERSIONS) {
    const at = ["-connect", `127.0.0.1:${server.port}`];
    const { success, text } = await run("openssl", "s_client", ...at, ...args, option);
    assertEquals(success, accepted, text);
    assertMatch(
      text,
      accepted ? /Verify return code: 0/ : /alert (protocol version|handshake failure)/,
    );
  }
});

const NO_TLS: [what: string, sent: string][] = [
  ["a request without TLS", "GET / HTTP/1.1\r\nHost: example.com\r\n\r\n"],
  ["the start of HTTP/2 without TLS", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
  ["a record that is none", "\x16\x03\x01\x00\x05hello"],
  ["zeros", "\0".repeat(100)],
];
testTls("ends a connection that does not speak TLS, and goes on", async (form, engine) => {
  await using certificates = await Certificates.make();
  const options = sslOptions(await certificates.server());
  await using server = await TestServer.start([...engine, ...options, "--echo"], { form });
  for (const [what, sent] of NO_TLS) {
    using wire = await Wire.connect(server);
    await wire.write(sent);
    const answer = await wire.rest();
    assert(!answer.includes("404"), `${what} was answered with ${answer}`);
  }
  using client = await RawClient.open(server.url, { conn: await certificates.connect(server) });
  await client.send("still here");
  assertEquals(await client.text(), "still here");
});

testTls("carries a message of 1 MiB and 100,000 lines, both ways", async (form, engine) => {
  await using certificates = await Certificates.make();
  const options = sslOptions(await certificates.server());
  await using server = await TestServer.start([...engine, ...options, "cat"], { form });
  using client = await RawClient.open(server.url, { conn: await certificates.connect(server) });
  const large = "€".repeat(349_525);
  await client.send(large);
  assertEquals(await client.text() === large, true);
  const lines = Array.from({ length: 100_000 }, (_, index) => String(index));
  const got: string[] = [];
  const reading = (async () => {
    while (got.length < lines.length) got.push(await client.text());
  })();
  assertEquals(await client.flood(lines.length, (index) => String(index)), lines.length);
  await reading;
  assertEquals(got, lines);
});

testTls("closes with 1001 and exits with 0 at SIGTERM", async (form, engine) => {
  await using certificates = await Certificates.make();
  const options = sslOptions(await certificates.server());
  await using server = await TestServer.start([...engine, ...options, "cat"], { form });
  using client = await RawClient.open(server.url, { conn: await certificates.connect(server) });
  // Neither of these may hold it up.
  using _idle = await certificates.connect(server);
  using half = await Wire.connect(server);
  await half.write("\x16\x03\x01");
  const closed = (async () => {
    const received = await client.next();
    await client.close(1001);
    return received;
  })();
  assertEquals((await server.stop()).code, 0);
  const received = await closed;
  assertEquals(received.kind === "close" && received.code, 1001);
});

const HOST = "example.com";
const SAME: [host: string, origin: string, status: number][] = [
  [HOST, "https://example.com", 101],
  [HOST, "https://example.com:443", 101],
  [`${HOST}:443`, "https://example.com", 101],
  [`${HOST}:8443`, "https://example.com:8443", 101],
  [HOST, "http://example.com:443", 101],
  [HOST, "http://example.com", 403],
  [HOST, "https://example.com:8443", 403],
  [`${HOST}:80`, "https://example.com", 403],
  [`${HOST}:8443`, "https://example.com", 403],
  [HOST, "https://www.example.com", 403],
];
testTls("--sameorigin takes a missing port for 443", async (form, engine) => {
  await using certificates = await Certificates.make();
  const options = [...sslOptions(await certificates.server()), "--sameorigin", "--echo"];
  await using server = await TestServer.start([...engine, ...options], { form });
  for (const [host, origin, status] of SAME) {
    const conn = await certificates.connect(server);
    const headers = { Host: host, Origin: origin };
    using client = await RawClient.request(server.url, { conn, headers });
    assertEquals(client.answer.status, status, `${origin} at ${host}`);
  }
});

testBoth("stdws --ssl --origin warns of hosts that pages over http may have, too", async (form) => {
  await using certificates = await Certificates.make();
  const origin = "--origin=https://good.org,open.org,[::1]:8080,http://old.org";
  const options = sslOptions(await certificates.server());
  await using server = await TestServer.start([...options, origin, "--echo"], { form });
  await server.stdout.until(/Warning: --origin=\[::1\]:8080 /);
  const warnings = server.stdout.all.flatMap((line) => /Warning: (\S+)/.exec(line)?.[1] ?? []);
  assertEquals(warnings, ["--origin=open.org", "--origin=[::1]:8080"]);
  await using without = await TestServer.start([origin, "--echo"], { form });
  assertEquals((await without.stop()).code, 0);
  assertEquals(without.stdout.all.filter((line) => line.includes("Warning")), []);
}, ["openssl"]);

const REFUSED: [options: string[], code: number, says: RegExp][] = [
  [["--ssl"], 1, /^stdws: --ssl needs --sslcert=FILE and --sslkey=FILE\n/],
  [["--ssl", "--sslcert=CERT"], 1, /^stdws: --ssl needs --sslkey=FILE\n/],
  [["--ssl", "--sslkey=KEY"], 1, /^stdws: --ssl needs --sslcert=FILE\n/],
  [["--sslcert=CERT"], 1, /^stdws: --sslcert=\S+ needs --ssl\n/],
  [["--sslkey=KEY"], 1, /^stdws: --sslkey=\S+ needs --ssl\n/],
  [["--sslcert=CERT", "--sslkey=KEY"], 1, /^stdws: --sslcert=\S+ needs --ssl\n/],
  [["--sslca=CERT"], 1, /^stdws: --sslca=\S+ needs --ssl\n/],
  [["--ssl=false", "--sslcert=CERT", "--sslkey=KEY"], 1, /needs --ssl\n/],
  [["--ssl=maybe", "--sslcert=CERT", "--sslkey=KEY"], 2, /"maybe" for --ssl/],
  [["--ssl", "--sslcert=/nowhere/c", "--sslkey=KEY"], 3, /certificate "\/nowhere\/c"/],
  [["--ssl", "--sslcert=CERT", "--sslkey=/nowhere/k"], 3, /private key "\/nowhere\/k"/],
  [["--ssl", "--sslcert=FOLDER", "--sslkey=KEY"], 3, /certificate "FOLDER"/],
  [["--ssl", "--sslcert=FOLDER/garbage", "--sslkey=KEY"], 3, /certificate "FOLDER\/garbage"/],
  [["--ssl", "--sslcert=CERT", "--sslkey=FOLDER/garbage"], 3, /private key "FOLDER\/garbage"/],
  [["--ssl", "--sslcert=FOLDER/empty", "--sslkey=KEY"], 3, /certificate "FOLDER\/empty"/],
  [["--ssl", "--sslcert=CERT", "--sslkey=FOLDER/empty"], 3, /private key "FOLDER\/empty"/],
  [["--ssl", "--sslcert=KEY", "--sslkey=CERT"], 3, /certificate "KEY"/],
  [["--ssl", "--sslcert=CERT", "--sslkey=OTHER"], 3, /private key "OTHER": .* certificate "CERT"/],
  [["--ssl", "--sslcert=CERT", "--sslkey=FOLDER/locked"], 3, /"FOLDER\/locked": .*unencrypted/],
  [["--ssl", "--sslcert=CERT", "--sslkey=FOLDER/locked1"], 3, /"FOLDER\/locked1": .*unencrypted/],
];
testBoth("stdws refuses to start with TLS that cannot work, and names the file", async (form) => {
  await using certificates = await Certificates.make();
  const { folder } = certificates;
  const server = await certificates.server();
  const other = await certificates.server();
  await Deno.writeTextFile(`${folder}/garbage`, "-----BEGIN CERTIFICATE-----\ngarbage\n");
  await Deno.writeTextFile(`${folder}/empty`, "");
  const password = ["-passout", "pass:x"];
  const key = ["-in", server.key];
  await run("openssl", "pkcs8", "-topk8", ...key, ...password, "-out", `${folder}/locked`);
  await run("openssl", "ec", ...key, "-aes128", ...password, "-out", `${folder}/locked1`);
  const named = (text: string) =>
    text.replace("CERT", server.cert).replace("KEY", server.key).replace("OTHER", other.key)
      .replace("FOLDER", folder);
  // A form may have a part in how files are read.
  const kindOf = ([options, code]: typeof REFUSED[number]) => code === 3 ? options : code;
  for (const [options, code, says] of rowsFor(form, REFUSED, kindOf)) {
    const found = await runToEnd([...options.map(named), "--port=0", "--echo"], { form });
    const what = `${options.join(" ")}: ${found.stdout}${found.stderr}`;
    assertEquals(found.code, code, what);
    const expected = new RegExp(named(says.source));
    assertMatch(code === 3 ? found.stdout : found.stderr, expected, what);
    if (code === 3) {
      assertMatch(found.stdout, / \| FATAL {2}\| server .*Can't start server: /, what);
    }
  }
}, ["openssl"]);
