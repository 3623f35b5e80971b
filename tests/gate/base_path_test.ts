import { assertEquals, assertThrows } from "@std/assert";
import { HandshakeError } from "../../lib/base/errors.ts";
import { BasePath } from "../../lib/gate/base_path.ts";
import { fakeRequest } from "../base/fake_request.ts";

const base = new BasePath("/app/");

const BELOW: [target: string, below: string, path: string][] = [
  ["/app/", "/", "/"],
  ["/app", "/", "/"],
  ["/app?a=/../b", "/?a=/../b", "/"],
  ["/app/a%20b?c", "/a%20b?c", "/a b"],
  ["/app/app/", "/app/", "/app/"],
  ["/app/a/../b", "/a/../b", "/a/../b"],
  ["/app//a", "//a", "//a"],
  ["/app/%2e%2fa", "/%2e%2fa", "/./a"],
];
for (const [target, below, path] of BELOW) {
  Deno.test(`BasePath finds ${below} below /app in ${target}`, () => {
    const found = base.below(fakeRequest({ target }));
    assertEquals([found.basePath, found.target, found.path], ["/app", below, path]);
  });
}

const OUTSIDE = [
  "/",
  "/*",
  "/ap",
  "/apps",
  "/app.html",
  "/app%2fa",
  "/app;a",
  "/App/",
  "/%61pp/",
  "//app/",
  "/./app/",
  "/a/../app/",
  "/app/..",
  "/app/../",
  "/app/../app/",
  "/app/a/../../b",
  "/app/%2e%2e/b",
  "/app/.%2E/b",
  "/app/..%2fb",
  "/app/%2e%2e%5cb",
  "/app/..\\b",
  "/app//../b",
  "/app/a//../../b",
];
for (const target of OUTSIDE) {
  Deno.test(`BasePath finds nothing below /app in ${target}`, () => {
    const error = assertThrows(() => base.below(fakeRequest({ target })), HandshakeError);
    assertEquals(error.status, 404);
  });
}

Deno.test("BasePath leads a page to the path with its slash", () => {
  const redirects = ["/app", "/app?a=b", "/app/", "/app/a", "/"].map((target) => {
    return base.redirect(fakeRequest({ target }));
  });
  assertEquals(redirects, ["./app/", "./app/?a=b", undefined, undefined, undefined]);
  assertEquals(new BasePath("/").redirect(fakeRequest({ target: "/" })), undefined);
});

Deno.test("BasePath leaves a request alone where it is the root", () => {
  const request = fakeRequest({ target: "/../a" });
  for (const path of ["", "/"]) assertEquals(new BasePath(path).below(request), request);
});
