import { assertEquals, assertMatch } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { HttpClient } from "../support/http_client.ts";
import { rowsFor, runToEnd, testBoth, testEach, TestServer } from "../support/server.ts";
import { Wire } from "../support/wire.ts";
import { variablesOf } from "./variables.ts";

const FORWARDED = {
  "X-Forwarded-For": "203.0.113.9, 192.0.2.1",
  "X-Forwarded-Proto": "https",
  "X-Forwarded-Host": "a.example",
};

/** The variables that say who the client is, and where it has come. */
async function known(server: TestServer, headers: Record<string, string>) {
  const found = await variablesOf(server, { headers });
  const { REMOTE_ADDR, REMOTE_HOST, REMOTE_PORT, HTTPS = "", SERVER_NAME, SERVER_PORT } = found;
  return [REMOTE_ADDR, REMOTE_HOST, REMOTE_PORT, HTTPS, SERVER_NAME, SERVER_PORT].join(" ");
}

testEach("stdws --trust-proxy has client, scheme and host by the word of a proxy", async (form) => {
  const args = ["--trust-proxy=loopback", "env"];
  await using server = await TestServer.start(args, { form });
  assertEquals(await known(server, FORWARDED), "192.0.2.1 192.0.2.1  on a.example 443");
  await server.stdout.until(
    / url:'https:\/\/a\.example\/' id:\S+ remote:'192\.0\.2\.1' .* CONNECT$/,
  );
  const headers = { "x-FORWARDED-for": "[2001:DB8::1]:77", "X-Forwarded-Host": "a:81" };
  assertEquals(await known(server, headers), "2001:db8::1 2001:db8::1 77  a 81");
  // Plain HTTP, and what is refused before it is a request of anybody's.
  for (const path of ["/a", "/%00"]) {
    const lines = Object.entries(FORWARDED).map(([name, value]) => `${name}: ${value}`);
    await HttpClient.ask(server.url, [`GET ${path}`, ...lines, "", ""].join("\n"));
    await server.stdout.until(
      new RegExp(` url:'https://a\\.example${path}' remote:'192\\.0\\.2\\.1' status:'4`),
    );
  }
});

testEach("stdws believes nobody without --trust-proxy, nor anybody else with it", async (form) => {
  for (const trusted of [[], ["--trust-proxy=10.0.0.0/8,::1,unix"]]) {
    await using server = await TestServer.start([...trusted, "env"], { form });
    const headers = { ...FORWARDED, Forwarded: "for=192.0.2.1", "X-Real-IP": "192.0.2.1" };
    const found = await variablesOf(server, { headers });
    assertEquals([found.REMOTE_ADDR, found.SERVER_NAME], ["127.0.0.1", "127.0.0.1"]);
    assertEquals([found.HTTPS, found.SERVER_PORT], [undefined, `${server.port}`]);
    // Programs see what was sent, as those of websocketd do.
    assertEquals(found.HTTP_X_FORWARDED_FOR, FORWARDED["X-Forwarded-For"]);
    await server.stdout.until(/ url:'http:\/\/127\.0\.0\.1:\d+\/' id:\S+ remote:'127\.0\.0\.1' /);
  }
});

/** What is believed of one kind of header alone: a proxy passes on what clients write into the others. */
const HEADERS: [option: string, headers: Record<string, string>, known: string][] = [
  ["forwarded", { Forwarded: 'for="[2001:db8::1]:7";proto=https;host="a:1"' }, "2001:db8::1 on a"],
  ["forwarded", { ...FORWARDED, Forwarded: "For=192.0.2.7" }, "192.0.2.7  127.0.0.1"],
  ["forwarded", FORWARDED, "127.0.0.1  127.0.0.1"],
  ["x-real-ip", { ...FORWARDED, "X-Real-IP": "192.0.2.7" }, "192.0.2.7  127.0.0.1"],
  ["x-forwarded", { "X-Real-IP": "192.0.2.7", Forwarded: "for=192.0.2.7" }, "127.0.0.1  127.0.0.1"],
  [
    "x-forwarded",
    { ...FORWARDED, Forwarded: "for=192.0.2.7;proto=http" },
    "192.0.2.1 on a.example",
  ],
];
testEach("stdws --proxy-headers believes one kind of header", async (form) => {
  for (const option of ["forwarded", "x-real-ip", "x-forwarded"]) {
    const args = ["--trust-proxy=127.0.0.1", `--proxy-headers=${option}`, "env"];
    await using server = await TestServer.start(args, { form });
    for (const [of, headers, expected] of HEADERS.filter(([of]) => of === option)) {
      const { REMOTE_ADDR, HTTPS = "", SERVER_NAME } = await variablesOf(server, { headers });
      assertEquals(`${REMOTE_ADDR} ${HTTPS} ${SERVER_NAME}`, expected, of);
    }
  }
});

