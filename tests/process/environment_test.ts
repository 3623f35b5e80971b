import { assertEquals } from "@std/assert";
import { SERVER_SOFTWARE } from "../../lib/base/version.ts";
import { defaultPassEnv, environment, inherit } from "../../lib/process/environment.ts";
import { fakeRequest, type RequestChanges } from "../base/fake_request.ts";

const OPTIONS = { scriptName: "/", pathInfo: "/a b", inherited: {} };

Deno.test("environment() has exactly the variables of the contract", () => {
  const request = fakeRequest({
    id: "id-1",
    host: "example.com:8080",
    target: "/a%20b?c=%20d",
    path: "/a b",
    query: "c=%20d",
    remote: { address: "192.0.2.1", host: "client.example", port: "54321" },
    headers: { Host: "example.com:8080", Upgrade: "websocket", "X-Two-Words": "yes" },
  });
  assertEquals(
    environment(request, {
      scriptName: "/",
      pathInfo: "/a b",
      inherited: { PATH: "/bin", LANG: "C" },
    }),
    {
      PATH: "/bin",
      LANG: "C",
      SERVER_SOFTWARE,
      GATEWAY_INTERFACE: "CGI/1.1",
      SERVER_PROTOCOL: "HTTP/1.1",
      SERVER_NAME: "example.com",
      SERVER_PORT: "8080",
      REQUEST_METHOD: "GET",
      REQUEST_URI: "/a%20b?c=%20d",
      SCRIPT_NAME: "/",
      PATH_INFO: "/a b",
      PATH_TRANSLATED: "/a b",
      QUERY_STRING: "c=%20d",
      REMOTE_ADDR: "192.0.2.1",
      REMOTE_HOST: "client.example",
      REMOTE_PORT: "54321",
      UNIQUE_ID: "id-1",
      AUTH_TYPE: "",
      CONTENT_LENGTH: "",
      CONTENT_TYPE: "",
      REMOTE_IDENT: "",
      REMOTE_USER: "",
      HTTP_HOST: "example.com:8080",
      HTTP_UPGRADE: "websocket",
      HTTP_X_TWO_WORDS: "yes",
      STDWS_PARAM_C: " d",
    },
  );
});

const SERVERS: [changes: RequestChanges, name: string, port: string, https: string | undefined][] =
  [
    [{ host: "a" }, "a", "80", undefined],
    [{ host: "a:81" }, "a", "81", undefined],
    [{ host: "a", secure: true }, "a", "443", "on"],
    [{ host: "a:81", secure: true }, "a", "81", "on"],
    [{ host: "192.0.2.1:81" }, "192.0.2.1", "81", undefined],
  ];
for (const [changes, name, port, https] of SERVERS) {
  Deno.test(`environment() has SERVER_NAME, SERVER_PORT and HTTPS for ${JSON.stringify(changes)}`, () => {
    const { SERVER_NAME, SERVER_PORT, HTTPS } = environment(fakeRequest(changes), OPTIONS);
    assertEquals([SERVER_NAME, SERVER_PORT, HTTPS], [name, port, https]);
  });
}

Deno.test("environment() names a peer on a Unix socket", () => {
  const remote = { address: "unix-socket", host: "unix-socket", port: "" };
  const variables = environment(fakeRequest({ remote }), OPTIONS);
  const { REMOTE_ADDR, REMOTE_HOST, REMOTE_PORT } = variables;
  assertEquals([REMOTE_ADDR, REMOTE_HOST, REMOTE_PORT], ["unix-socket", "unix-socket", ""]);
});

Deno.test("environment() tells a program below a folder its path and the rest", () => {
  const request = fakeRequest({ path: "/sub/program/rest", query: "" });
  const options = { scriptName: "/sub/program", pathInfo: "/rest", inherited: {} };
  const { SCRIPT_NAME, PATH_INFO, PATH_TRANSLATED, QUERY_STRING } = environment(request, options);
  assertEquals(
    [SCRIPT_NAME, PATH_INFO, PATH_TRANSLATED, QUERY_STRING],
    ["/sub/program", "/rest", "/sub/program/rest", ""],
  );
});

Deno.test("environment() lets nothing inherited stand in for what the request says", () => {
  const inherited = { REMOTE_USER: "root", CONTENT_LENGTH: "5", REMOTE_ADDR: "127.0.0.1" };
  const { REMOTE_USER, CONTENT_LENGTH, REMOTE_ADDR } = environment(fakeRequest(), {
    ...OPTIONS,
    inherited,
  });
  assertEquals([REMOTE_USER, CONTENT_LENGTH, REMOTE_ADDR], ["", "", "192.0.2.1"]);
});

const SERVER: Record<string, string> = {
  PATH: "/bin:/usr/bin",
  EMPTY: "",
  BLANK: " \n",
  LINES: " a\nb\r\n",
  HTTPS: "on",
  SECRET: "x",
};
const INHERITED: [names: string[], inherited: Record<string, string>][] = [
  [[], {}],
  [["PATH"], { PATH: "/bin:/usr/bin" }],
  [["PATH", "SECRET"], { PATH: "/bin:/usr/bin", SECRET: "x" }],
  [["EMPTY", "BLANK", "MISSING", ""], {}],
  [["HTTPS", "PATH"], { PATH: "/bin:/usr/bin" }],
  [["LINES"], { LINES: "a b" }],
];
for (const [names, inherited] of INHERITED) {
  Deno.test(`inherit() passes what is there of ${JSON.stringify(names)}`, () => {
    assertEquals(inherit(names, (name) => SERVER[name]), inherited);
  });
}

const DEFAULTS: [os: typeof Deno.build.os, names: readonly string[]][] = [
  ["linux", ["PATH", "LD_LIBRARY_PATH"]],
  ["darwin", ["PATH", "DYLD_LIBRARY_PATH"]],
  ["windows", ["PATH", "SystemRoot", "COMSPEC", "PATHEXT", "WINDIR"]],
];
for (const [os, names] of DEFAULTS) {
  Deno.test(`defaultPassEnv() is that of websocketd on ${os}`, () => {
    assertEquals(defaultPassEnv(os), names);
  });
}

Deno.test("environment() says who a guard has found, and its variables, above what is inherited", () => {
  const request = fakeRequest({
    user: "ann",
    authType: "Basic",
    subject: "CN=Ann",
    variables: { TENANT: "a\nb", COLOUR: "red" },
  });
  const { REMOTE_USER, AUTH_TYPE, SSL_CLIENT_S_DN, TENANT, COLOUR } = environment(request, {
    ...OPTIONS,
    inherited: { TENANT: "server" },
    own: { COLOUR: "blue" },
  });
  assertEquals(
    [REMOTE_USER, AUTH_TYPE, SSL_CLIENT_S_DN, TENANT, COLOUR],
    ["ann", "Basic", "CN=Ann", "a b", "blue"],
  );
});
