/**
 * Tries to get past the question who somebody is, by requests that mean the same as one that is asked, or look as if
 * they meant another.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { frame } from "../support/client.ts";
import { Scripts } from "../support/scripts.ts";
import { testEach, TestServer } from "../support/server.ts";
import { Wire } from "../support/wire.ts";

const TOKEN = "s3cret-0123456789";
const KEY = "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
const CONNECTION = "Upgrade: websocket\r\nConnection: Upgrade\r\n";
const UPGRADE = `${CONNECTION}${KEY}`;
const LET_IN = `Authorization: Bearer ${TOKEN}\r\n`;

/** Spellings of the paths of what is behind the guard: `/in/run`, `/in/files/page.html` and `/in/cgi/run`. */
const SPELLINGS: ((path: string) => string)[] = [
  (path) => path,
  (path) => `/${path}`,
  (path) => `//${path}`,
  (path) => path.replaceAll("/", "//"),
  (path) => `/.${path}`,
  (path) => `/./.${path}`,
  (path) => `/x/..${path}`,
  (path) => `/open/..${path}`,
  (path) => `/open/../..${path}`,
  (path) => `/open/%2e%2e${path}`,
  (path) => `/open/.%2E${path}`,
  (path) => `/open/..%2f${path.slice(1)}`,
  (path) => `/open/..\\${path.slice(1)}`,
  (path) => `/open/..%5C${path.slice(1)}`,
  (path) => `/open/%252e%252e${path}`,
  (path) => path.replace("/in", "/%69n"),
  (path) => path.replace("/in", "/i%6e"),
  (path) => path.replace("/in/", "/in%2F"),
  (path) => path.replace("/in/", "/in%2f"),
  (path) => path.replace("/in/", "/in%5c"),
  (path) => path.replace("/in/", "/in\\"),
  (path) => path.replace("/in/", "\\in\\"),
  (path) => path.replace("/in/", "/in/./"),
  (path) => path.replace("/in/", "/in/x/../"),
  (path) => path.replace("/in/", "/in;x=y/"),
  (path) => path.replace("/in", "/IN"),
  (path) => path.replace("/in", "/In"),
  (path) => path.replace("/in", "/%49N"),
  (path) => `${path}/`,
  (path) => `${path}//`,
  (path) => `${path}/.`,
  (path) => `${path}%00`,
  (path) => `${path}%20`,
  (path) => `${path}.`,
  (path) => `${path}/..;/`,
  (path) => `${path}?/open/run`,
  (path) => `${path}#/open/run`,
  (path) => `${path};/open/run`,
  (path) => `/open/run/..${path}`,
  (path) => `/open?x${path}`,
  (path) => `http://h${path}`,
  (path) => `http://h/${path}`,
  (path) => `HTTP://h${path}`,
  (path) => `https://other:1${path}`,
  (path) => `ws://h${path}`,
  (path) => `http://h@other${path}`,
  (path) => `http:${path}`,
  (path) => path.slice(1),
];

/** Forms of a request for a target, none with anything that says who it is. */
const FORMS: [what: string, request: (target: string) => string][] = [
  ["a handshake", (target) => `GET ${target} HTTP/1.1\r\nHost: h\r\n${UPGRADE}\r\n`],
  ["GET", (target) => `GET ${target} HTTP/1.1\r\nHost: h\r\n\r\n`],
  ["HTTP/1.0", (target) => `GET ${target} HTTP/1.0\r\nHost: h\r\n\r\n`],
  ["a handshake in HTTP/1.0", (target) => `GET ${target} HTTP/1.0\r\nHost: h\r\n${UPGRADE}\r\n`],
  ["POST", (target) => `POST ${target} HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx`],
];

