import { assertEquals } from "@std/assert";
import { healthz, readyz } from "../../lib/admin/probes.ts";
import { Readiness } from "../../lib/base/readiness.ts";
import type { Handler } from "../../lib/contract.ts";
import { fakeRequest, type RequestChanges } from "../base/fake_request.ts";
import { fakeExchange, fakePlace } from "../support/fake_place.ts";

async function ask(handler: Handler, changes: RequestChanges = {}): Promise<Response> {
  const answer = await handler.respond?.(fakeRequest(changes), fakeExchange(), fakePlace());
  return answer ?? new Response("no answer", { status: 500 });
}

Deno.test("healthz() answers ok, which nobody keeps", async () => {
  const answer = await ask(healthz());
  assertEquals([answer.status, await answer.text()], [200, "ok\n"]);
  assertEquals(answer.headers.get("cache-control"), "no-store");
});

const METHODS: [method: string, status: number, allow: string | null][] = [
  ["GET", 200, null],
  ["HEAD", 200, null],
  ["OPTIONS", 204, "GET, HEAD, OPTIONS"],
  ["POST", 405, "GET, HEAD, OPTIONS"],
  ["constructor", 405, "GET, HEAD, OPTIONS"],
];
for (const [method, status, allow] of METHODS) {
  Deno.test(`byMethod() answers ${method} with ${status}`, async () => {
    const answer = await ask(healthz(), { method });
    assertEquals([answer.status, answer.headers.get("allow")], [status, allow]);
  });
}

function readinessOf(lacks: string | undefined): Readiness {
  const readiness = new Readiness();
  readiness.expect("listening", () => undefined);
  readiness.expect("accepting", () => lacks);
  return readiness;
}

Deno.test("readyz() answers 200 where all conditions hold, and names them", async () => {
  const answer = await ask(readyz(readinessOf(undefined)));
  assertEquals([answer.status, await answer.text()], [
    200,
    "ready\nlistening: ok\naccepting: ok\n",
  ]);
});

Deno.test("readyz() answers 503 where one does not hold, and why", async () => {
  const readiness = readinessOf("it is shutting down");
  const answer = await ask(readyz(readiness));
  assertEquals(answer.status, 503);
  assertEquals(await answer.text(), "not ready\nlistening: ok\naccepting: it is shutting down\n");
  const json = await ask(readyz(readiness), { headers: { Accept: "application/json" } });
  assertEquals(json.status, 503);
  assertEquals(await json.json(), {
    ready: false,
    conditions: [
      { name: "listening", ready: true },
      { name: "accepting", ready: false, reason: "it is shutting down" },
    ],
  });
});
