import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import project from "../../deno.json" with { type: "json" };
import { testEach, TestServer, testTable } from "../support/server.ts";
import { type Variables, variablesOf } from "./variables.ts";

testEach("stdws gives a process exactly the variables of CGI", async (form) => {
  const env = { LD_LIBRARY_PATH: "/nowhere", SECRET: "x", HTTPS: "on", HTTP_COOKIE: "server's" };
  await using server = await TestServer.start(["env"], { form, env });
  const target = "/a%20b/%C3%BC?c=%20d&e";
  const headers = { Origin: "http://example.com", "X-Custom-Header": "value" };
  const { UNIQUE_ID = "", REMOTE_PORT = "", ...found } = await variablesOf(server, {
    target,
    headers,
  });
  assertMatch(REMOTE_PORT, /^[1-9]\d*$/);
  assertMatch(UNIQUE_ID, /^\S+$/);
  assertEquals<Variables>(found, {
    PATH: Deno.env.get("PATH"),
    LD_LIBRARY_PATH: "/nowhere",
    SERVER_SOFTWARE: `stdws/${project.version}`,
    GATEWAY_INTERFACE: "CGI/1.1",
    SERVER_PROTOCOL: "HTTP/1.1",
    SERVER_NAME: "127.0.0.1",
    SERVER_PORT: String(server.port),
    REQUEST_METHOD: "GET",
    REQUEST_URI: target,
    SCRIPT_NAME: "/",
    PATH_INFO: "/a b/ü",
    PATH_TRANSLATED: "/a b/ü",
    QUERY_STRING: "c=%20d&e",
    STDWS_PARAM_C: " d",
    STDWS_PARAM_E: "",
    REMOTE_ADDR: "127.0.0.1",
    REMOTE_HOST: "127.0.0.1",
    AUTH_TYPE: "",
    CONTENT_LENGTH: "",
    CONTENT_TYPE: "",
    REMOTE_IDENT: "",
    REMOTE_USER: "",
    HTTP_HOST: `127.0.0.1:${server.port}`,
    HTTP_UPGRADE: "websocket",
    HTTP_CONNECTION: "Upgrade",
    HTTP_SEC_WEBSOCKET_VERSION: "13",
    HTTP_SEC_WEBSOCKET_KEY: "dGhlIHNhbXBsZSBub25jZQ==",
    HTTP_ORIGIN: "http://example.com",
    HTTP_X_CUSTOM_HEADER: "value",
  });
});

testEach("stdws gives every connection a UNIQUE_ID, which the log names", async (form) => {
  await using server = await TestServer.start(["env"], { form });
  const ids = [(await variablesOf(server)).UNIQUE_ID, (await variablesOf(server)).UNIQUE_ID];
  assertNotEquals(ids[0], ids[1]);
  for (const id of ids) await server.stdout.until(new RegExp(` id:'${id}' .* CONNECT$`));
});

const OWN = { FOO: "foo", BAR: "b a r", EMPTY: "", BLANK: " \n ", HTTPS: "on", SECRET: "x" };
const PASSED: [option: string, passed: Variables, env?: Record<string, string>][] = [
  ["--passenv=FOO,BAR", { FOO: "foo", BAR: "b a r" }],
  ["--passenv=FOO,HTTPS,EMPTY,BLANK,UNSET", { FOO: "foo" }],
  ["--passenv=", {}],
  ["--passenv=FOO", { FOO: "a b  c" }, { FOO: " a\nb \nc\n" }],
  ["--passenv=FOO", { FOO: "ü€😀" }, { FOO: "ü€😀" }],
  // The characters of a value, not the bytes that they look like.
  ["--passenv=FOO", { FOO: "Ã¼" }, { FOO: "Ã¼" }],
];
const testPassed = testTable();
for (const [option, passed, env] of PASSED) {
  const title = `stdws ${option} passes ${JSON.stringify(passed)} of its own variables`;
  testPassed(title, async (form) => {
    await using server = await TestServer.start([option, "env"], { form, env: { ...OWN, ...env } });
    const found = await variablesOf(server);
    const names = ["PATH", "HTTPS", "FOO", "BAR", "EMPTY", "BLANK", "UNSET", "SECRET"];
    assertEquals(
      Object.fromEntries(names.flatMap((n) => n in found ? [[n, found[n]]] : [])),
      passed,
    );
  });
}

testEach("stdws lets no variable of its own pass for one of the request", async (form) => {
  const names = ["REMOTE_USER", "AUTH_TYPE", "REMOTE_ADDR", "HTTP_HOST", "PATH_INFO"];
  const env = Object.fromEntries(names.map((name) => [name, "faked"]));
  await using server = await TestServer.start([`--passenv=${names}`, "env"], { form, env });
  const found = await variablesOf(server, { headers: { Host: "example.com" } });
  const values = names.map((name) => found[name]);
  assertEquals(values, ["", "", "127.0.0.1", "example.com", "/"]);
});
