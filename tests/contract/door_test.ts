/**
 * What the door says to each kind of request, byte for byte as clients send them, and its one line of the log.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Form, TestServer } from "../support/server.ts";
import { Wire } from "../support/wire.ts";

const KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
const VERSION = "Sec-WebSocket-Version: 13\r\n";
const CONNECTION = "Upgrade: websocket\r\nConnection: Upgrade\r\n";
const HOST = "Host: h\r\n";

/** A handshake. */
function upgrade(more = "", { line = "GET /echo HTTP/1.1", host = HOST, how = CONNECTION } = {}) {
  return `${line}\r\n${host}${how}${VERSION}${KEY}${more}\r\n`;
}

/** A request that is none. */
function plain(line: string, more = "", host = HOST): string {
  return `${line} HTTP/1.1\r\n${host}${more}\r\n`;
}

function protocols(...values: string[]): string {
  return upgrade(values.map((value) => `Sec-WebSocket-Protocol: ${value}\r\n`).join(""));
}

function upgrading(...values: string[]): string {
  const how = values.map((value) => `Upgrade: ${value}\r\n`).join("") + "Connection: Upgrade\r\n";
  return upgrade("", { how });
}

/** An answer, and a line of the log that has all of these in it; undefined where there is to be none. */
interface Expected {
  readonly status: string;
  readonly headers?: Readonly<Record<string, string | null>>;
  readonly body?: RegExp;
  readonly log?: readonly string[];
}

const OPEN: Expected = { status: "101" };
const CHAT: Expected = { status: "101", headers: { "sec-websocket-protocol": "chat" } };
const NONE: Expected = { status: "101", headers: { "sec-websocket-protocol": null } };
const ONLY: Expected = {
  status: "426",
  headers: { upgrade: "websocket", connection: "upgrade", "x-all": "a", "x-http": "h" },
  body: /^426 Upgrade Required: .*WebSocket client.*ws:\/\/.*\n$/,
  log: ["remote:'127.0.0.1' status:'426' route:'/echo'", "no upgrade to one was asked for"],
};
const NOT_FOUND: Expected = { status: "404", log: ["remote:'127.0.0.1'", "status:'404'"] };
const NO_METHOD: Expected = {
  status: "405",
  headers: { allow: "GET, OPTIONS" },
  log: ["status:'405' route:'/echo'", "its method is GET"],
};
const PREFLIGHT = { "x-all": "a", "x-http": "h", "x-ws": null };
const OPTIONS: Expected = {
  status: "204",
  headers: { allow: "GET, OPTIONS", ...PREFLIGHT },
  log: ["| OPTIONS"],
};

function refused(status: string, ...log: string[]): Expected {
  return { status, log: ["remote:'127.0.0.1'", `status:'${status}'`, ...log] };
}

const UTF8 = "GET /files/ä€ HTTP/1.1";

