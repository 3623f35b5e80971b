import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { Certificates, CLIENTS, type Pair, run, sslOptions } from "../support/certificates.ts";
import { RawClient } from "../support/client.ts";
import { GUARD } from "../support/in_time.ts";
import { needing } from "../support/programs.ts";
import { runToEnd, testBoth, TestServer } from "../support/server.ts";
import { Wire } from "../support/wire.ts";
import { type Variables, variablesOf } from "./variables.ts";

/** Two authorities; the server has a certificate of the first, and admits only clients of it. */
async function start(
  certificates: Certificates,
  ...args: readonly string[]
): Promise<TestServer> {
  const options = sslOptions(await certificates.server(), certificates.ca);
  return await TestServer.start([...options, ...args]);
}

/** The variables of a client that were made from its certificate. */
function identity({ AUTH_TYPE, REMOTE_USER, SSL_CLIENT_S_DN }: Variables): Variables {
  return { AUTH_TYPE, REMOTE_USER, SSL_CLIENT_S_DN };
}

// RFC 4514: the last part first, backslashes before what would mean something else, and a part of two
// attributes in the order of its encoding. Otherwise as openssl has it with `-nameopt RFC2253,-esc_msb`.
const SUBJECTS: [client: keyof typeof CLIENTS, subject: string][] = [
  ["good", "CN=Jane Doe,O=Example"],
  [
    "hard",
    'emailAddress=jd@example.com,UID=jd+CN=\\#Jane Doe 😀\\ ,OU=a\\\\b\\;\\<c\\>=,O=Müller\\, Söhne \\+ \\"Co\\",C=DE',
  ],
];
Deno.test({
  ...needing("stdws --sslca tells a process the subject of its client's certificate", "openssl"),
  async fn() {
    await using certificates = await Certificates.make();
    await using server = await start(certificates, "env");
    for (const [client, subject] of SUBJECTS) {
      const conn = await certificates.connect(server, await certificates.issue(CLIENTS[client]));
      // What a client says itself has other names.
      const headers = { "SSL-Client-S-DN": "CN=root", "Remote-User": "root", SSL_CLIENT_S_DN: "x" };
      const found = await variablesOf(server, { conn, headers });
      const expected = { AUTH_TYPE: "", REMOTE_USER: subject, SSL_CLIENT_S_DN: subject };
      assertEquals(identity(found), expected);
      assertEquals(found.HTTP_SSL_CLIENT_S_DN, "CN=root");
      assertEquals(found.HTTP_REMOTE_USER, "root");
    }
  },
});

testBoth("stdws --ssl without --sslca knows no subject, whatever a client shows", async (form) => {
  await using certificates = await Certificates.make();
  const options = sslOptions(await certificates.server());
  await using server = await TestServer.start([...options, "env"], { form });
  for (const client of [await certificates.issue(CLIENTS.good), undefined]) {
    const conn = await certificates.connect(server, client);
    const found = await variablesOf(server, { conn, headers: { "SSL-Client-S-DN": "CN=root" } });
    assertEquals(identity(found), { AUTH_TYPE: "", REMOTE_USER: "", SSL_CLIENT_S_DN: undefined });
    assertEquals(found.HTTP_SSL_CLIENT_S_DN, "CN=root");
  }
}, ["openssl"]);

/** Clients that are not to be admitted, by what is wrong with their certificates. */
async function refused(
  certificates: Certificates,
  other: Certificates,
): Promise<Record<string, Pair | undefined>> {
  const good = await certificates.issue(CLIENTS.good);
  // Whoever has a certificate must not make another of it, nor name an authority as it is named.
  const child = await certificates.issue({ subject: "/CN=child", issuer: good });
  const texts = await Promise.all([child.cert, good.cert].map((file) => Deno.readTextFile(file)));
  await Deno.writeTextFile(child.cert, texts.join(""));
  return {
    "no certificate": undefined,
    "one of another authority of the same name": await other.issue(CLIENTS.good),
    "one that it has made of its own": child,
    "that of another authority": other.ca,
    "one that has expired": await certificates.issue(CLIENTS.expired),
    "one that is not yet valid": await certificates.issue(CLIENTS.early),
    "one for servers": await certificates.issue(CLIENTS.server),
  };
}

