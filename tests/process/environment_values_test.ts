import { assert, assertEquals } from "@std/assert";
import { environment, inherit } from "../../lib/process/environment.ts";
import { fakeRequest, type RequestChanges } from "../base/fake_request.ts";

/** The variables of a request for its whole path, as with a COMMAND. */
function variablesOf(changes: RequestChanges): Record<string, string> {
  const request = fakeRequest(changes);
  return environment(request, { scriptName: "/", pathInfo: request.path, inherited: {} });
}

/** A header value as it arrives: a character for each byte. */
function bytes(text: string): string {
  return String.fromCharCode(...new TextEncoder().encode(text));
}

const HEADERS: [name: string, value: string, variable: string, expected: string][] = [
  ["X-Word", "word", "HTTP_X_WORD", "word"],
  ["x-lower-case", "a", "HTTP_X_LOWER_CASE", "a"],
  ["X-Trimmed", "  a b  ", "HTTP_X_TRIMMED", "a b"],
  ["X-Empty", "", "HTTP_X_EMPTY", ""],
  ["X-Inner", "a  \t b", "HTTP_X_INNER", "a  \t b"],
  ["X-Utf8", bytes("Grüße 一 😀"), "HTTP_X_UTF8", "Grüße 一 😀"],
  ["X-Replacement", bytes("é\ufffd"), "HTTP_X_REPLACEMENT", "é\ufffd"],
  ["X-Latin1", "Gr\xfc\xdfe", "HTTP_X_LATIN1", "Grüße"],
  ["X-Equals", "a=b; c='d'", "HTTP_X_EQUALS", "a=b; c='d'"],
  ["X-Shell", "() { :; }; true", "HTTP_X_SHELL", "() { :; }; true"],
  ["Content-Type", "text/plain", "HTTP_CONTENT_TYPE", "text/plain"],
  ["Content-Length", "5", "HTTP_CONTENT_LENGTH", "5"],
];
for (const [name, value, variable, expected] of HEADERS) {
  Deno.test(`environment() has ${variable} for ${name}: ${JSON.stringify(value)}`, () => {
    assertEquals(variablesOf({ headers: { [name]: value } })[variable], expected);
  });
}

const REPEATED = ["X-List", "Accept-Language", "Set-Cookie"];
for (const name of REPEATED) {
  Deno.test(`environment() joins a repeated ${name} with a comma`, () => {
    const variable = `HTTP_${name.toUpperCase().replace("-", "_")}`;
    const variables = variablesOf({ headers: [[name, "a"], ["X-Other", "x"], [name, "b"]] });
    assertEquals(variables[variable], "a, b");
  });
}

Deno.test("environment() lets no header with _ stand in for the one with -", () => {
  const headers = { "X-Forwarded-User": "ann", X_Forwarded_User: "root", X_Only: "kept" };
  const { HTTP_X_FORWARDED_USER, HTTP_X_ONLY } = variablesOf({ headers });
  assertEquals([HTTP_X_FORWARDED_USER, HTTP_X_ONLY], ["ann", "kept"]);
});

Deno.test("environment() drops the header Proxy and keeps those with longer names", () => {
  const headers = { Proxy: "http://evil", "Proxy-Authorization": "a", "X-Proxy": "b" };
  const variables = variablesOf({ headers });
  assert(!("HTTP_PROXY" in variables));
  assertEquals(variables.HTTP_PROXY_AUTHORIZATION, "a");
  assertEquals(variables.HTTP_X_PROXY, "b");
});

Deno.test("environment() lets a header named HTTPS make no variable HTTPS", () => {
  const variables = variablesOf({ headers: { Https: "on" } });
  assert(!("HTTPS" in variables));
  assertEquals(variables.HTTP_HTTPS, "on");
});

const PATHS: [path: string, value: string][] = [
  ["/a b", "/a b"],
  ["/é", "/é"],
  ["/一😀", "/一😀"],
  ["/a\nb", "/a b"],
  ["/a\rb", "/a b"],
  ["/a\n", "/a"],
  ["/a\n\nb", "/a  b"],
  // This is what a client means that sends /%C3%83%C2%A9: only bytes are to be decoded, and only once.
  ["/Ã©", "/Ã©"],
  ["/\ufffd", "/\ufffd"],
];
for (const [path, value] of PATHS) {
  Deno.test(`environment() has ${JSON.stringify(value)} for the decoded path ${JSON.stringify(path)}`, () => {
    const { PATH_INFO, PATH_TRANSLATED } = variablesOf({ path });
    assertEquals([PATH_INFO, PATH_TRANSLATED], [value, value]);
  });
}

const INHERITED: [value: string, passed: string][] = [
  ["/opt/é", "/opt/é"],
  ["/opt/Ã©", "/opt/Ã©"],
  ["a\nb\nc", "a b c"],
];
for (const [value, passed] of INHERITED) {
  Deno.test(`inherit() passes ${JSON.stringify(value)} as ${JSON.stringify(passed)}`, () => {
    assertEquals(inherit(["NAME"], () => value), { NAME: passed });
  });
}

Deno.test("environment() leaves query and target as they were sent", () => {
  const variables = variablesOf({ target: "/%0a?a=%0a&b=+", path: "/\n", query: "a=%0a&b=+" });
  assertEquals([variables.REQUEST_URI, variables.QUERY_STRING], ["/%0a?a=%0a&b=+", "a=%0a&b=+"]);
});
