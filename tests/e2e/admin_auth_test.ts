import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { HttpClient } from "../support/http_client.ts";
import { Scripts } from "../support/scripts.ts";
import { type Form, runToEnd, testBoth, testEach, TestServer } from "../support/server.ts";

const OPERATOR = "operators-0123456789abcdef";
const USER = "users-0123456789abcdef";

/** A server with a place below /admin, files of tokens, and how to ask it. */
class Site implements AsyncDisposable {
  readonly server: TestServer;
  readonly #files: Scripts;

  private constructor(server: TestServer, files: Scripts) {
    this.server = server;
    this.#files = files;
  }

  static async start(form: Form): Promise<Site> {
    const files = await Scripts.write({});
    await Deno.writeTextFile(`${files.folder}/operators`, `anna:${OPERATOR}\n`);
    await Deno.writeTextFile(`${files.folder}/users`, `${USER}\n`);
    const server = await TestServer.start([
      "--admin=/admin",
      `--adminauth=token:${files.folder}/operators`,
      `--auth=token:${files.folder}/users`,
      "--echo",
    ], { form });
    return new Site(server, files);
  }

  /** The answer to a request, which is its first line and headers. */
  async ask(
    request: string,
    token?: string,
  ): Promise<{ status: number; headers: Headers; body: string }> {
    const authorization = token === undefined ? "" : `\nAuthorization: Bearer ${token}`;
    return await HttpClient.ask(this.server.url, request + authorization);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
    await this.#files[Symbol.asyncDispose]();
  }
}

testEach(
  "--admin=/path is behind --adminauth, and whoever may come in to the server is not let in",
  async (form) => {
    await using site = await Site.start(form);
    const { stdout } = site.server;
    assertMatch(await stdout.until(/Starting admin server/), / : \/admin$/);
    const strangers: [path: string, token?: string][] = [
      ["metrics"],
      ["connections"],
      ["connections/a"],
      ["nothing"],
      [""],
      ["metrics", USER],
      ["metrics", "wrong"],
      ["connections", USER],
    ];
    for (const [path, token] of strangers) {
      const { status, headers } = await site.ask(`GET /admin/${path}`, token);
      assertEquals([path, token, status], [path, token, 401]);
      assertMatch(headers.get("www-authenticate") ?? "", /^Bearer/);
    }
    const metrics = await site.ask("GET /admin/metrics", OPERATOR);
    assertEquals(metrics.status, 200);
    assertStringIncludes(
      metrics.body,
      'stdws_requests_total{route="/admin/metrics",status="401"} 3\n',
    );
    assertEquals((await site.ask("GET /admin/nothing", OPERATOR)).status, 404);
    // Nor is an operator let in to the rest.
    assertEquals((await site.ask("GET /", OPERATOR)).status, 401);
    for (const probe of ["healthz", "readyz"]) {
      assertEquals((await site.ask(`GET /admin/${probe}`)).status, 200);
    }
  },
);

testEach("--admin=/path tells the log which operator has ended a connection", async (form) => {
  await using site = await Site.start(form);
  using client = await RawClient.open(site.server.url, {
    headers: { Authorization: `Bearer ${USER}` },
  });
  const list = await site.ask("GET /admin/connections", OPERATOR);
  const { connections: [connection] } = JSON.parse(list.body);
  const request = `DELETE /admin/connections/${connection.id}`;
  assertEquals((await site.ask(request, USER)).status, 401);
  assertEquals((await site.ask(request, OPERATOR)).status, 204);
  assertEquals(await client.next(), {
    kind: "close",
    code: 1001,
    reason: "Ended by the operator",
  });
  await site.server.stdout.until(/The operator anna at 127\.0\.0\.1 ends the connection with 1001/);
});

const SPELLINGS = [
  "HEAD /admin/metrics",
  "POST /admin/metrics",
  "GET //admin/metrics",
  "GET /admin//metrics",
  "GET /./admin/metrics",
  "GET /x/../admin/metrics",
  "GET /admin/%6detrics",
  "GET /admin%2Fmetrics",
  "GET /%61dmin/metrics",
  "GET /ADMIN/METRICS",
  "GET /admin/metrics/",
  "GET /admin/metrics?",
  "GET /admin/healthz/../metrics",
  "GET http://example.com/admin/metrics",
  "GET /admin/metrics\nX-Forwarded-For: 127.0.0.1",
  "GET /admin/metrics\nUpgrade: websocket",
  "GET /admin/metrics\nX-Original-URL: /admin/healthz",
];
testEach("--admin=/path tells nothing to who is not known, however it asks", async (form) => {
  await using site = await Site.start(form);
  for (const request of SPELLINGS) {
    const { status, body } = await site.ask(request);
    assert(status >= 400, `${request}: ${status}`);
    assert(!body.includes("stdws_"), `${request}: ${body}`);
  }
  using old = await HttpClient.connect(site.server.url);
  await old.write("GET /admin/metrics HTTP/1.0\r\n\r\n");
  assertEquals((await old.head()).status, 401);
  // What is asked for behind something that is allowed, on the same connection.
  using client = await HttpClient.connect(site.server.url);
  for (const [path, status] of [["healthz", 200], ["metrics", 401], ["readyz", 200]] as const) {
    const answer = await client.ask(`GET /admin/${path}`);
    assertEquals([path, answer.status], [path, status]);
  }
});

testBoth("--adminauth lets an address be of others than this machine", async (form) => {
  await using files = await Scripts.write({});
  const file = `${files.folder}/operators`;
  await Deno.writeTextFile(file, `${OPERATOR}\n`);
  const args = ["--admin=0.0.0.0:0", `--adminauth=token:${file}`, "--echo"];
  await using server = await TestServer.start(args, { form });
  const line = await server.stdout.until(/Starting admin server/);
  const url = `http://127.0.0.1:${/:(\d+)\/$/.exec(line)?.[1]}`;
  const ask = async (token: string) => {
    const headers = { Authorization: `Bearer ${token}`, Host: "example.com" };
    const answer = await fetch(`${url}/connections`, { headers });
    await answer.body?.cancel();
    return answer.status;
  };
  assertEquals([await ask("wrong"), await ask(OPERATOR)], [401, 200]);
});

const REFUSED: [what: string, args: string[], why: string][] = [
  ["without a place", ["--adminauth=token:/dev/null"], "--adminauth needs --admin=PLACE"],
  ["of none, where strangers are", ["--admin=/a", "--adminauth=none"], "--admin=/a"],
  [
    "with a file that is not there",
    ["--admin=/a", "--adminauth=token:/nothing/there"],
    "/nothing/there",
  ],
];
for (const [what, args, why] of REFUSED) {
  testBoth(`--adminauth ${what} is refused at the start`, async (form) => {
    const { code, stdout, stderr } = await runToEnd(["--port=0", ...args, "--echo"], { form });
    assert(code !== 0);
    assertStringIncludes(stdout + stderr, why);
  });
}
