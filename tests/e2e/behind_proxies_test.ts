import { assertEquals, assertMatch } from "@std/assert";
import { startCaddy } from "../support/caddy.ts";
import { Certificates, sslOptions } from "../support/certificates.ts";
import { RawClient } from "../support/client.ts";
import { freePort } from "../support/free_port.ts";
import { startHaproxy } from "../support/haproxy.ts";
import { Nginx } from "../support/nginx.ts";
import { needing } from "../support/programs.ts";
import { type Form, ROOT, testEach, TestServer } from "../support/server.ts";
import { Wire } from "../support/wire.ts";
import { variablesOf } from "./variables.ts";

const GATE = await Deno.readTextFile(`${ROOT}lib/gate/README.md`);
const LISTEN = await Deno.readTextFile(`${ROOT}lib/listen/README.md`);

/** A block of a page, with what is different here in place of what it names. */
function block(part: string, changes: Readonly<Record<string, string>>, page = GATE): string {
  const blocks = Array.from(page.matchAll(/^```[a-z]+\n([^]*?)^```/gm), ([, text = ""]) => text)
    .filter((text) => text.includes(part) && !text.startsWith("deno "));
  assertEquals(blocks.length, 1, `blocks with ${part}`);
  let [text = ""] = blocks;
  for (const [from, to] of Object.entries(changes)) {
    assertEquals(text.includes(from), true, `${from} in ${text}`);
    text = text.replaceAll(from, to);
  }
  return text;
}

/** A certificate of "localhost", and all of it in one file. */
class Tls implements AsyncDisposable {
  readonly certificates: Certificates;
  readonly cert: string;
  readonly key: string;
  readonly both: string;

  private constructor(certificates: Certificates, { cert, key }: { cert: string; key: string }) {
    this.certificates = certificates;
    this.cert = cert;
    this.key = key;
    this.both = `${certificates.folder}/both.pem`;
  }

  static async make(): Promise<Tls> {
    const certificates = await Certificates.make();
    const tls = new Tls(certificates, await certificates.server());
    const texts = [tls.cert, tls.key].map((file) => Deno.readTextFileSync(file));
    await Deno.writeTextFile(tls.both, texts.join("\n"));
    return tls;
  }

  /** Connects to a port of 127.0.0.1. */
  async connect(port: number): Promise<Deno.Conn> {
    const tcp = await Deno.connect({ hostname: "127.0.0.1", port });
    const caCerts = [await Deno.readTextFile(this.certificates.ca.cert)];
    return await Deno.startTls(tcp, { hostname: "localhost", caCerts });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.certificates[Symbol.asyncDispose]();
  }
}

/** A proxy as the page configures it, but for places. */
interface Recipe {
  readonly program: string;
  /** Options of the server beside; with some, only the engine node serves. */
  readonly args?: readonly string[];
  /** @param to Where the server is, `[::1]:PORT`. */
  start(port: number, to: string, tls: Tls): Promise<AsyncDisposable>;
}

const RECIPES: Record<string, Recipe> = {
  nginx: {
    program: "nginx",
    start: (port, to, { cert, key }) =>
      Nginx.serve(
        block("proxy_pass", {
          "listen 443": `listen 127.0.0.1:${port}`,
          "/etc/ssl/example.pem": cert,
          "/etc/ssl/example.key": key,
          "127.0.0.1:8080": to,
        }),
        port,
      ),
  },
  HAProxy: {
    program: "haproxy",
    start: (port, to, { both }) =>
      startHaproxy(block("mode http", {
        "bind :443": `bind 127.0.0.1:${port}`,
        "/etc/haproxy/example.pem": both,
        "127.0.0.1:8080": to,
      })),
  },
  Caddy: {
    program: "caddy",
    start: (port, to, { cert, key }) =>
      startCaddy(block("reverse_proxy", {
        "example.com {": `https://localhost:${port} {\n  bind 127.0.0.1\n  tls ${cert} ${key}`,
        "127.0.0.1:8080": to,
      })),
  },
  "HAProxy with the PROXY protocol": {
    program: "haproxy",
    args: ["--proxy-protocol"],
    start: (port, to, { both }) =>
      startHaproxy(block("send-proxy-v2-ssl", {
        "bind :443": `bind 127.0.0.1:${port}`,
        "/etc/haproxy/example.pem": both,
        "127.0.0.1:8080": to,
      })),
  },
};

