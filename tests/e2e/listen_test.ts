import { assert, assertEquals, assertMatch } from "@std/assert";
import { Certificates, sslOptions } from "../support/certificates.ts";
import { RawClient } from "../support/client.ts";
import { freePort } from "../support/free_port.ts";
import { type Form, runToEnd, testEach, TestServer } from "../support/server.ts";
import { Wire } from "../support/wire.ts";
import { variablesOf } from "./variables.ts";

/** What the log says is served under a name, such as `WebSocket` or `redirect`. */
async function started(server: TestServer, what: string, count: number): Promise<string[]> {
  for (const found: string[] = [];; found.length = 0) {
    for (const line of server.stdout.all) {
      const url = new RegExp(`Starting ${what} server\\s+: (.*)$`).exec(line)?.[1];
      if (url !== undefined) found.push(url);
    }
    if (found.length >= count) return found;
    await server.stdout.after(server.stdout.all.length, /Starting/);
  }
}

testEach("stdws listens on every --address with the one port", async (form) => {
  const port = freePort();
  const addresses = ["--address=[::1]", "--address=127.0.0.1", "--address=127.0.0.2"];
  const args = [`--port=${port}`, ...addresses, "sh", "-c", "echo $REMOTE_ADDR; exec cat"];
  await using server = await TestServer.startAt(args, { form });
  const urls = ["[::1]", "127.0.0.1", "127.0.0.2"].map((host) => `ws://${host}:${port}/`);
  assertEquals(await started(server, "WebSocket", 3), urls);
  for (const url of urls) {
    using client = await RawClient.open(url);
    assertEquals(await client.text(), url.includes("::") ? "::1" : "127.0.0.1");
  }
});

testEach("stdws gives every --address a free port of its own with --port=0", async (form) => {
  const addresses = ["--address=127.0.0.1", "--address=127.0.0.1", "--address=::1"];
  const args = ["--port=0", ...addresses, "--echo"];
  await using server = await TestServer.startAt(args, { form });
  const urls = await started(server, "WebSocket", 3);
  assertEquals(new Set(urls).size, 3);
  for (const url of urls) {
    assertMatch(url, /^ws:\/\/(127\.0\.0\.1|\[::1\]):[1-9]\d*\/$/);
    using client = await RawClient.open(url);
    await client.send(url);
    assertEquals(await client.text(), url);
  }
});

for (const address of ["[::1]", "::1"]) {
  testEach(`stdws --address=${address} listens on IPv6 alone`, async (form) => {
    // One that nobody has on the other address by chance.
    const args = [`--port=${freePort()}`, `--address=${address}`, "env"];
    await using server = await TestServer.startAt(args, { form });
    assertMatch(server.url, /^ws:\/\/\[::1\]:\d+\/$/);
    const found = await variablesOf(server);
    const { REMOTE_ADDR, REMOTE_HOST, SERVER_NAME, SERVER_PORT } = found;
    assertEquals([REMOTE_ADDR, REMOTE_HOST], ["::1", "::1"]);
    assertEquals([SERVER_NAME, SERVER_PORT], ["[::1]", String(server.port)]);
    await server.stdout.until(/ url:'http:\/\/\[::1\]:\d+\/' .* remote:'::1' .* CONNECT$/);
    assertEquals(await isOpen("127.0.0.1", server.port), false);
  });
}

testEach("stdws listens on all interfaces without --address", async (form) => {
  await using server = await TestServer.startAt(["--port=0", "env"], { form });
  assertEquals(new URL(server.url).hostname, Deno.hostname().toLowerCase());
  for (const [host, address] of [["127.0.0.1", "127.0.0.1"], ["[::1]", "::1"]]) {
    using client = await RawClient.open(`ws://${host}:${server.port}/`);
    const { texts } = await client.rest();
    assert(texts.includes(`REMOTE_ADDR=${address}`), texts.join("\n"));
  }
});

async function isOpen(hostname: string, port: number): Promise<boolean> {
  try {
    using _conn = await Deno.connect({ hostname, port });
    return true;
  } catch {
    return false;
  }
}

const PLAIN = { Upgrade: undefined, Connection: undefined };
const REDIRECTED: [host: string, location: (port: number) => string][] = [
  ["example.com", (port) => `example.com:${port}`],
  ["example.com:81", (port) => `example.com:${port}`],
  ["EXAMPLE.com:", (port) => `EXAMPLE.com:${port}`],
  ["[::1]", (port) => `[::1]:${port}`],
  ["[2001:db8::1]:8080", (port) => `[2001:db8::1]:${port}`],
  ["127.0.0.1:1", (port) => `127.0.0.1:${port}`],
];
for (const secure of [false, true]) {
  testEach(
    `stdws --redirport redirects what comes to it${secure ? " to TLS" : ""}`,
    async (form) => {
      await using certificates = await Certificates.make();
      const ssl = secure ? sslOptions(await certificates.server()) : [];
      // As --ssl would choose it: the other engine is not everywhere.
      const options = { form: secure && form === "node" ? "deno run" : form } as const;
      const addresses = ["--address=127.0.0.1", "--address=[::1]"];
      const args = ["--port=0", ...addresses, "--redirport=0", ...ssl, "--echo"];
      await using server = await TestServer.startAt(args, options);
      const urls = await started(server, "WebSocket", 2);
      const redirects = await started(server, "redirect", 2);
      assertEquals(new Set([...urls, ...redirects]).size, 4);
      for (const [index, url] of redirects.entries()) {
        assertMatch(
          url,
          index === 0 ? /^http:\/\/127\.0\.0\.1:\d+\/$/ : /^http:\/\/\[::1\]:\d+\/$/,
        );
        const port = Number(new URL(urls[index] as string).port);
        const scheme = secure ? "https" : "http";
        for (const [host, expected] of REDIRECTED) {
          for (const method of ["GET", "HEAD", "POST", "OPTIONS"]) {
            const headers = { ...PLAIN, Host: host, "Content-Length": "0" };
            using client = await RawClient.request(url, { method, headers, target: "/a?b" });
            assertEquals(client.answer.status, 301, `${method} ${host}`);
            const location = client.answer.headers.get("Location");
            assertEquals(location, `${scheme}://${expected(port)}/`);
          }
          // Also what asks for an upgrade.
          using client = await RawClient.request(url, { headers: { Host: host } });
          assertEquals(client.answer.status, 301);
        }
      }
    },
    ["openssl"],
  );
}

