import { assertEquals } from "@std/assert";
import type { Handler } from "../../../lib/contract.ts";
import { CapturedLog } from "../../base/captured_log.ts";
import { RawClient } from "../../support/client.ts";
import { JoinedServers } from "./joined_servers.ts";

const refusing = (accept: () => Response) => (): Handler => ({
  sole: { key: "a", isAhead: false, hold() {}, revoke: () => Promise.resolve() },
  accept: ({ query }) => query === "first" ? { open() {} } : accept(),
});

/** The bodies of a handler's refusal, what a client of another server gets, and in how many ms where that is short. */
const BODIES: [what: string, body: () => BodyInit, answer: string, acceptMs?: number][] = [
  ["that is short", () => "not today", "403 not today"],
  ["that breaks off", () => {
    return new ReadableStream({ pull: (controller) => controller.error(new Error("broken")) });
  }, "500 500 Internal Server Error\n"],
  ["that never ends", () => new ReadableStream(), "504 504 Gateway Timeout\n", 500],
  ["that is longer than what crosses", () => "x".repeat(65 * 1024), `403 ${"x".repeat(64 * 1024)}`],
];

for (const [what, body, expected, acceptMs] of BODIES) {
  Deno.test(`A handler's refusal ${what} is the answer at another server`, async () => {
    using _log = new CapturedLog();
    const handler = refusing(() => {
      const answer = body();
      const length = typeof answer === "string" ? { "Content-Length": `${answer.length}` } : {};
      return new Response(answer, { status: 403, headers: length });
    });
    const route = () => ({ path: "/s", handler: handler(), http: true });
    await using servers = await JoinedServers.start(1, () => [route()]);
    await servers.add([{ ...route(), ...(acceptMs === undefined ? {} : { acceptMs }) }]);
    // Who comes first is where it is served, and has as much time as anybody.
    using _first = await RawClient.open(`${servers.url(0)}s?first`);
    const answer = await fetch(`${servers.url(1).replace("ws:", "http:")}s?stream`);
    assertEquals(
      `${answer.status} ${await answer.text()}` === expected,
      true,
      expected.slice(0, 99),
    );
  });
}

Deno.test("A handler's redirect, whose headers nobody can change, is the answer at another server", async () => {
  using _log = new CapturedLog();
  const handler = refusing(() => Response.redirect("https://example.com/there", 302));
  const routes = () => [{ path: "/s", handler: handler(), http: true }];
  await using servers = await JoinedServers.start(2, routes);
  using _first = await RawClient.open(`${servers.url(0)}s?first`);
  const url = `${servers.url(1).replace("ws:", "http:")}s?stream`;
  const answer = await fetch(url, { redirect: "manual" });
  await answer.body?.cancel();
  assertEquals([answer.status, answer.headers.get("location")], [302, "https://example.com/there"]);
});