/** What a client says to be taken for another one. */
const SPOOFED = {
  "X-Forwarded-For": "203.0.113.9",
  "x-forwarded-proto": "http",
  "X-Forwarded-Host": "evil.example",
  Forwarded: 'for="203.0.113.9";proto=http;host=evil.example',
  "X-Real-IP": "203.0.113.9",
  "X-Forwarded-Port": "1",
};

for (const [name, { program, args, start }] of Object.entries(RECIPES)) {
  const sentence = `stdws behind ${name} knows its clients, whatever they say`;
  const needs = ["openssl", program];
  const knowsClients = async (form: Form) => {
    await using tls = await Tls.make();
    const port = freePort();
    await using server = await startAt(form, args ?? []);
    await using _proxy = await start(port, `[::1]:${server.port}`, tls);
    const url = `wss://localhost:${port}/`;
    for (const headers of [{}, SPOOFED]) {
      const conn = await tls.connect(port);
      const origin = { Origin: `https://localhost:${port}` };
      const found = await variablesOf({ url }, { conn, headers: { ...headers, ...origin } });
      const { REMOTE_ADDR, HTTPS, SERVER_NAME, SERVER_PORT } = found;
      assertEquals([REMOTE_ADDR, HTTPS], ["127.0.0.1", "on"]);
      assertEquals([SERVER_NAME, SERVER_PORT], ["localhost", `${port}`]);
    }
    await server.stdout.until(
      new RegExp(` url:'https://localhost:${port}/' id:\\S+ remote:'127\\.0\\.0\\.1' .* CONNECT$`),
    );
    for (
      const origin of [`http://localhost:${port}`, "https://localhost", "https://evil.example"]
    ) {
      const headers = { ...SPOOFED, Origin: origin };
      using client = await RawClient.request(url, { conn: await tls.connect(port), headers });
      assertEquals(client.answer.status, 403, origin);
    }
    const headers = { Origin: `https://localhost:${port}` };
    const conn = await tls.connect(port);
    using echo = await RawClient.open(`${url}echo`, { conn, headers });
    for (const text of ["hi", "x".repeat(200_000)]) {
      await echo.send(text);
      assertEquals(await echo.text() === text, true);
    }
    await plainRequests(server, new Wire(await tls.connect(port)), port);
  };
  if (args) Deno.test({ ...needing(sentence, ...needs), fn: () => knowsClients("node") });
  else testEach(sentence, knowsClients, needs);
}

/** A server that trusts what comes by IPv6, while clients come to their proxy by IPv4. */
function startAt(form: Form, args: readonly string[]): Promise<TestServer> {
  const routes = ["--route=/echo=echo", "env"];
  const place = ["--port=0", "--address=::1", "--trust-proxy=::1", "--sameorigin"];
  return TestServer.startAt([...args, ...place, ...routes], { form });
}

/** Two requests on one connection. */
async function plainRequests(server: TestServer, wire: Wire, port: number): Promise<void> {
  using _ = wire;
  for (const path of ["/1", "/2"]) {
    await wire.write(
      `GET ${path} HTTP/1.1\r\nHost: localhost:${port}\r\nX-Forwarded-For: 203.0.113.9\r\n\r\n`,
    );
    // Behind what is left of the answer before it, where the proxy sends that in chunks.
    assertMatch(await wire.until(/426 Upgrade Required: .*\n/), /^HTTP\/1\.1 426 /m);
    await server.stdout.until(
      new RegExp(`'https://localhost:${port}${path}' remote:'127\\.0\\.0\\.1' status:'426' `),
    );
  }
}

