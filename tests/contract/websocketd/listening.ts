import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { hostname } from "node:os";
import { Certificates, sslOptions } from "../../support/certificates.ts";
import { RawClient } from "../../support/client.ts";
import { type Form, TestServer } from "../../support/server.ts";
import { inFolder, type Line, PLAIN, refusal } from "./line.ts";

async function withTls(
  form: Form,
  options: { readonly ca?: boolean },
  args: readonly string[],
  use: (server: TestServer, certificates: Certificates) => Promise<void>,
): Promise<void> {
  await using certificates = await Certificates.make();
  const { ca } = certificates;
  const ssl = sslOptions(await certificates.server(), options.ca ? ca : undefined);
  await using server = await TestServer.start([...ssl, ...args], { form });
  await use(server, certificates);
}

export const LISTENING: readonly Line[] = [
  ["--address is repeatable, IPv6 in brackets", async (form) => {
    const args = ["--port=0", "--address=127.0.0.1", "--address=[::1]", "--echo"];
    await using server = await TestServer.startAt(args, { form });
    const second = await server.stdout.until(/WebSocket server {3}: ws:\/\/\[::1\]:\d+\/$/);
    for (const url of [server.url, second.replace(/^.*(?=ws:)/, "")]) {
      using client = await RawClient.open(url);
      assertEquals(client.answer.status, 101);
    }
  }],
  ["without --address: all interfaces, by the host's name in the log", async (form) => {
    await using server = await TestServer.startAt(["--port=0", "--echo"], { form });
    assertStringIncludes(server.url, `ws://${hostname()}:`);
    for (const host of ["127.0.0.1", "[::1]"]) {
      using client = await RawClient.open(`ws://${host}:${server.port}/`);
      assertEquals(client.answer.status, 101);
    }
  }],
  ["--unixsocket: only there, a stale one is removed", async (form) => {
    await inFolder(async (folder) => {
      const path = `${folder}/socket`;
      // Nobody removes the file of a socket that a runtime is killed with.
      Deno.listen({ transport: "unix", path }).close();
      if (!(await Deno.lstat(path).catch(() => undefined))) {
        await new Deno.Command("python3", {
          args: ["-c", `import socket; socket.socket(socket.AF_UNIX).bind("${path}")`],
        }).output();
      }
      assert((await Deno.lstat(path)).isSocket);
      await using server = await TestServer.startAt([`--unixsocket=${path}`, "--echo"], { form });
      const lines = server.stdout.all.filter((line) => line.includes("Starting"));
      assertEquals(lines.length, 1);
      assert(lines[0]?.endsWith(`Starting WebSocket server   : unix socket at ${path}`));
      const conn = await Deno.connect({ transport: "unix", path });
      using client = await RawClient.open("ws://localhost/", { conn });
      assertEquals(client.answer.status, 101);
      await server.stop();
      await assertRejects(() => Deno.lstat(path), Deno.errors.NotFound);
    });
  }, ["python3"]],
  ["--unixsocket there, too, when one of --port, --address, --redirport is given", async (form) => {
    await inFolder(async (folder) => {
      const path = `${folder}/socket`;
      await using server = await TestServer.start([`--unixsocket=${path}`, "--echo"], { form });
      const line = await server.stdout.until(/WebSocket server {3}: ws:/);
      using client = await RawClient.open(line.replace(/^.*(?=ws:)/, ""));
      assertEquals(client.answer.status, 101);
    });
  }],
  ["--redirport: 301 to scheme://request-host:port/ on every address", async (form) => {
    await using server = await TestServer.start(["--redirport=0", "--echo"], { form });
    const line = await server.stdout.until(/Starting redirect server {3}: http:/);
    const url = line.replace(/^.*http:/, "ws:");
    const headers = { ...PLAIN, Host: "example.com:1" };
    using client = await RawClient.request(url, { target: "/a?b", headers });
    const { status, headers: found } = client.answer;
    assertEquals([status, found.get("Location")], [301, `http://example.com:${server.port}/`]);
  }],
  ["--ssl: wss and https, TLS ≥ 1.2, HTTPS=on, the redirect leads to https", async (form) => {
    const args = ["--redirport=0", "--devconsole", "sh", "-c", "echo HTTPS=$HTTPS"];
    await withTls(form, {}, args, async (server, certificates) => {
      assertMatch(server.url, /^wss:/);
      const conn = await certificates.connect(server);
      using client = await RawClient.open("ws://localhost/", { conn });
      assertEquals(await client.text(), "HTTPS=on");
      const caCerts = [await Deno.readTextFile(certificates.ca.cert)];
      using http = Deno.createHttpClient({ caCerts });
      const answer = await fetch(`https://localhost:${server.port}/`, { client: http });
      assertEquals(answer.status, 200);
      await answer.body?.cancel();
      const line = await server.stdout.until(/Starting redirect server {3}: http:/);
      using redirected = await RawClient.request(line.replace(/^.*http:/, "ws:"), {
        headers: PLAIN,
      });
      const location = redirected.answer.headers.get("Location");
      assertEquals(location, `https://127.0.0.1:${server.port}/`);
      const { success } = await new Deno.Command("openssl", {
        args: ["s_client", "-connect", `127.0.0.1:${server.port}`, "-tls1_1"],
        stdin: "null",
      }).output();
      assertEquals(success, false);
    });
  }, ["openssl"]],
  ["--sslca: a client certificate signed by this CA is required", async (form) => {
    if (form === "binary") return await refusesWithoutNode(form);
    const args = ["sh", "-c", 'echo "$REMOTE_USER"'];
    await withTls(form, { ca: true }, args, async (server, certificates) => {
      // With TLS 1.3 a client learns that it is refused when it reads.
      await assertRejects(async () => {
        using conn = await certificates.connect(server);
        await RawClient.open("ws://localhost/", { conn });
      });
      await server.stdout.until(
        /ACCESS \| http .* \| remote:'127\.0\.0\.1' \| TLS handshake failed: .+$/,
      );
      const pair = await certificates.issue({ subject: "/O=Example/CN=Jane" });
      const conn = await certificates.connect(server, pair);
      using client = await RawClient.open("ws://localhost/", { conn });
      assertEquals(await client.text(), "CN=Jane,O=Example");
    });
  }, ["openssl"]],
  ["no scheme in --origin is warned of when --ssl is on", async (form) => {
    await withTls(form, {}, ["--origin=example.com,https://b.org", "--echo"], async (server) => {
      await server.stdout.until(/Warning: --origin=example\.com .*https:\/\/example\.com/);
      assert(!server.stdout.all.some((line) => line.includes("Warning") && line.includes("b.org")));
    });
  }, ["openssl"]],
];

/** A runtime that would admit everybody must say so. */
async function refusesWithoutNode(form: Form): Promise<void> {
  await using certificates = await Certificates.make();
  const ssl = sslOptions(await certificates.server(), certificates.ca);
  const { code, says } = await refusal(form, ["--port=0", ...ssl, "--echo"]);
  assertEquals(code, 1);
  assertMatch(says, /--sslca needs Deno 2\.8/);
}
