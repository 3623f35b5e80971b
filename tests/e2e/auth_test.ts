import { assert, assertEquals } from "@std/assert";
import { type HandshakeOptions, RawClient } from "../support/client.ts";
import { ConfigFile } from "../support/config_file.ts";
import { Scripts } from "../support/scripts.ts";
import { type Form, runToEnd, testEach, TestServer } from "../support/server.ts";
import { Wire } from "../support/wire.ts";

const SECRET = "s3cret-0123456789";
const NONE = 'Bearer realm="stdws"';
const WRONG = 'Bearer realm="stdws", error="invalid_token"';

/** A folder with a file of tokens in it, a program and a page that say whether they have seen one. */
function files(): Promise<Scripts> {
  return Scripts.write({
    tokens: `# ann's\nann:${SECRET}\nother-${SECRET}`,
    "cgi/seen": `echo 'Content-Type: text/plain'; echo; env`,
    "pages/page.html": "a page",
  });
}

async function serving(
  form: Form,
  args: readonly string[],
  test: (server: TestServer, files: Scripts) => Promise<void>,
): Promise<void> {
  await using scripts = await files();
  const all = args.map((arg) => arg.replace("FILES", scripts.folder));
  await using server = await TestServer.start(all, { form });
  await test(server, scripts);
  await server.stop();
  const log = server.stdout.all.join("\n");
  assert(!log.includes("s3cret"), log);
}

/** Each way to send a token, and the rest of that which the program sees. */
const WAYS: [
  how: string,
  options: (token: string) => HandshakeOptions,
  rest: Record<string, string>,
][] = [
  ["Authorization", (token) => ({ headers: { Authorization: `Bearer ${token}` } }), {}],
  ["the scheme in capitals", (token) => ({ headers: { authorization: `BEARER  ${token}` } }), {}],
  ["the query", (token) => ({ target: `/?a=b&access_token=${token}&c` }), {
    QUERY_STRING: "a=b&c",
    REQUEST_URI: "/?a=b&c",
  }],
  ["the query alone", (token) => ({ target: `/?%61ccess_token=${token}` }), { REQUEST_URI: "/" }],
  ["a cookie", (token) => ({ headers: { Cookie: `a=b; access_token=${token}` } }), {
    HTTP_COOKIE: "a=b",
  }],
  ["a cookie alone", (token) => ({ headers: { Cookie: `access_token=${token}` } }), {}],
  ["the subprotocols", (token) => ({ headers: { "Sec-WebSocket-Protocol": `bearer, ${token}` } }), {
    HTTP_SEC_WEBSOCKET_PROTOCOL: "bearer",
    WEBSOCKET_SUBPROTOCOL: "bearer",
  }],
  [
    "the subprotocols, with one of its own",
    (token) => ({ headers: { "Sec-WebSocket-Protocol": `x, bearer, ${token},chat` } }),
    { HTTP_SEC_WEBSOCKET_PROTOCOL: "x, bearer, chat", WEBSOCKET_SUBPROTOCOL: "chat" },
  ],
];

const LOOKED_AT = [
  "QUERY_STRING",
  "REQUEST_URI",
  "HTTP_COOKIE",
  "HTTP_AUTHORIZATION",
  "HTTP_SEC_WEBSOCKET_PROTOCOL",
  "WEBSOCKET_SUBPROTOCOL",
];

