import { assert, assertEquals, assertMatch } from "@std/assert";
import { hostname } from "node:os";
import { VERSION } from "../../../lib/base/version.ts";
import { RawClient } from "../../support/client.ts";
import { TestServer } from "../../support/server.ts";
import { environment, inFolder, type Line, visit } from "./line.ts";

/** The variables have these values; an empty one has to be there. */
function has(
  line: string,
  expected: Readonly<Record<string, string>>,
  options: readonly string[] = [],
  request: Parameters<typeof visit>[2] = {},
): Line {
  return [line, async (form) => {
    const found = await environment(form, options, request);
    for (const [name, value] of Object.entries(expected)) {
      assertEquals(found.get(name), value, name);
    }
  }];
}

const EXACT = `AUTH_TYPE CONTENT_LENGTH CONTENT_TYPE GATEWAY_INTERFACE HTTP_CONNECTION HTTP_HOST
  HTTP_SEC_WEBSOCKET_KEY HTTP_SEC_WEBSOCKET_VERSION HTTP_UPGRADE PATH_INFO PATH_TRANSLATED
  QUERY_STRING REMOTE_ADDR REMOTE_HOST REMOTE_IDENT REMOTE_PORT REMOTE_USER REQUEST_METHOD
  REQUEST_URI SCRIPT_NAME SERVER_NAME SERVER_PORT SERVER_PROTOCOL SERVER_SOFTWARE UNIQUE_ID`
  .split(/\s+/);

const TARGET = { target: "/a%20b/c?d=%20&e" };

export const ENVIRONMENT: readonly Line[] = [
  ["exactly the passed-through, the standard and the header variables", async (form) => {
    const found = await environment(form, ["--passenv="]);
    assertEquals([...found.keys()].toSorted(), EXACT);
  }],
  has("SERVER_SOFTWARE is name/version", { SERVER_SOFTWARE: `stdws/${VERSION}` }),
  has("GATEWAY_INTERFACE=CGI/1.1, SERVER_PROTOCOL HTTP/1.1, REQUEST_METHOD", {
    GATEWAY_INTERFACE: "CGI/1.1",
    SERVER_PROTOCOL: "HTTP/1.1",
    REQUEST_METHOD: "GET",
  }),
  has(
    "SERVER_NAME and SERVER_PORT from Host",
    { SERVER_NAME: "example.com", SERVER_PORT: "81" },
    [],
    { headers: { Host: "example.com:81" } },
  ),
  has("SERVER_PORT is 80 when Host has none", { SERVER_PORT: "80" }, [], {
    headers: { Host: "a" },
  }),
  has("REQUEST_URI as sent, with query", { REQUEST_URI: "/a%20b/c?d=%20&e" }, [], TARGET),
  has("SCRIPT_NAME is / with COMMAND", { SCRIPT_NAME: "/" }, [], TARGET),
  has("PATH_INFO is the whole decoded path with COMMAND", { PATH_INFO: "/a b/c" }, [], TARGET),
  has("PATH_TRANSLATED is the decoded path", { PATH_TRANSLATED: "/a b/c" }, [], TARGET),
  has("QUERY_STRING is raw", { QUERY_STRING: "d=%20&e" }, [], TARGET),
  has("REMOTE_ADDR, REMOTE_HOST", { REMOTE_ADDR: "127.0.0.1", REMOTE_HOST: "127.0.0.1" }),
  ["REMOTE_PORT is the client's", async (form) => {
    assertMatch((await environment(form, [])).get("REMOTE_PORT") ?? "", /^\d+$/);
  }],
  ["unix-socket, unix-socket, empty on a Unix socket", async (form) => {
    await inFolder(async (folder) => {
      const path = `${folder}/socket`;
      const program = 'echo "$REMOTE_ADDR,$REMOTE_HOST,$REMOTE_PORT,"';
      const args = [`--unixsocket=${path}`, "sh", "-c", program];
      await using _server = await TestServer.startAt(args, { form });
      const conn = await Deno.connect({ transport: "unix", path });
      using client = await RawClient.open("ws://localhost/", { conn });
      assertEquals(await client.text(), "unix-socket,unix-socket,,");
    });
  }],
  ["UNIQUE_ID is unique per connection", async (form) => {
    await using server = await TestServer.start(["sh", "-c", "echo $UNIQUE_ID"], { form });
    using one = await RawClient.open(server.url);
    using two = await RawClient.open(server.url);
    assert(await one.text() !== await two.text());
  }],
  has("HTTP_* for every request header", { HTTP_X_ODD_NAME: "value" }, [], {
    headers: { "x-oDD-Name": "value" },
  }),
  ["repeated headers join with a comma, values are trimmed", async (form) => {
    const headers = { "X-A": " one \r\nX-A: two" };
    assertEquals((await environment(form, [], { headers })).get("HTTP_X_A"), "one, two");
  }],
  has(
    "always present but empty: AUTH_TYPE, CONTENT_LENGTH, CONTENT_TYPE, REMOTE_IDENT, REMOTE_USER",
    {
      AUTH_TYPE: "",
      CONTENT_LENGTH: "",
      CONTENT_TYPE: "",
      REMOTE_IDENT: "",
      REMOTE_USER: "",
    },
  ),
  [
    "--passenv: default PATH, LD_LIBRARY_PATH; others do not pass, HTTPS never, empty ones are dropped",
    async (form) => {
      const env = { HTTPS: "on", OTHER: "x", EMPTY: "", LINES2: "a\nb" };
      const script =
        'echo "${HTTPS-none},${OTHER-none},${EMPTY-none},${LINES2-none},${PATH:+path}"';
      for (
        const [options, expected] of [
          [[], "none,none,none,none,path"],
          [["--passenv=HTTPS,OTHER,EMPTY,LINES2"], "none,x,none,a b,"],
        ] as const
      ) {
        const args = [...options, "/bin/sh", "-c", script];
        await using server = await TestServer.start(args, { form, env });
        using client = await RawClient.open(server.url);
        const shell = expected.endsWith(",") ? `${expected}path` : expected;
        // A shell without PATH gives itself one.
        assertEquals(await client.text(), shell);
      }
    },
  ],
  ["--reverselookup: REMOTE_HOST by DNS", async (form) => {
    const { texts } = await visit(form, ["--reverselookup", "sh", "-c", "echo $REMOTE_HOST"]);
    const names = (await Deno.readTextFile("/etc/hosts")).match(/^127\.0\.0\.1\s+.*$/gm)?.join(" ");
    assert(`${names ?? "127.0.0.1"} ${hostname()}`.split(/\s+/).includes(texts[0] ?? ""));
  }],
];
