import { assertEquals } from "@std/assert";
import { originOf, sessionLog, urlOf } from "../../lib/base/session_log.ts";
import { CapturedLog } from "./captured_log.ts";
import { fakeRequest, type RequestChanges } from "./fake_request.ts";

const URLS: [changes: RequestChanges, url: string][] = [
  [{ host: "a", path: "/" }, "http://a/"],
  [{ host: "a:81", path: "/b", query: "c=d" }, "http://a:81/b?c=d"],
  [{ host: "[::1]:81", path: "/", secure: true }, "https://[::1]:81/"],
  [{ host: "a", path: "/b c", target: "/b%20c" }, "http://a/b%20c"],
];
for (const [changes, url] of URLS) {
  Deno.test(`urlOf() makes ${url} of a request`, () => {
    assertEquals(urlOf(fakeRequest(changes)), url);
  });
}

const ORIGINS: [headers: Record<string, string>, origin: string][] = [
  [{}, "file:"],
  [{ Origin: "" }, "file:"],
  [{ Origin: "null" }, "file:"],
  [{ Origin: "https://example.com" }, "https://example.com"],
];
for (const [headers, origin] of ORIGINS) {
  Deno.test(`originOf() says ${origin} to ${JSON.stringify(headers)}`, () => {
    assertEquals(originOf(fakeRequest({ headers })), origin);
  });
}

Deno.test("sessionLog() knows url, id, remote and origin of the request", () => {
  using log = new CapturedLog();
  const request = fakeRequest({
    id: "id-1",
    host: "a:81",
    path: "/b",
    remote: { address: "192.0.2.1", host: "client.example", port: "5" },
    headers: { Origin: "http://page" },
  });
  sessionLog(request).access("session", "CONNECT");
  const [, , , values] = log.lines[0]?.split(" | ") ?? [];
  assertEquals(
    values,
    "url:'http://a:81/b' id:'id-1' remote:'client.example' origin:'http://page'",
  );
});

Deno.test("sessionLog() puts command and pid where websocketd has them", () => {
  using log = new CapturedLog();
  const known = sessionLog(fakeRequest({ id: "id-1" })).with({ command: "/bin/cat", pid: "17" });
  known.access("session", "CONNECT");
  const values = log.lines[0]?.split(" | ")[3] ?? "";
  const names = Array.from(values.matchAll(/(?:^| )(\w+):'/g), (match) => match[1]);
  assertEquals(names, ["url", "id", "remote", "command", "origin", "pid"]);
});
