/**
 * stdws and websocketd 0.4.1, Debian's, side by side: the same options, the same programs, the same
 * requests. What they do must be the same, but for what each comparison names with its reason.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { type HandshakeOptions, RawClient } from "../support/client.ts";
import { needing } from "../support/programs.ts";
import { type Contestant, startStdws, startWebsocketd } from "./servers.ts";
import { Site } from "./site.ts";
import { PLAIN } from "./websocketd/line.ts";

/** One thing that both do. */
interface Comparison {
  readonly name: string;
  readonly args: readonly string[];
  /** What a client, or the log, sees of it. */
  observe(server: Contestant): Promise<unknown>;
  /** What stdws is meant to do differently: makes it of what websocketd does. */
  // deno-lint-ignore no-explicit-any -- what is observed has a shape of its own each time
  readonly explained?: (theirs: any) => unknown;
}

/** Texts up to the end of the connection. websocketd ends it without a close frame. */
async function texts(url: string, request: HandshakeOptions = {}, send: string[] = []) {
  using client = await RawClient.open(url, request);
  for (const text of send) await client.send(text);
  return (await client.rest()).texts;
}

async function statuses(url: string, requests: readonly HandshakeOptions[]): Promise<number[]> {
  const found = [];
  for (const request of requests) {
    using client = await RawClient.request(url, request);
    found.push(client.answer.status);
  }
  return found;
}

/** Variables that are another for every connection, or every server. */
const OWN = ["UNIQUE_ID", "REMOTE_PORT", "SERVER_SOFTWARE", "SERVER_PORT", "HTTP_HOST", "PWD", "_"];

function variables(lines: readonly string[]): Record<string, string> {
  const pairs = lines.map((line) => line.split(/=(.*)/s, 2) as [string, string]);
  return Object.fromEntries(pairs.filter(([name]) => !OWN.includes(name)).toSorted());
}

/** What is asked for with each plain request: status, headers that count, body. */
async function answers(server: Contestant, paths: readonly string[], init: RequestInit = {}) {
  const found: Record<string, unknown> = {};
  for (const path of paths) {
    const answer = await fetch(server.url.replace("ws", "http") + path, {
      redirect: "manual",
      ...init,
    });
    const names = ["content-range", "location", "x-a", "accept-ranges"];
    found[path] = {
      status: answer.status,
      type: answer.headers.get("content-type")?.toLowerCase().replace("; ", ";"),
      ...Object.fromEntries(names.map((name) => [name, answer.headers.get(name)])),
      body: await answer.text(),
    };
  }
  return found;
}

/** The lines of the log without what differs by date, place and number, and without why a connection ended. */
function log(server: Contestant): string[] {
  return server.stdout.all.filter((line) => !line.includes(" | INFO   | session ")).map((line) =>
    line.split(" | ").slice(1).join(" | ").replaceAll(new URL(server.url).port, "PORT")
      .replace(/ id:'\S+'/, " id:'ID'").replace(/ pid:'\d+'/, " pid:'PID'").trimEnd()
  );
}

const ORIGINS = [
  undefined,
  "null",
  "http://example.com",
  "https://example.com:77",
  "ftp://example.com",
  "https://b.org:1",
  "http://b.org:1",
  "https://b.org",
  "garbage",
];