/** The engine `native` where it cannot be told what to do: the README's table of engines has a row for each. */
const TABLE: [what: string, sent: string, expected: Expected, native?: Expected][] = [
  ["a handshake", upgrade(), OPEN],
  ["a length of 0", upgrade("Content-Length: 0\r\n"), OPEN, { status: "400" }],
  ["a length of 00", upgrade("Content-Length: 00\r\n"), OPEN, { status: "400" }],
  [
    "a body",
    upgrade("Content-Length: 5\r\n") + "hello",
    refused("400", "has a body"),
    { status: "400" },
  ],
  // Lists of protocols, in which clients put what they like.
  ["a subprotocol", protocols("chat"), CHAT],
  ["no subprotocol", protocols(""), NONE],
  ["a comma behind it", protocols("chat,"), CHAT],
  ["a comma before it", protocols(", chat"), CHAT],
  ["the same twice", protocols("chat, chat"), CHAT],
  ["two headers", protocols("other", "chat"), CHAT],
  ["no token", protocols("a/b"), NONE],
  ["a secret", protocols("bearer, eyJhbGc="), NONE],
  ["a secret and a name", protocols("eyJhbGc=,chat"), CHAT],
  ["letters beyond ASCII", protocols("ü, chat"), CHAT],
  ["quotes", protocols('"chat"'), NONE],
  ["nothing that is spoken", protocols("Chat"), NONE],
  // Upgrade and Connection.
  ["a list with websocket", upgrading("foo, websocket"), OPEN],
  ["a list that begins with it", upgrading("WebSocket,h2c"), OPEN],
  ["a repeated header", upgrading("foo", "websocket"), OPEN],
  ["the same header twice", upgrading("websocket", "websocket"), OPEN],
  ["empty ones in the list", upgrading(",websocket ,"), OPEN],
  ["websocket with a version", upgrading("websocket/13"), ONLY],
  ["what only begins so", upgrading("websocketx"), ONLY],
  ["h2c", upgrading("h2c"), ONLY],
  ["TLS", upgrading("TLS/1.0, HTTP/2.0"), ONLY],
  [
    "Connection as a list",
    upgrade("", { how: "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n" }),
    OPEN,
  ],
  [
    "two Connection headers",
    upgrade("", {
      how: "Upgrade: websocket\r\nConnection: keep-alive\r\nConnection: Upgrade\r\n",
    }),
    OPEN,
  ],
  // Methods and versions.
  ["POST", upgrade("", { line: "POST /echo HTTP/1.1" }), NO_METHOD],
  ["HEAD", upgrade("", { line: "HEAD /echo HTTP/1.1" }), { ...ONLY, body: /^$/ }],
  ["another version", upgrade().replace("13", "8"), {
    status: "426",
    headers: { "sec-websocket-version": "13", upgrade: "websocket" },
    log: ["status:'426' route:'/echo'", 'not "8"'],
  }],
  ["another version where nothing is", upgrade("", { line: "GET /x HTTP/1.1" }), NOT_FOUND],
  [
    "HTTP/1.0",
    upgrade("", { line: "GET /echo HTTP/1.0" }),
    refused("505", "Unable to Upgrade: A WebSocket needs HTTP/1.1"),
    OPEN,
  ],
  [
    "HTTP/1.0 without a Host",
    upgrade("", { line: "GET /echo HTTP/1.0", host: "" }),
    refused("505", "Unable to Upgrade"),
    refused("400", "Unable to Upgrade: There is no Host header"),
  ],
  [
    "no Host",
    upgrade("", { host: "" }),
    refused("400", "url:'http:///echo'", "Unable to Upgrade: There is no Host header"),
  ],
  [
    "no Host, plain",
    plain("GET /files/a.txt", "", ""),
    refused("400", "There is no Host header"),
    { status: "200", log: ["STATIC"] },
  ],
  // Targets.
  ["a foreign URL", upgrade("", { line: "GET http://foreign/echo HTTP/1.1" }), OPEN],
  ["a URL of ws:", upgrade("", { line: "GET ws://foreign/echo HTTP/1.1" }), OPEN],
  [
    "a URL without a path",
    upgrade("", { line: "GET http://foreign HTTP/1.1" }),
    { ...NOT_FOUND, log: ["url:'http://foreign/'", "NOT FOUND: /"] },
  ],
  [
    "a URL without a host",
    upgrade("", { line: "GET http:///echo HTTP/1.1" }),
    refused("400", "no host in the target"),
    NOT_FOUND,
  ],
  ["a fragment", upgrade("", { line: "GET /echo#a HTTP/1.1" }), NOT_FOUND],
  ["a fragment in the query", upgrade("", { line: "GET /echo?a#b HTTP/1.1" }), OPEN],
  ["two slashes", upgrade("", { line: "GET //echo HTTP/1.1" }), NOT_FOUND],
  ["an encoded slash", upgrade("", { line: "GET /%2Fecho HTTP/1.1" }), NOT_FOUND],
  ["dot segments", upgrade("", { line: "GET /a/../echo HTTP/1.1" }), OPEN],
  ["dot segments that leave the root", upgrade("", { line: "GET /../echo HTTP/1.1" }), NOT_FOUND],
  ["an encoded letter", upgrade("", { line: "GET /%65cho HTTP/1.1" }), OPEN],
  ["* for a path", upgrade("", { line: "GET * HTTP/1.1" }), refused("400"), { status: "400" }],
  ["no path", upgrade("", { line: "GET echo HTTP/1.1" }), refused("400"), { status: "400" }],
  ["UTF-8 in the path", plain(UTF8.slice(0, -9)), {
    status: "200",
    body: /^letters$/,
    log: ["/files/%C3%A4%E2%82%AC'", "STATIC"],
  }],
  [
    "UTF-8 in the path of a handshake",
    upgrade("", { line: "GET /echo?ä€ HTTP/1.1" }),
    OPEN,
  ],
  // Plain requests.
  ["GET where only a WebSocket is", plain("GET /echo"), ONLY],
  ["HEAD there", plain("HEAD /echo"), { ...ONLY, body: /^$/ }],
  ["POST there", plain("POST /echo", "Content-Length: 2\r\n") + "hi", NO_METHOD],
  ["BREW there", plain("PATCH /echo", "Content-Length: 0\r\n"), NO_METHOD],
  ["GET where nothing is", plain("GET /nothing"), {
    status: "404",
    log: ["url:'http://h/nothing' remote:'127.0.0.1' status:'404' | NOT FOUND"],
  }],
  ["GET where --dir has nothing", plain("GET /tools/nothing"), NOT_FOUND],
  ["GET where --dir has a program", plain("GET /tools/hello/x"), {
    ...ONLY,
    log: ["status:'426' route:'/tools/*'"],
  }],
  ["OPTIONS where only a WebSocket is", plain("OPTIONS /echo"), OPTIONS],
  ["OPTIONS of a file", plain("OPTIONS /files/a.txt"), {
    status: "204",
    headers: { allow: "GET, HEAD, OPTIONS", ...PREFLIGHT },
    log: ["STATIC"],
  }],
  ["OPTIONS of no file", plain("OPTIONS /files/nothing"), NOT_FOUND],
  ["OPTIONS of a script", plain("OPTIONS /run/hello"), {
    status: "204",
    headers: { allow: "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS", ...PREFLIGHT },
    log: ["CGI"],
  }],
  ["OPTIONS of no script", plain("OPTIONS /run/nothing"), NOT_FOUND],
  ["OPTIONS where nothing is", plain("OPTIONS /nothing"), NOT_FOUND],
  ["OPTIONS of the server", plain("OPTIONS *"), {
    status: "204",
    headers: { allow: "GET, HEAD, POST, OPTIONS", ...PREFLIGHT },
    log: ["OPTIONS"],
  }],
  ["OPTIONS of a module that answers it", plain("OPTIONS /module"), {
    status: "200",
    body: /^its own OPTIONS$/,
  }],
  ["another method of a file", plain("DELETE /files/a.txt"), {
    status: "405",
    headers: { allow: "GET, HEAD, OPTIONS" },
    log: ["status:'405' route:'/files/*' | The handler answered 405 Method Not Allowed"],
  }],
  // Whoever refuses.
  [
    "a module that refuses a handshake",
    upgrade("", { line: "GET /module HTTP/1.1" }),
    refused("401", "route:'/module' | Unable to Upgrade: The handler answered 401 Unauthorized"),
  ],
  [
    "a module that throws at a handshake",
    upgrade("", { line: "GET /module?throws HTTP/1.1" }),
    refused("500", "route:'/module' | The handler failed: broken"),
  ],
  [
    "a module that refuses a request",
    plain("GET /module"),
    refused("403", "route:'/module' | The handler answered 403 Not yours"),
  ],
  [
    "an origin",
    upgrade("Origin: http://evil.example\r\n", { line: "GET /mine HTTP/1.1" }),
    refused("403", "route:'/mine' | Unable to Upgrade: Origin 'http://evil.example'"),
  ],
  ["a path that is not encoded", upgrade("", { line: "GET /%zz HTTP/1.1" }), refused("400")],
  ["a bad Host", upgrade("", { host: "Host: a/b\r\n" }), refused("400", 'Host header is "a/b"')],
];