/** Requests that no proxy makes, and the client that is known from them. */
const ODD: [what: string, lines: string[], client: string][] = [
  ["several lines", ["X-Forwarded-For: 203.0.113.9", "x-forwarded-for: 192.0.2.1"], "192.0.2.1"],
  ["no address", ["X-Forwarded-For: 192.0.2.1, <script>"], "127.0.0.1"],
  ["an empty list", ["X-Forwarded-For:"], "127.0.0.1"],
  ["bytes", ["X-Forwarded-For: \u00ff\u00fe", "X-Forwarded-Host: a\u00ff b"], "127.0.0.1"],
  ["4000 hops", [`X-Forwarded-For: 192.0.2.1${", 127.0.0.1".repeat(4_000)}`], "192.0.2.1"],
  ["an encoded line end", ["X-Forwarded-Host: a%0d%0aX: y"], "127.0.0.1"],
  ["a host with a path", ["X-Forwarded-For: 192.0.2.1", "X-Forwarded-Host: a/b"], "192.0.2.1"],
];
testEach("stdws makes nothing but a client of what a proxy says, whatever it is", async (form) => {
  await using server = await TestServer.start(["--trust-proxy=loopback", "--echo"], { form });
  for (const [what, lines, client] of ODD) {
    using wire = await Wire.connect(server);
    const path = `/${encodeURIComponent(what)}`;
    const head = [`GET ${path} HTTP/1.1`, "Host: h", ...lines, "", ""].join("\r\n");
    await wire.write(Uint8Array.from(head, (char) => char.charCodeAt(0)));
    assertMatch(await wire.until(/\r\n\r\n/), /^HTTP\/1\.1 426 /, what);
    await server.stdout.until(new RegExp(` url:'http://h${path}' remote:'${client}' `));
  }
  // What is no request is none, whoever sends it: two hosts, a folded line, a bare CR, a NUL.
  const broken = [
    "Host: b\r\nX-Forwarded-Host: c",
    "X-Forwarded-For: 192.0.2.1,\r\n\t192.0.2.2",
    "X-Forwarded-For: 192.0.2.1\rX: y",
    "X-Forwarded-For: 192.0.2.1\0",
  ];
  for (const lines of broken) {
    using wire = await Wire.connect(server);
    await wire.write(`GET / HTTP/1.1\r\nHost: a\r\n${lines}\r\n\r\n`);
    assertMatch(await wire.until(/\r\n/), /^HTTP\/1\.1 400 /, lines);
  }
});

/** Origins, and what a proxy says of the request; true where the page may connect. */
const ORIGINS: [origin: string, host: string, proto: string | undefined, may: boolean][] = [
  ["https://a.example", "a.example", "https", true],
  ["https://a.example:8443", "a.example:8443", "https", true],
  ["http://a.example", "a.example", "https", false],
  ["https://a.example", "a.example", "http", false],
  ["https://a.example:8443", "a.example", "https", false],
  ["https://b.example", "a.example", "https", false],
  // A proxy that does not say leaves it to the host.
  ["https://a.example:8443", "a.example", undefined, true],
];
testEach("stdws --sameorigin compares with what a trusted proxy was asked for", async (form) => {
  const args = ["--trust-proxy=loopback", "--sameorigin", "--echo"];
  await using server = await TestServer.start(args, { form });
  for (const [origin, host, proto, may] of ORIGINS) {
    const headers = { Origin: origin, Host: host, "X-Forwarded-Proto": proto };
    using client = await RawClient.request(server.url, { headers });
    assertEquals(client.answer.status, may ? 101 : 403, `${origin} ${host} ${proto}`);
  }
});