testEach("stdws lets in who sends a token in any way, and shows it to nobody", async (form) => {
  const args = ["--auth=token:FILES/tokens", "--subprotocol=chat", "--", "env"];
  await serving(form, args, async (server) => {
    for (const [how, options, rest] of WAYS) {
      using client = await RawClient.request(server.url, options(SECRET));
      assertEquals(client.answer.status, 101, how);
      const { texts } = await client.rest();
      assertEquals(texts.filter((line) => line.includes("s3cret")), [], how);
      const variables = Object.fromEntries(texts.map((line) => line.split(/=(.*)/s)));
      assertEquals([variables.REMOTE_USER, variables.AUTH_TYPE], ["ann", "Bearer"], how);
      const seen = LOOKED_AT.filter((name) => variables[name])
        .map((name) => [name, variables[name]]);
      const usual = { REQUEST_URI: "/", ...rest };
      assertEquals(Object.fromEntries(seen), usual, how);
      const chosen = client.answer.headers.get("sec-websocket-protocol");
      assertEquals(chosen, rest.WEBSOCKET_SUBPROTOCOL ?? null, how);
      using other = await RawClient.request(server.url, options(`${SECRET}0`));
      const { status, headers } = other.answer;
      assertEquals([status, headers.get("www-authenticate")], [401, WRONG], how);
      assertEquals(other.answer.body, "401 Unauthorized\n");
    }
    const other = await RawClient.request(server.url, WAYS[0]?.[1](`other-${SECRET}`));
    const { texts } = await other.rest();
    assertEquals(texts.filter((line) => /^(REMOTE_USER|AUTH_TYPE)=/.test(line)).sort(), [
      "AUTH_TYPE=Bearer",
      "REMOTE_USER=",
    ]);
    other[Symbol.dispose]();
  });
});

testEach("stdws lets nobody in who sends none, wherever they come to", async (form) => {
  const args = [
    "--auth=token:FILES/tokens",
    "--devconsole=/_console",
    "--cgidir=FILES/cgi",
    "--staticdir=FILES/pages",
    "--route=/open/*=static?auth=none FILES/pages",
    "--route=/chat=echo?auth=none",
    "--echo",
  ];
  await serving(form, args, async (server) => {
    const paths = ["/", "/seen", "/page.html", "/_console", "/_console/", "/missing", "/ws"];
    for (const path of paths) {
      for (const method of ["GET", "HEAD", "POST", "OPTIONS", "PUT", "TRACE"]) {
        for (const upgrade of [undefined, "websocket"]) {
          using client = await RawClient.request(server.url, {
            method,
            target: path,
            headers: { Upgrade: upgrade, Origin: "http://other.example" },
          });
          const { status, headers } = client.answer;
          const what = `${method} ${path} ${upgrade}`;
          assertEquals([status, headers.get("www-authenticate")], [401, NONE], what);
        }
      }
    }
    const headers = { Authorization: `Bearer ${SECRET}` };
    for (const path of ["/seen", "/page.html", "/_console"]) {
      const target = { target: path, headers: { ...headers, Upgrade: undefined } };
      using client = await RawClient.request(server.url, target);
      assertEquals(client.answer.status, 200, path);
      assertEquals(/s3cret/.test(client.answer.body), false);
    }
    using page = await RawClient.request(server.url, {
      target: "/open/page.html",
      headers: { Upgrade: undefined },
    });
    assertEquals(page.answer.body, "#!/bin/sh\na page\n");
    using open = await RawClient.open(`${server.url}chat`);
    await open.send("hi");
    assertEquals(await open.text(), "hi");
  });
});

testEach("stdws shows a token to programs where authpass says so, but to no log", async (form) => {
  const args = ["--loglevel=debug", "--auth=token:FILES/tokens", "--authpass", "--", "env"];
  await serving(form, args, async (server) => {
    using client = await RawClient.open(`${server.url}?access_token=${SECRET}`, {
      headers: {
        Authorization: `Bearer ${SECRET}`,
        Cookie: `a=1; access_token=${SECRET}`,
        "Sec-WebSocket-Protocol": `bearer, ${SECRET}`,
      },
    });
    const { texts } = await client.rest();
    const seen = texts.filter((line) => line.includes("s3cret")).sort();
    assertEquals(seen, [
      `HTTP_AUTHORIZATION=Bearer ${SECRET}`,
      `HTTP_COOKIE=a=1; access_token=${SECRET}`,
      `HTTP_SEC_WEBSOCKET_PROTOCOL=bearer, ${SECRET}`,
      `QUERY_STRING=access_token=${SECRET}`,
      `REQUEST_URI=/?access_token=${SECRET}`,
      `STDWS_PARAM_ACCESS_TOKEN=${SECRET}`,
    ]);
    assertEquals(client.answer.headers.get("sec-websocket-protocol"), "bearer");
  });
});