const MODULE = `
export default {
  accept(request) {
    if (request.query === "throws") throw new Error("broken");
    if (request.query !== "headers") return new Response("who?", { status: 401 });
    return { headers: [["Set-Cookie", "a=1"], ["Set-Cookie", "b=2; Path=/"], ["X-Own", "c"]], open() {} };
  },
  respond({ method }) {
    if (method === "OPTIONS") return new Response("its own OPTIONS");
    return new Response("no", { status: 403, statusText: "Not yours" });
  },
};
`;

/** A server with everything that there is at a door. */
async function atDoor(form: Form, test: (server: TestServer) => Promise<void>): Promise<void> {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  try {
    await Deno.writeTextFile(`${folder}/a.txt`, "text");
    await Deno.writeTextFile(`${folder}/ä€`, "letters");
    await Deno.writeTextFile(`${folder}/module.js`, MODULE);
    await Deno.mkdir(`${folder}/programs`);
    const script = "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'; cat\n";
    await Deno.writeTextFile(`${folder}/programs/hello`, script, { mode: 0o755 });
    await using server = await TestServer.start([
      "--header=X-All: a",
      "--header-http=X-Http: h",
      "--header-ws=X-Ws: w",
      "--route=/echo=echo?subprotocol=chat",
      "--route=/mine=echo?origin=good.example",
      `--route=/files/*=static ${folder}`,
      `--route=/run/*=cgi ${folder}/programs`,
      `--route=/tools/*=directory ${folder}/programs`,
      `--route=/module=module ${folder}/module.js`,
    ], { form });
    await test(server);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function headersIn(head: string): Headers {
  const headers = new Headers();
  for (const line of head.split("\r\n").slice(1)) {
    const at = line.indexOf(":");
    headers.append(line.slice(0, at), line.slice(at + 1).trim());
  }
  return headers;
}

/** The body, before its client closes: on `native`, one that has gets none. */
async function bodyOf(wire: Wire, headers: Headers): Promise<string> {
  const length = headers.get("content-length");
  if (length !== null) return await wire.until(new RegExp(`^[^]{${length}}`));
  return (await wire.until(/\r\n0\r\n\r\n$/)).replace(/^[0-9a-f]+\r\n|\r\n0\r\n\r\n$/g, "");
}

async function restOf(wire: Wire): Promise<string> {
  await wire.conn.closeWrite();
  return await wire.rest();
}

/** A line about a connection that came about, also an earlier one. */
const OF_CONNECTION = /CONNECT$| \| INFO .* \| (?:Closed by|Broke off)/;

const ENGINES = [["native", "deno run"], ["node", "node"]] as const;

for (const [engine, form] of ENGINES) {
  Deno.test(`the door says one thing to each kind of request [${engine}]`, async (t) => {
    await atDoor(form, async (server) => {
      for (const [what, sent, both, native = both] of TABLE) {
        await t.step(what, async () => {
          const expected = engine === "native" ? native : both;
          const known = server.stdout.all.length;
          using wire = await Wire.connect(server);
          await wire.write(sent);
          const answer = await wire.until(/\r\n\r\n/);
          assertMatch(answer, new RegExp(`^HTTP/1.[01] ${expected.status} `));
          const headers = headersIn(answer.trimEnd());
          for (const [name, value] of Object.entries(expected.headers ?? {})) {
            assertEquals(headers.get(name)?.toLowerCase(), value?.toLowerCase(), name);
          }
          if (expected.body) {
            const isHead = sent.startsWith("HEAD ");
            assertMatch(isHead ? await restOf(wire) : await bodyOf(wire, headers), expected.body);
          }
          if (!expected.log) return;
          // What is said of the next is behind all that is said of this one.
          const mark = `/mark-${known}`;
          using next = await Wire.connect(server);
          await next.write(plain(`GET ${mark}`));
          await server.stdout.after(known, new RegExp(mark));
          const lines = server.stdout.all.slice(known).filter((line) =>
            !line.includes(mark) && !OF_CONNECTION.test(line)
          );
          assertEquals(lines.length, 1, lines.join("\n"));
          for (const part of expected.log) assert(lines[0]?.includes(part), `${part}: ${lines[0]}`);
        });
      }
    });
  });

  Deno.test(`an admission has headers of its own [${engine}]`, async () => {
    await atDoor(form, async (server) => {
      using wire = await Wire.connect(server);
      await wire.write(upgrade("", { line: "GET /module?headers HTTP/1.1" }));
      const headers = headersIn((await wire.until(/\r\n\r\n/)).trimEnd());
      assertEquals(headers.getSetCookie(), ["a=1", "b=2; Path=/"]);
      assertEquals([headers.get("x-own"), headers.get("x-ws")], ["c", "w"]);
    });
  });
}

const H2C = "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABk\r\n";

for (const [engine, form] of ENGINES) {
  Deno.test(`the door ignores other protocols than WebSocket, and goes on [${engine}]`, async () => {
    await atDoor(form, async (server) => {
      using wire = await Wire.connect(server);
      // As curl --http2 and the JDK's client ask, one behind the other, and together.
      const file = plain("GET /files/a.txt", H2C);
      for (const count of [1, 1, 20]) {
        await wire.write(file.repeat(count) + plain("GET /files/a.txt"));
        for (let index = 0; index <= count; index++) {
          assertMatch(await wire.until(/\r\n\r\ntext/), /^HTTP\/1\.1 200 /);
        }
      }
      // And what comes behind it may be a WebSocket.
      await wire.write(file + upgrade());
      assertMatch(await wire.until(/\r\n\r\ntext/), /^HTTP\/1\.1 200 /);
      assertMatch(await wire.until(/\r\n\r\n/), /^HTTP\/1\.1 101 /);
    });
  });
}

const BODIES: [what: string, head: string, parts: string[]][] = [
  ["at once", "Content-Length: 5\r\n", ["hello"]],
  ["in parts", "Content-Length: 5\r\n", ["", "he", "llo"]],
];
Deno.test("the door reads the body of a request that names another protocol [node]", async () => {
  await atDoor("node", async (server) => {
    using wire = await Wire.connect(server);
    for (const [what, head, [first = "", ...parts]] of BODIES) {
      await wire.write(plain("POST /run/hello", H2C + head) + first);
      for (const part of parts) await wire.write(part);
      assertMatch(await wire.until(/hello/), /^HTTP\/1\.1 200 /, what);
      await wire.until(/\r\n0\r\n\r\n/);
    }
    // What breaks behind it is told as well.
    await wire.write(
      plain("POST /run/hello", `${H2C}Content-Length: 5\r\n`) + "hellogarbage\r\n\r\n",
    );
    assertMatch(await wire.rest(), /^HTTP\/1\.1 200 [^]*hello[^]*HTTP\/1\.1 400 /);
  });
});