Deno.test({
  ...needing("stdws --sslca refuses clients in the handshake of TLS", "openssl", "curl"),
  async fn() {
    await using certificates = await Certificates.make();
    await using other = await Certificates.make();
    const folder = certificates.folder;
    const program = `echo started >> ${folder}/started; exec env`;
    await using server = await start(certificates, "--loglevel=debug", "sh", "-c", program);
    const known = server.stdout.all.length;
    for (const [what, client] of Object.entries(await refused(certificates, other))) {
      // Over TLS 1.3 a client learns only when it reads.
      for (const headers of [{}, { Upgrade: undefined, Connection: undefined }]) {
        await assertRejects(
          async () => {
            const conn = await certificates.connect(server, client);
            (await RawClient.request(server.url, { conn, headers }))[Symbol.dispose]();
          },
          Error,
          undefined,
          what,
        );
      }
      for (const version of ["1.2", "1.3"]) {
        const { success, text } = await curl(certificates, server, client, version);
        assertEquals(success, false, `${what}: ${text}`);
        // No status: nothing was answered.
        assertMatch(text, /^000/, what);
      }
    }
    const good = await certificates.issue(CLIENTS.good);
    for (const version of ["1.2", "1.3"]) {
      assertEquals((await curl(certificates, server, good, version)).text, "426");
    }
    const conn = await certificates.connect(server, good);
    const found = await variablesOf(server, { conn });
    assertEquals(found.REMOTE_USER, "CN=Jane Doe,O=Example");
    assertEquals(await Deno.readTextFile(`${folder}/started`), "started\n");
    assertEquals((await server.stop()).code, 0);
    const said = server.stdout.all.slice(known);
    assertEquals(said.filter((line) => line.endsWith("| CONNECT")).length, 1);
    assertEquals(said.filter((line) => line.includes("status:'426'")).length, 2);
  },
});

/** Asks for a page over one version of TLS; answers its status, and what curl says of a failure. */
function curl(
  certificates: Certificates,
  { port }: TestServer,
  client: Pair | undefined,
  version: string,
): Promise<{ success: boolean; text: string }> {
  const own = client ? ["--cert", client.cert, "--key", client.key] : [];
  const versions = [`--tlsv${version}`, "--tls-max", version];
  const options = [
    "-sS",
    "-m",
    `${GUARD / 1_000}`,
    "-o",
    "/dev/null",
    "-w",
    "%{http_code}",
    "--cacert",
    certificates.ca.cert,
  ];
  return run("curl", ...options, ...versions, ...own, `https://127.0.0.1:${port}/`);
}

Deno.test({
  ...needing("stdws --sslca goes on while a thousand clients fail in the handshake", "openssl"),
  async fn() {
    await using certificates = await Certificates.make();
    await using server = await start(certificates, "--echo");
    for (let count = 0; count < 1000; count++) {
      using wire = count % 2
        ? await Wire.connect(server)
        : new Wire(await certificates.connect(server));
      await wire.offer("GET / HTTP/1.1\r\n\r\n");
    }
    const conn = await certificates.connect(server, await certificates.issue(CLIENTS.good));
    using client = await RawClient.open(server.url, { conn });
    await client.send("hello");
    assertEquals(await client.text(), "hello");
  },
});

Deno.test({
  ...needing("stdws --sslca tells who a client is also when it resumes a session", "openssl"),
  async fn() {
    await using certificates = await Certificates.make();
    await using server = await start(certificates, "--echo");
    const client = await certificates.issue(CLIENTS.good);
    for (const version of ["-tls1_2", "-tls1_3"]) {
      for (const session of ["-sess_out", "-sess_in"]) {
        const found = await resumed(certificates, server, client, version, session);
        assertMatch(found, /HTTP\/1\.1 426 /, `${version} ${session}`);
      }
    }
  },
});