const METHODS = ["HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "BREW", "get"];

function upgrading(how: string): string {
  return `GET /in/run HTTP/1.1\r\nHost: h\r\n${how}${KEY}\r\n`;
}

/** Requests for `/in/run` of other kinds. */
const ODD: [what: string, request: string][] = [
  ...METHODS.map((method): [string, string] => [
    method,
    `${method} /in/cgi/run HTTP/1.1\r\nHost: h\r\n\r\n`,
  ]),
  ...METHODS.map((method): [string, string] => [
    `${method} with an upgrade`,
    `${method} /in/run HTTP/1.1\r\nHost: h\r\n${UPGRADE}\r\n`,
  ]),
  ["CONNECT", `CONNECT h:80 HTTP/1.1\r\nHost: h\r\n${UPGRADE}\r\n`],
  ["h2c", upgrading("Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: \r\n")],
  ["h2c and websocket", upgrading("Upgrade: h2c, websocket\r\nConnection: Upgrade\r\n")],
  ["websocket and h2c", upgrading("Upgrade: websocket, h2c\r\nConnection: Upgrade\r\n")],
  ["WebSocket", upgrading("upgrade: WEBSOCKET\r\nconnection: UPGRADE\r\n")],
  ["Upgrade twice", upgrading("Upgrade: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n")],
  ["Connection as a list", upgrading("Upgrade: websocket\r\nConnection: close, Upgrade\r\n")],
  ["Connection twice", upgrading("Upgrade: websocket\r\nConnection: x\r\nConnection: upgrade\r\n")],
  ["no Connection", upgrading("Upgrade: websocket\r\n")],
  ["HTTP/2 as it is", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
  ["another version", upgrading(CONNECTION).replace("13", "8")],
  ["a folded header", `GET /in/run HTTP/1.1\r\nHost: h\r\n${UPGRADE}X: a\r\n ${LET_IN}\r\n`],
  ["a header for proxies", `GET /in/run HTTP/1.1\r\nHost: h\r\n${UPGRADE}Proxy-${LET_IN}\r\n`],
  [
    "other names",
    `GET /in/run HTTP/1.1\r\nHost: h\r\n${UPGRADE}X-User: ann\r\nRemote-User: ann\r\nREMOTE_USER: ann\r\n\r\n`,
  ],
  [
    "other URLs",
    `GET /open/x HTTP/1.1\r\nHost: h\r\nX-Original-URL: /in/cgi/run\r\nX-Rewrite-URL: /in/cgi/run\r\n\r\n`,
  ],
  [
    "another method",
    `POST /in/cgi/run HTTP/1.1\r\nHost: h\r\nX-HTTP-Method-Override: GET\r\nContent-Length: 0\r\n\r\n`,
  ],
  ["a password", upgrading(`${CONNECTION}Authorization: Basic ${btoa(`ann:${TOKEN}`)}\r\n`)],
  ["the token with a space", upgrading(`${CONNECTION}Authorization: Bearer ${TOKEN} x\r\n`)],
  ["the token twice", upgrading(`${CONNECTION}${LET_IN}${LET_IN}`)],
  ["half of the token", upgrading(`${CONNECTION}Authorization: Bearer ${TOKEN.slice(0, 9)}\r\n`)],
  ["no token", upgrading(`${CONNECTION}Authorization: Bearer \r\n`)],
  [
    "the token in the fragment",
    `GET /in/run#access_token=${TOKEN} HTTP/1.1\r\nHost: h\r\n${UPGRADE}\r\n`,
  ],
  [
    "the token in the path",
    `GET /in/run;access_token=${TOKEN} HTTP/1.1\r\nHost: h\r\n${UPGRADE}\r\n`,
  ],
  [
    "the token in a body",
    `POST /in/cgi/run HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${
      13 + TOKEN.length
    }\r\n\r\naccess_token=${TOKEN}`,
  ],
  ["frames before the answer", upgrading(CONNECTION) + text("early")],
  ["a second request before the answer", upgrading(CONNECTION) + upgrading(CONNECTION)],
  ["a second plain one", `GET /in/cgi/run HTTP/1.1\r\nHost: h\r\n\r\n`.repeat(3)],
  [
    "a request in the body of another",
    `POST /open/x HTTP/1.1\r\nHost: h\r\nContent-Length: 44\r\n\r\nGET /in/cgi/run HTTP/1.1\r\nHost: h\r\n\r\n      `,
  ],
];

/** A masked frame with a text. */
function text(data: string): string {
  return String.fromCharCode(...frame(0x81, new TextEncoder().encode(data)));
}

/** Sends bytes that are characters of Latin-1, and behind them a request that is the last; all answers. */
async function send(server: TestServer, request: string): Promise<string> {
  using wire = await Wire.connect(server);
  const last = "GET /last HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
  await wire.offer(Uint8Array.from(request + last, (char) => char.charCodeAt(0)));
  return await wire.rest();
}

testEach("stdws lets nobody past auth, whatever a request looks like", async (form) => {
  await using files = await Scripts.write({
    "run": `echo ran >>"$0.log"; echo "Content-Type: text/plain"; echo; echo in; exec cat`,
    "cgi/run": `echo ran >>"$0.log"; echo "Content-Type: text/plain"; echo; echo in`,
    "pages/page.html": "in",
    "tokens": TOKEN,
  });
  const { folder } = files;
  const auth = `auth=token:${folder}/tokens`;
  await using server = await TestServer.start([
    `--route=/in/run=process?${auth} ${folder}/run`,
    `--route=/in/cgi/*=cgi?${auth} ${folder}/cgi`,
    `--route=/in/files/*=static?${auth} ${folder}/pages`,
    `--route=/open/:x=echo`,
  ], { form });
  const ask = (request: string) => send(server, request);
  const targets = ["/in/run", "/in/cgi/run", "/in/files/page.html"];
  for (const spelling of SPELLINGS) {
    const sent = targets.flatMap((target) => {
      return FORMS.map(([, request]) => request(spelling(target)));
    });
    for (const [index, answer] of (await Promise.all(sent.map(ask))).entries()) {
      assert(!/^(in|early)$|^content-type: text\/html/im.test(answer), `${sent[index]}: ${answer}`);
    }
  }
  for (const [what, request] of ODD) {
    const answer = await send(server, request);
    assert(!/^(in|early)$/m.test(answer), `${what}: ${answer}`);
  }
  // Nothing was started, either.
  for (const script of ["run", "cgi/run"]) {
    assertEquals(await Deno.stat(`${folder}/${script}.log`).catch(() => undefined), undefined);
  }
  // The door opens all the same.
  const request = `GET /in/cgi/run HTTP/1.1\r\nHost: h\r\n${LET_IN}\r\n`;
  assert(/^in$/m.test(await send(server, request)));
});

testEach("stdws asks for every request on a connection who it is from", async (form) => {
  await using files = await Scripts.write({
    "cgi/run": `echo "Content-Type: text/plain"; echo; echo "user:$REMOTE_USER:"`,
    "tokens": `ann:${TOKEN}\nbob:bob-${TOKEN}`,
  });
  const { folder } = files;
  await using server = await TestServer.start([
    `--cgidir=${folder}/cgi`,
    `--auth=token:${folder}/tokens`,
  ], { form });
  const ask = (authorization = "") =>
    `GET /run HTTP/1.1\r\nHost: h\r\n${authorization}Content-Length: 0\r\n\r\n`;
  const all = [
    ask(LET_IN),
    ask(),
    ask(LET_IN.replace(TOKEN, `bob-${TOKEN}`)),
    ask(LET_IN.replace(TOKEN, `eve-${TOKEN}`)),
    ask(LET_IN),
  ];
  const answer = await send(server, all.join(""));
  assertEquals(answer.match(/(?<=^HTTP\/1\.1 )\d+|(?<=user:)\w*(?=:)/gm), [
    "200",
    "ann",
    "401",
    "200",
    "bob",
    "401",
    "200",
    "ann",
    "401",
  ]);
});

testEach("stdws lets nobody past auth by HTTP/2", async (form) => {
  await using files = await Scripts.write({
    "cgi/run": `echo "Content-Type: text/plain"; echo; echo in`,
    "tokens": TOKEN,
  });
  const { folder } = files;
  await using server = await TestServer.start([
    `--cgidir=${folder}/cgi`,
    `--auth=token:${folder}/tokens`,
  ], { form });
  const url = `http://127.0.0.1:${server.port}/run`;
  for (const version of ["--http2", "--http2-prior-knowledge"]) {
    const args = ["-s", "-m", "10", version, "-w", "%{http_code}", url];
    const { stdout } = await new Deno.Command("curl", { args }).output();
    const answer = new TextDecoder().decode(stdout);
    // The engine node knows no other version: there is no answer at all.
    assert(/401$|^000$/.test(answer) && !/^in$/m.test(answer), `${version}: ${answer}`);
  }
}, ["curl"]);