testEach(
  "stdws shows no token of a query in its log, also where nobody asks for one",
  async (form) => {
    const routes = ["--route=/echo=echo", "--route=/env=process env"];
    const args = ["--loglevel=debug", "--staticdir=FILES/pages", ...routes];
    await serving(form, args, async (server) => {
      const query = `?access_token=${SECRET}`;
      using told = await RawClient.open(`${server.url}env${query}`);
      await told.rest();
      using _open = await RawClient.open(`${server.url}echo${query}`);
      const sent = [
        `GET /echo${query} HTTP/1.1`,
        `GET /page.html${query} HTTP/1.1`,
        `GET /missing${query} HTTP/1.1`,
        `OPTIONS /echo${query} HTTP/1.1`,
        `GET /%${query} HTTP/1.1`,
        `GET /a%00b${query} HTTP/1.1`,
        `GET http:///${query} HTTP/1.1`,
        `GET http://h/missing${query} HTTP/1.1`,
        `GET /missing?to=%2Fa%3Faccess_token%3D${SECRET} HTTP/1.1`,
        `GET /${query} HTTP/1.1\r\nHost: a b`,
        `GET /${query} HTTP/1.1\r\nbroken`,
        `GET /${query} HTTP/7.7`,
        `BREW /${query}`,
        `GET /ä${query} HTTP/1.1`,
        `GET /echo${query} HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade`,
      ];
      for (const line of sent) {
        using wire = await Wire.connect(server);
        const host = line.includes("Host:") ? "" : "Host: h\r\n";
        await wire.write(`${line}\r\n${host}Connection: close\r\n\r\n`);
        await wire.rest();
      }
    });
  },
);

const MISTAKES: [args: string[], stderr: RegExp][] = [
  [
    ["--auth=tokens:a"],
    /Invalid value "tokens" for --auth \(did you mean "token"\?\): expected basic:FILE, token:FILE/,
  ],
  [["--auth=token"], /Invalid value "token" for --auth: expected/],
  [["--auth=none", "--auth=token:a"], /Invalid value "none" for --auth: expected/],
  [
    ["--route=/a=echo?auth=tokn:a"],
    /Invalid value "tokn" for auth of the route \/a \(did you mean "token"\?\)/,
  ],
  [
    ["--route=/a=echo?auth=token:/no/file"],
    /Cannot serve the route \/a: Cannot read "\/no\/file": /,
  ],
  [["--auth=token:/no/file"], /Cannot read "\/no\/file": .* \(auth=token:\/no\/file\)/],
  [["--auth=basic:/no/file"], /Cannot read "\/no\/file": .* \(auth=basic:\/no\/file\)/],
];
for (const [args, stderr] of MISTAKES) {
  Deno.test(`stdws ${args.join(" ")} says what is wrong with it`, async () => {
    const run = await runToEnd(["--port=0", "--echo", ...args]);
    assertEquals([run.code > 0, stderr.test(run.stderr + run.stdout)], [true, true], run.stderr);
  });
}

testEach("stdws takes up who may come in at another route with a reload", async (form) => {
  await using scripts = await files();
  const auth = [`token:${scripts.folder}/tokens`];
  const local = { port: 0, address: "127.0.0.1" };
  await using file = await ConfigFile.write({ ...local, routes: { "/a": "echo" } });
  await using server = await TestServer.startAt([`--config=${file.path}`], { form });
  using _before = await RawClient.open(`${server.url}a`);
  const routes = { "/a": { handler: "echo", auth }, "/b": { handler: "echo", auth: "none" } };
  await file.change({ ...local, routes });
  Deno.kill(server.pid, "SIGHUP");
  await server.stdout.until(/Reloaded: 2 routes/);
  using refused = await RawClient.request(`${server.url}a`);
  assertEquals(refused.answer.status, 401);
  using _open = await RawClient.open(`${server.url}b`);
  const headers = { Authorization: `Bearer ${SECRET}` };
  using _let = await RawClient.open(`${server.url}a`, { headers });
  await file.change({ ...local, routes: { "/a": { handler: "echo", auth: ["token:/no/file"] } } });
  Deno.kill(server.pid, "SIGHUP");
  await server.stdout.until(
    /Cannot reload, the routes stay as they were: .*Cannot read "\/no\/file"/,
  );
  using still = await RawClient.request(`${server.url}a`);
  assertEquals(still.answer.status, 401);
});