const COMPARISONS: readonly Comparison[] = [
  {
    name: "the environment of a program",
    args: ["--passenv=PATH,HOME,HTTPS", "env"],
    observe: async ({ url }) =>
      variables(
        await texts(`${url}a/b%20c?d=%41&e`, {
          headers: { Origin: "http://o", "X-Test": "1", Cookie: "a=b", Proxy: "p" },
        }),
      ),
    explained: ({ HTTP_PROXY: _left_out, ...theirs }) => ({
      ...theirs,
      // 0.5.0 says so.
      GATEWAY_INTERFACE: "CGI/1.1",
      // A query in parts, which websocketd leaves to the program.
      STDWS_PARAM_D: "A",
      STDWS_PARAM_E: "",
    }),
  },
  {
    name: "lines",
    args: ["printf", "a\\r\\nb\\n\\nc"],
    observe: ({ url }) => texts(url),
    // The last line has no end, and is sent in spite of that.
    explained: (theirs) => [...theirs, "c"],
  },
  {
    name: "lines both ways",
    args: ["sh", "-c", 'read -r a; read -r b; echo "$b$a"'],
    observe: ({ url }) => texts(url, {}, ["one", "two"]),
  },
  {
    name: "programs of a folder",
    args: ["--dir=programs"],
    observe: async ({ url }) => [
      await texts(`${url}show`),
      await texts(`${url}show/a/b?c`),
      await texts(`${url}sub/deep/a%2fb`),
      await statuses(url, [{ target: "/" }, { target: "/sub" }, { target: "/nothing" }]),
    ],
  },
  {
    name: "requests that are no upgrade, and such as are none that works",
    args: ["cat"],
    observe: ({ url }) =>
      statuses(url, [
        { headers: PLAIN },
        { headers: { Upgrade: "h2c" } },
        { headers: { "Sec-WebSocket-Key": undefined } },
        { headers: { "Sec-WebSocket-Version": "12" } },
        { method: "POST" },
      ]),
    // Better: 426 for a version, and where there is nothing but a WebSocket; 405 for a method.
    explained: ([, , key]) => [426, 426, key, 426, 405],
  },
  {
    name: "origins",
    args: ["--origin=example.com,https://b.org:1", "true"],
    observe: ({ url }) => statuses(url, ORIGINS.map((Origin) => ({ headers: { Origin } }))),
    // Since 0.5.0 no scheme means http and https.
    explained: (theirs) => theirs.with(ORIGINS.indexOf("ftp://example.com"), 403),
  },
  {
    name: "the same origin",
    args: ["--sameorigin", "true"],
    observe: ({ url }) => {
      const { host } = new URL(url);
      const origins = [`http://${host}`, "http://127.0.0.1", `http://x:${host.split(":")[1]}`];
      return statuses(url, origins.map((Origin) => ({ headers: { Origin } })));
    },
  },
  {
    name: "headers of answers",
    args: ["--header=A: 1", "--header-ws=B: 2", "--header-http=C: 3", "true"],
    observe: async ({ url }) => {
      const found = [];
      for (const request of [{}, { headers: PLAIN }]) {
        using client = await RawClient.request(url, request);
        found.push(["A", "B", "C"].map((name) => client.answer.headers.get(name)));
      }
      return found;
    },
    // 0.4.1 leaves --header out where it finds nothing.
    explained: ([upgraded, [, ...others]]) => [upgraded, ["1", ...others]],
  },
  {
    name: "the limit of processes",
    args: ["--maxforks=1", "cat"],
    observe: async ({ url }) => {
      using _first = await RawClient.open(url);
      return await statuses(url, [{}]);
    },
  },
  {
    name: "static files",
    args: ["--staticdir=static", "cat"],
    observe: async (server) => [
      await answers(server, ["", "a.txt", "a.js", "README", "binary", "nothing"]),
      await answers(server, ["a.txt"], { headers: { Range: "bytes=2-4" } }),
      await answers(server, ["a.txt"], { headers: { Range: "bytes=20-" } }),
      await answers(server, ["a.txt"], { method: "HEAD" }),
    ],
    // Only the texts of errors are our own.
    explained: ([files, part, beyond, head]) => [
      { ...files, nothing: { ...files.nothing, body: "404 Not Found\n" } },
      part,
      {
        "a.txt": { ...beyond["a.txt"], body: "416 Range Not Satisfiable\n", "accept-ranges": null },
      },
      head,
    ],
  },
  {
    name: "a CGI script's environment",
    args: ["--cgidir=cgi", "--staticdir=static"],
    observe: async (server) => {
      const url = `${server.url.replace("ws", "http")}show?a=b`;
      const headers = { "Content-Type": "text/x-test", "X-Test": "1" };
      const answer = await fetch(url, { method: "POST", headers, body: "body" });
      const lines = (await answer.text()).split("\n");
      const body = lines.splice(lines.findIndex((line) => line.startsWith("/")));
      const { SCRIPT_NAME, PATH_INFO, ...found } = variables(lines);
      return { found, body, path: `${SCRIPT_NAME}${PATH_INFO}` };
    },
    explained: ({ found, body }) => {
      // RFC 3875 §4.1.18: what has a variable of its own is no HTTP_ variable as well.
      const { HTTP_CONTENT_LENGTH: _length, HTTP_CONTENT_TYPE: _type, ...theirs } = found;
      const [folder] = body;
      return {
        body,
        // websocketd has no SCRIPT_NAME, and a slash too many in PATH_INFO.
        path: "/show",
        found: {
          ...theirs,
          // Always there, as for a WebSocket's program.
          AUTH_TYPE: "",
          REMOTE_IDENT: "",
          REMOTE_USER: "",
          // websocketd does not pass it to scripts, whatever --passenv says.
          PATH: Deno.env.get("PATH"),
          // A query in parts, as a WebSocket's program has it.
          STDWS_PARAM_A: "b",
          // So that it is found from the script's own folder.
          SCRIPT_FILENAME: `${folder}/show`,
          // Without the port (RFC 3875 §4.1.14).
          SERVER_NAME: "127.0.0.1",
        },
      };
    },
  },
  {
    name: "CGI answers",
    args: ["--cgidir=cgi", "--staticdir=static"],
    observe: (server) =>
      answers(server, ["status", "moved", "local", "headless", "untyped", "fails", "text", ""]),
    // An error has a text.
    explained: (theirs) => {
      const body = "500 Internal Server Error\n";
      const failed = { ...theirs.fails, body, type: "text/plain;charset=utf-8" };
      return { ...theirs, fails: failed, headless: failed, text: failed, untyped: failed };
    },
  },
  {
    name: "the log of a connection",
    args: ["sh", "-c", "echo x >&2; exec cat"],
    observe: async (server) => {
      using client = await RawClient.open(`${server.url}a?b`, { headers: { Origin: "http://o" } });
      await server.stdout.until(/ x$/);
      client[Symbol.dispose]();
      await server.stdout.until(/DISCONNECT$/);
      return log(server).toSorted();
    },
    explained: (theirs) =>
      theirs
        // Sometimes it takes an end that it has brought about itself for an error.
        .filter((line: string) => !line.includes("file already closed"))
        // The process is there before the connection, and has a number.
        .map((line: string) => line.replace(/(?<! pid:'PID') \| CONNECT$/, " pid:'PID' | CONNECT"))
        .toSorted(),
  },
  {
    name: "the log of requests",
    args: ["--staticdir=static", "--cgidir=cgi", "cat"],
    observe: async (server) => {
      await answers(server, ["a.txt", "status"]);
      await server.stdout.until(/\| CGI$/);
      return log(server).map((line) => line.replace(/(?<=cgiscript:')\S*(?=cgi\/)/, ""));
    },
    // Whose request it was.
    explained: (theirs) =>
      theirs.map((line: string) => line.replace(/ url:'[^']*'/, "$& remote:'127.0.0.1'")),
  },
];

for (const comparison of COMPARISONS) {
  const { name, args, observe, explained = (theirs: unknown) => theirs } = comparison;
  Deno.test({
    ...needing(`stdws does as websocketd: ${name}`, "websocketd"),
    async fn() {
      await using site = await Site.make();
      await using theirs = await startWebsocketd(args, site.folder);
      await using ours = await startStdws(args, site.folder);
      assertEquals(await observe(ours), explained(await observe(theirs)));
    },
  });
}
