import { assert, assertEquals, assertThrows } from "@std/assert";
import { HandshakeError } from "../../lib/base/errors.ts";
import { redirect, type RedirectOptions } from "../../lib/handlers/redirect.ts";
import { fakeExchange, fakePlace } from "../support/fake_place.ts";
import { fakeRequest } from "../base/fake_request.ts";

const PLAIN: RedirectOptions = { port: 8080, secure: false };
const SECURE: RedirectOptions = { port: 8443, secure: true };

/** The answer to a request with that Host header. */
function answerTo(host: string, options: RedirectOptions, path = "/"): Response {
  const response = redirect(options).respond?.(
    fakeRequest({ host, path }),
    fakeExchange(),
    fakePlace(),
  );
  assert(response instanceof Response);
  return response;
}

const HOSTS: [host: string, options: RedirectOptions, location: string][] = [
  ["example.com", PLAIN, "http://example.com:8080/"],
  ["example.com", SECURE, "https://example.com:8443/"],
  ["example.com:80", SECURE, "https://example.com:8443/"],
  ["example.com:8080", PLAIN, "http://example.com:8080/"],
  ["example.com:", SECURE, "https://example.com:8443/"],
  ["Example.COM:81", PLAIN, "http://Example.COM:8080/"],
  ["192.0.2.1", PLAIN, "http://192.0.2.1:8080/"],
  ["192.0.2.1:81", SECURE, "https://192.0.2.1:8443/"],
  ["[::1]", PLAIN, "http://[::1]:8080/"],
  ["[::1]:81", SECURE, "https://[::1]:8443/"],
  ["[2001:db8::7]:81", PLAIN, "http://[2001:db8::7]:8080/"],
  ["example.com", { port: 443, secure: true }, "https://example.com:443/"],
  ["example.com", { port: 80, secure: false }, "http://example.com:80/"],
];
for (const [host, options, location] of HOSTS) {
  Deno.test(`redirect() leads from ${host} to ${location}`, async () => {
    const response = answerTo(host, options);
    assertEquals(response.status, 301);
    assertEquals(response.headers.get("location"), location);
    assertEquals(await response.text(), `301 Moved Permanently: ${location}\n`);
  });
}

Deno.test("redirect() leads to the root, whatever was asked for", () => {
  const response = answerTo("example.com", SECURE, "/a//evil.example/?b");
  assertEquals(response.headers.get("location"), "https://example.com:8443/");
});

const REFUSED = ["", ":80", "[]", "[]:80", "[::1", "::1", "a:b", "a:80:81", "[::1]8080", "a:-1"];
for (const host of REFUSED) {
  Deno.test(`redirect() refuses the Host header ${JSON.stringify(host)} with 400`, () => {
    const error = assertThrows(
      () => answerTo(host, SECURE),
      HandshakeError,
      `The Host header is "${host}"`,
    );
    assertEquals(error.status, 400);
  });
}