/** Asks for a page in a TLS session that is kept in a file, and answers what openssl says. */
async function resumed(
  certificates: Certificates,
  { port }: TestServer,
  client: Pair,
  version: string,
  session: string,
): Promise<string> {
  const { folder, ca } = certificates;
  const request = `${folder}/request`;
  await Deno.writeTextFile(request, "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  const own = `-cert ${client.cert} -key ${client.key}`;
  // It leaves when the server does, and not at the end of its input.
  const command =
    `openssl s_client -ign_eof -connect 127.0.0.1:${port} -CAfile ${ca.cert} ${own} ${version} ` +
    `${session} ${folder}/session <${request}`;
  return (await run("sh", "-c", command)).text;
}

for (const version of ["-tls1_2", "-tls1_3"]) {
  Deno.test({
    ...needing(
      `stdws --sslca takes up another authority, also for a session ${version} from before`,
      "openssl",
    ),
    async fn() {
      await using certificates = await Certificates.make();
      await using other = await Certificates.make();
      const ca = { cert: `${certificates.folder}/authorities.pem`, key: "" };
      await Deno.copyFile(certificates.ca.cert, ca.cert);
      const options = sslOptions(await certificates.server(), ca);
      await using server = await TestServer.start([...options, "--echo"]);
      const [old, fresh] = [
        await certificates.issue(CLIENTS.good),
        await other.issue(CLIENTS.good),
      ];
      using before = await RawClient.open(server.url, {
        conn: await certificates.connect(server, old),
      });
      const first = await resumed(certificates, server, old, version, "-sess_out");
      assertMatch(first, /HTTP\/1\.1 426 /);

      await Deno.writeTextFile(ca.cert, await Deno.readTextFile(other.ca.cert));
      await server.stdout.until(/Took up the changed certificate/);
      const again = await resumed(certificates, server, old, version, "-sess_in");
      assert(!/HTTP\/1\.1/.test(again), again);
      await assertRejects(async () => {
        const conn = await certificates.connect(server, old);
        (await RawClient.request(server.url, { conn }))[Symbol.dispose]();
      });
      using after = await RawClient.open(server.url, {
        conn: await certificates.connect(server, fresh),
      });
      for (const client of [before, after]) {
        await client.send("hello");
        assertEquals(await client.text(), "hello");
      }
    },
  });
}

Deno.test({
  ...needing("stdws --sslca admits clients of every authority in its file", "openssl"),
  async fn() {
    await using certificates = await Certificates.make();
    await using other = await Certificates.make();
    const texts = [certificates, other].map(({ ca }) => Deno.readTextFile(ca.cert));
    const ca = { cert: `${certificates.folder}/authorities.pem`, key: "" };
    await Deno.writeTextFile(ca.cert, (await Promise.all(texts)).join("\n"));
    const options = sslOptions(await certificates.server(), ca);
    await using server = await TestServer.start([...options, "env"]);
    for (const authority of [certificates, other]) {
      const conn = await certificates.connect(server, await authority.issue(CLIENTS.good));
      const found = await variablesOf(server, { conn });
      assertEquals(found.REMOTE_USER, "CN=Jane Doe,O=Example");
    }
  },
});

const REFUSED: [options: string[], code: number, says: RegExp][] = [
  [["--sslca=/nowhere/ca"], 3, /authorities "\/nowhere\/ca"/],
  [["--sslca=FOLDER"], 3, /authorities "FOLDER"/],
  [["--sslca=FOLDER/empty"], 3, /authorities "FOLDER\/empty"/],
  [["--sslca=FOLDER/ca.key"], 3, /authorities "FOLDER\/ca\.key"/],
  [["--sslca=FOLDER/ca.pem", "--engine=native"], 1, /--sslca cannot .*--engine=native/],
];
Deno.test({
  ...needing("stdws refuses to start with a --sslca that cannot work", "openssl"),
  async fn() {
    await using certificates = await Certificates.make();
    const { folder } = certificates;
    await Deno.writeTextFile(`${folder}/empty`, "");
    const options = sslOptions(await certificates.server());
    for (const [more, code, says] of REFUSED) {
      const args = [...options, ...more.map((text) => text.replace("FOLDER", folder))];
      const found = await runToEnd([...args, "--port=0", "--echo"]);
      const what = `${more}: ${found.stdout}${found.stderr}`;
      assertEquals(found.code, code, what);
      const expected = new RegExp(says.source.replace("FOLDER", folder));
      assertMatch(code === 3 ? found.stdout : found.stderr, expected, what);
    }
  },
});

testBoth("stdws refuses --sslca and --engine=node where Deno is older than 2.8", async (form) => {
  await using certificates = await Certificates.make();
  const options = sslOptions(await certificates.server());
  const refused = [
    [[...options, `--sslca=${certificates.ca.cert}`], "--sslca"],
    [[...options, "--engine=node"], "--engine=node"],
    [["--engine=node"], "--engine=node"],
  ] as const;
  for (const [args, option] of refused) {
    if (form !== "binary") {
      await using server = await TestServer.start([...args, "--echo"]);
      assertMatch(server.url, /^wss?:/);
      continue;
    }
    const { code, stderr } = await runToEnd([...args, "--port=0", "--echo"], { form });
    assertEquals(code, 1);
    assertMatch(stderr, new RegExp(`^stdws: ${option} needs Deno 2\\.8 or later, .*2\\.6\\.`));
  }
}, ["openssl"]);
