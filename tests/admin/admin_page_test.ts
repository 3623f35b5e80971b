import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { echo, serve } from "../../lib/mod.ts";

const REFUSED = new Response("no\n", { status: 401 });

/** Answers of a server whose operator has a path of it. */
async function answersOf(
  paths: readonly string[],
  init: RequestInit = {},
  lets = true,
): Promise<Response[]> {
  const guards = [{ check: () => lets ? undefined : REFUSED.clone() }];
  await using server = await serve({
    port: 0,
    addresses: ["127.0.0.1"],
    routes: [{ path: "/", handler: echo() }],
    admin: { at: { path: "/own/admin" }, guards },
  });
  const base = server.addresses[0]?.replace(/^ws/, "http") ?? "";
  const answers = [];
  for (const path of paths) {
    using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
    const answer = await fetch(base + path, { ...init, client, redirect: "manual" });
    answers.push(new Response(await answer.text() || null, answer));
  }
  return answers;
}

Deno.test("Admin has its page at its path, beside what that asks for", async () => {
  const [bare, page, metrics] = await answersOf(["own/admin", "own/admin/", "own/admin/metrics"]);
  assertEquals([bare?.status, bare?.headers.get("location")], [308, "admin/"]);
  assertEquals([page?.status, metrics?.status], [200, 200]);
  const text = await page?.text() ?? "";
  assertStringIncludes(text, "<title>stdws connections</title>");
  // All of it is there, and nothing is from elsewhere.
  assertEquals(text.match(/<[^>]* (?:src|href)="(?!data:)[^"]*"/g), null);
  const policy = page?.headers.get("content-security-policy") ?? "";
  for (const part of ["default-src 'none'", "connect-src 'self';", "trusted-types 'none'"]) {
    assertStringIncludes(policy, part);
  }
  assert(!policy.includes("unsafe"), policy);
});

Deno.test("Admin shows its page to nobody whom its guards refuse", async () => {
  const answers = await answersOf(["own/admin", "own/admin/"], {}, false);
  assertEquals(answers.map(({ status }) => status), [401, 401]);
});

const METHODS: [method: string, status: number][] = [["HEAD", 200], ["POST", 405], [
  "OPTIONS",
  204,
]];
for (const [method, status] of METHODS) {
  Deno.test(`Admin answers ${method} for its page with ${status}`, async () => {
    const [answer] = await answersOf(["own/admin/"], { method });
    assertEquals(answer?.status, status);
  });
}