testEach("stdws --sameorigin asks nobody else about the scheme", async (form) => {
  await using server = await TestServer.start(["--sameorigin", "--echo"], { form });
  const headers = { Origin: "https://evil.example", "X-Forwarded-Host": "evil.example" };
  using client = await RawClient.request(server.url, { headers });
  assertEquals(client.answer.status, 403);
});

testEach(
  "stdws --redirport --trust-proxy redirects to the host that a proxy names",
  async (form) => {
    const args = ["--redirport=0", "--trust-proxy=loopback", "--base-path=/app", "--echo"];
    await using server = await TestServer.start(args, { form });
    const line = await server.stdout.until(/Starting redirect server/);
    const url = line.replace(/^.*(?=http:)/, "");
    for (const [name, expected] of [["a.example:81", "a.example"], ["no host", "example.com"]]) {
      const answer = await HttpClient.ask(url, `GET /x\nX-Forwarded-Host: ${name}\n\n`);
      assertEquals(answer.status, 301);
      assertEquals(answer.headers.get("location"), `http://${expected}:${server.port}/app/`);
    }
  },
);

testEach("stdws --trust-proxy warns where it is everybody who is trusted", async (form) => {
  for (const network of ["0.0.0.0/0", "::/0", "10.0.0.0/8"]) {
    await using server = await TestServer.start([`--trust-proxy=${network}`, "--echo"], { form });
    using _client = await RawClient.open(server.url);
    await server.stdout.until(/ CONNECT$/);
    const warned = server.stdout.all.some((line) =>
      line.includes(`Warning: --trust-proxy=${network} believes everybody`)
    );
    assertEquals(warned, network.endsWith("/0"));
  }
});

const WRONG: [args: string[], code: number, says: RegExp][] = [
  [["--trust-proxy=localhost"], 2, /"localhost" for --trust-proxy: expected addresses, networks/],
  [["--trust-proxy=10.0.0.0/33"], 2, /"10\.0\.0\.0\/33" for --trust-proxy/],
  [["--trust-proxy="], 2, /"" for --trust-proxy/],
  [["--trust-proxy=10.0.0.1,"], 2, /"" for --trust-proxy/],
  [["--proxy-headers=via", "--trust-proxy=unix"], 1, /"via" for --proxy-headers: expected x-f/],
  [["--proxy-headers=forwarded"], 1, /--proxy-headers=forwarded needs --trust-proxy=LIST/],
  [["--base-path=app"], 2, /"app" for --base-path: expected a path as \/app/],
  [["--base-path=/a/../b"], 2, /"\/a\/\.\.\/b" for --base-path/],
  [["--base-path="], 2, /"" for --base-path/],
];
testBoth("stdws refuses options of a proxy that cannot work", async (form) => {
  for (const [args, code, says] of rowsFor(form, WRONG, ([_, code]) => code)) {
    const found = await runToEnd(["--port=0", ...args, "--echo"], { form });
    assertEquals(found.code, code, args.join(" "));
    assertMatch(found.stderr, says);
  }
});

testEach(
  "stdws --maxperip --trust-proxy counts the clients of a proxy each for itself",
  async (form) => {
    const args = ["--trust-proxy=loopback", "--maxperip=1", "--echo"];
    await using server = await TestServer.start(args, { form });
    const ask = (client: string) =>
      RawClient.request(server.url, { headers: { "X-Forwarded-For": `203.0.113.9, ${client}` } });
    using one = await ask("192.0.2.1");
    using other = await ask("192.0.2.2");
    using again = await ask("192.0.2.1");
    assertEquals([one, other, again].map(({ answer }) => answer.status), [101, 101, 429]);
  },
);
