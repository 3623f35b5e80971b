import { assertEquals } from "@std/assert";
import { cgiEnvironment, type CgiEnvironmentOptions } from "../../lib/process/cgi_environment.ts";
import { environment } from "../../lib/process/environment.ts";
import { fakeRequest, type RequestChanges } from "../base/fake_request.ts";

const OPTIONS: CgiEnvironmentOptions = {
  scriptName: "/sub/script",
  pathInfo: "",
  inherited: {},
  root: "/srv/cgi",
  filename: "/srv/cgi/sub/script",
  length: undefined,
};

function variablesOf(
  changes: RequestChanges,
  options: Partial<CgiEnvironmentOptions> = {},
): Record<string, string> {
  return cgiEnvironment(fakeRequest(changes), { ...OPTIONS, ...options });
}

Deno.test("cgiEnvironment() has the variables of a process, and the file's", () => {
  const request = fakeRequest({ path: "/sub/script/a b", headers: { "X-Word": "word" } });
  const options = { ...OPTIONS, pathInfo: "/a b", inherited: { PATH: "/bin" } };
  assertEquals(cgiEnvironment(request, options), {
    ...environment(request, options),
    PATH_TRANSLATED: "/srv/cgi/a b",
    SCRIPT_FILENAME: "/srv/cgi/sub/script",
  });
});

const LENGTHS: [length: number | undefined, variable: string][] = [
  [undefined, ""],
  [0, "0"],
  [17, "17"],
];
for (const [length, variable] of LENGTHS) {
  Deno.test(`cgiEnvironment() has CONTENT_LENGTH="${variable}" for ${length} bytes`, () => {
    const variables = variablesOf({ headers: { "Content-Length": "17" } }, { length });
    assertEquals(variables.CONTENT_LENGTH, variable);
    assertEquals("HTTP_CONTENT_LENGTH" in variables, false);
  });
}

const TYPES: [headers: Record<string, string>, variable: string][] = [
  [{}, ""],
  [{ "Content-Type": "text/plain; charset=utf-8" }, "text/plain; charset=utf-8"],
  [{ "Content_Type": "text/html" }, ""],
  [{ "Content_Type": "text/html", "Content-Type": "text/plain" }, "text/plain"],
];
for (const [headers, variable] of TYPES) {
  Deno.test(`cgiEnvironment() has CONTENT_TYPE="${variable}" for ${JSON.stringify(headers)}`, () => {
    const variables = variablesOf({ headers });
    assertEquals(variables.CONTENT_TYPE, variable);
    assertEquals("HTTP_CONTENT_TYPE" in variables, false);
  });
}

const TRANSLATED: [pathInfo: string, variable: string | undefined][] = [
  ["", undefined],
  ["/", "/srv/cgi/"],
  ["/a b/c", "/srv/cgi/a b/c"],
  ["//a", "/srv/cgi//a"],
  ["/..a/b..", "/srv/cgi/..a/b.."],
  ["/..", undefined],
  ["/../../etc/passwd", undefined],
  ["/a/../b", undefined],
  ["/./a", undefined],
];
// Neither as it is, nor the name of another file.
for (const end of ["\r", "\n", "\r\n", "\u2028", "\x85", "\v"]) {
  Deno.test(`cgiEnvironment() has no PATH_TRANSLATED with ${JSON.stringify(end)} in it`, () => {
    const variables = variablesOf({}, { pathInfo: `/a${end}b` });
    assertEquals([variables.PATH_TRANSLATED, variables.PATH_INFO], [undefined, "/a b"]);
  });
}
for (const [pathInfo, variable] of TRANSLATED) {
  Deno.test(`cgiEnvironment() has PATH_TRANSLATED=${variable} for PATH_INFO="${pathInfo}"`, () => {
    const variables = variablesOf({}, { pathInfo, inherited: { PATH_TRANSLATED: "/x" } });
    assertEquals(variables.PATH_TRANSLATED, variable);
    assertEquals(variables.PATH_INFO, pathInfo);
  });
}

Deno.test("cgiEnvironment() names the file exactly", () => {
  const filename = "/srv/cgi/ two\nlines ";
  assertEquals(variablesOf({}, { filename }).SCRIPT_FILENAME, filename);
});

Deno.test("cgiEnvironment() lets no client choose a proxy", () => {
  assertEquals("HTTP_PROXY" in variablesOf({ headers: { Proxy: "http://evil" } }), false);
});