/** Ways in which HAProxy passes on bytes: its options, those of the server, and what is known of the client. */
const PASSED: [version: string, args: string[], known: string][] = [
  ["send-proxy", [], "127.0.0.1 "],
  ["send-proxy-v2", [], "127.0.0.1 "],
  ["send-proxy-v2-ssl", [], "127.0.0.1 "],
  ["send-proxy", ["--ssl"], "127.0.0.1 on"],
  ["send-proxy-v2-ssl", ["--ssl"], "127.0.0.1 on"],
];
for (const [version, args, known] of PASSED) {
  for (const unix of [false, true]) {
    const where = unix ? "a Unix socket" : "TCP";
    const name = ["stdws --proxy-protocol", ...args, `behind ${version} of HAProxy over ${where}`];
    Deno.test({
      ...needing(name.join(" "), "haproxy", "openssl"),
      async fn() {
        await using tls = await Tls.make();
        const path = `${tls.certificates.folder}/socket`;
        const places = unix
          ? [`--unixsocket=${path}`, "--trust-proxy=unix"]
          : ["--port=0", "--address=::1", "--trust-proxy=::1"];
        const ssl = args.length > 0 ? sslOptions({ cert: tls.cert, key: tls.key }) : [];
        const words = ["--proxy-protocol", ...places, ...ssl, "env"];
        await using server = await TestServer.startAt(words, { form: "node" });
        const port = freePort();
        await using _proxy = await startHaproxy(`
listen bytes
  mode tcp
  bind 127.0.0.1:${port}
  server stdws ${unix ? `unix@${path}` : `[::1]:${server.port}`} ${version}
`);
        const headers = { "X-Forwarded-For": "203.0.113.9" };
        const conn = ssl.length > 0
          ? await tls.connect(port)
          : await Deno.connect({ hostname: "127.0.0.1", port });
        const found = await variablesOf({ url: `ws://localhost:${port}/` }, { conn, headers });
        const { REMOTE_ADDR, HTTPS = "", REMOTE_PORT } = found;
        assertEquals(`${REMOTE_ADDR} ${HTTPS}`, known);
        assertMatch(REMOTE_PORT ?? "", /^[1-9]\d+$/);
      },
    });
  }
}

testEach(
  "stdws --trust-proxy=unix knows its clients by nginx, over a Unix socket",
  async (form) => {
    const folder = await Deno.makeTempDir();
    try {
      const path = `${folder}/stdws.sock`;
      const args = [`--unixsocket=${path}`, "--trust-proxy=unix", "env"];
      await using _server = await TestServer.startAt(args, { form });
      const port = freePort();
      const location = block("proxy_pass", { "/srv/stdws/run/stdws.sock": path }, LISTEN);
      const server = `server { listen 127.0.0.1:${port}; ${location} }`;
      await using _nginx = await Nginx.serve(server, port);
      const url = `ws://127.0.0.1:${port}/counter`;
      const found = await variablesOf({ url }, { headers: SPOOFED });
      const { REMOTE_ADDR, HTTPS = "", SERVER_NAME, SERVER_PORT } = found;
      assertEquals([REMOTE_ADDR, HTTPS], ["127.0.0.1", ""]);
      assertEquals([SERVER_NAME, SERVER_PORT], ["127.0.0.1", `${port}`]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
  ["nginx"],
);

testEach("stdws --base-path is behind nginx with a path that it leaves on", async (form) => {
  const args = ["--base-path=/app", "--trust-proxy=unix,::1", "--port=0", "--address=::1", "env"];
  await using server = await TestServer.startAt(args, { form });
  await using nginx = await Nginx.start({ "/app": `http://[::1]:${server.port}` });
  const url = `ws://127.0.0.1:${nginx.port}/app/a%20b`;
  const { SCRIPT_NAME, PATH_INFO, REQUEST_URI, REMOTE_ADDR } = await variablesOf({ url });
  assertEquals([SCRIPT_NAME, PATH_INFO, REQUEST_URI], ["/app", "/a b", "/app/a%20b"]);
  assertEquals(REMOTE_ADDR, "127.0.0.1");
  using outside = await RawClient.request(url, { target: "/apps/" });
  assertEquals(outside.answer.status, 404);
}, ["nginx"]);