const NO_HOSTS = [
  undefined,
  "",
  ":80",
  "a b",
  "a/b",
  "a?b",
  "a@b",
  "::1",
  "a:b",
  "[::1",
  "a:80:90",
];
testEach("stdws --redirport answers 400 without a host to redirect to", async (form) => {
  const args = ["--redirport=0", "--echo"];
  await using server = await TestServer.start(args, { form });
  const [url = ""] = await started(server, "redirect", 1);
  for (const host of NO_HOSTS) {
    using client = await RawClient.request(url, { headers: { ...PLAIN, Host: host } });
    assertEquals(client.answer.status, 400, host);
    assertEquals(client.answer.headers.get("Location"), null, host);
  }
  for (const request of ["GET / HTTP/1.0\r\n\r\n", "HEAD / HTTP/1.0\r\n\r\n"]) {
    using wire = await Wire.connect({ port: Number(new URL(url).port) });
    await wire.write(request);
    assertMatch(await wire.rest(), /^HTTP\/1\.[01] 400 /);
  }
});

testEach("stdws --redirport answers HEAD without a body, and the next request", async (form) => {
  await using server = await TestServer.start(["--redirport=0", "--echo"], { form });
  const [url = ""] = await started(server, "redirect", 1);
  using wire = await Wire.connect({ port: Number(new URL(url).port) });
  await wire.write("HEAD /a HTTP/1.1\r\nHost: one\r\n\r\n");
  await wire.until(/^HTTP\/1\.1 301 [^]*\r\n\r\n/);
  await wire.write("GET /b HTTP/1.1\r\nHost: two\r\nConnection: close\r\n\r\n");
  const answer = await wire.rest();
  assertMatch(answer, /^HTTP\/1\.1 301 /);
  assertMatch(answer, new RegExp(`\\r\\nlocation: http://two:${server.port}/\\r\\n`, "i"));
});

const TAKEN: [args: (port: number) => string[]][] = [
  [(port) => [`--port=${port}`]],
  [(port) => ["--port=0", `--redirport=${port}`]],
  [(port) => [`--port=${port}`, "--address=[::1]"]],
  [(port) => ["--port=0", "--address=[::1]", `--redirport=${port}`]],
];
testEach("stdws exits with 3 when a port is taken, and names it", async (form) => {
  const port = freePort();
  using _four = Deno.listen({ hostname: "127.0.0.1", port });
  using _six = Deno.listen({ hostname: "::1", port });
  const engine = form === "node" ? ["--engine=node"] : [];
  for (const [args] of TAKEN) {
    const first = ["--address=127.0.0.1", ...engine];
    const { code, stdout } = await runToEnd([...first, ...args(port), "--echo"], { form });
    assertEquals(code, 3, stdout);
    const said =
      `Can't start server: Cannot listen on 127.0.0.1:${port}: another server is using it`;
    assertEquals(stdout.trimEnd().split(" | ").slice(-1), [said]);
    assertMatch(stdout, / \| FATAL {2}\| server /);
  }
});

/** How a program ends that should not start; one that does is ended. */
async function endOf(args: string[], form: Form): Promise<{ code: number; stdout: string }> {
  try {
    await using server = await TestServer.startAt(args, { form });
    return { code: 0, stdout: `It has started: ${server.stdout.all.join("\n")}` };
  } catch {
    return await runToEnd(args, { form });
  }
}

const ADDRESSES: [address: string, says: RegExp][] = [
  ["192.0.2.1", /Cannot listen on 192\.0\.2\.1:0: this machine has no such address$/],
  ["[2001:db8::1]", /Cannot listen on \[2001:db8::1\]:0: this machine has no such address$/],
  ["no-such-host.invalid", /Cannot listen on no-such-host\.invalid:0: .+$/],
];
testEach("stdws exits with 3 for an address that it does not have", async (form) => {
  const engine = form === "node" ? ["--engine=node"] : [];
  for (const [address, says] of ADDRESSES) {
    const args = [...engine, "--port=0", `--address=${address}`, "--echo"];
    const { code, stdout } = await endOf(args, form);
    assertEquals(code, 3, stdout);
    assertMatch(stdout.trimEnd(), says);
  }
});

testEach("stdws listens nowhere when it cannot listen everywhere", async (form) => {
  const port = freePort();
  using _taken = Deno.listen({ hostname: "::1", port });
  const engine = form === "node" ? ["--engine=node"] : [];
  const addresses = ["--address=127.0.0.1", "--address=[::1]"];
  const args = [...engine, `--port=${port}`, ...addresses, "--echo"];
  const { code, stdout } = await runToEnd(args, { form });
  assertEquals(code, 3);
  assertEquals(stdout.includes("Starting WebSocket server"), false);
  assertEquals(await isOpen("127.0.0.1", port), false);
});
