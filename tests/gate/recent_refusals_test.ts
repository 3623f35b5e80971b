import { assertEquals } from "@std/assert";
import { RecentRefusals } from "../../lib/gate/recent_refusals.ts";
import { fakeRequest } from "../base/fake_request.ts";

const MINE = "192.0.2.1";

function noted(...paths: string[]): RecentRefusals {
  const refusals = new RecentRefusals();
  for (const [index, path] of paths.entries()) {
    refusals.note(fakeRequest({ path }), new Response(null, { status: 400 + index }), `${index}`);
  }
  return refusals;
}

const ASKED: [what: string, address: string, target: string, age: number, status?: number][] = [
  ["the latest of a path", MINE, "/a", 10_000, 402],
  ["one whose path a proxy has shortened", MINE, "/app/b", 10_000, 401],
  ["nothing of another path", MINE, "/c", 10_000],
  ["nothing of another client", "192.0.2.2", "/a", 10_000],
  ["nothing that is older", MINE, "/a", -1],
];
for (const [what, address, target, age, status] of ASKED) {
  Deno.test(`RecentRefusals.find() finds ${what}`, () => {
    const found = noted("/a", "/b", "/a").find(address, target, age);
    assertEquals(found, status && { status, reason: String(status - 400) });
  });
}

Deno.test("RecentRefusals remembers the last 64, and none with a long path", () => {
  const paths = Array.from({ length: 70 }, (_, index) => `/${index}/x`);
  const refusals = noted(...paths, `/${"x".repeat(2_048)}`);
  const found = paths.filter((path) => refusals.find(MINE, path, 10_000));
  assertEquals(found, paths.slice(6));
});

Deno.test("RecentRefusals remembers no token, and finds it all the same", () => {
  const refusals = new RecentRefusals();
  const request = fakeRequest({ target: "/a?access_token=s3cret&b" });
  refusals.note(request, new Response(null, { status: 401 }), "why");
  const { address } = request.remote;
  assertEquals(refusals.find(address, "/base/a?access_token=s3cret&b", 1_000), {
    status: 401,
    reason: "why",
  });
  assertEquals(refusals.find(address, "/a?access_token=***&b", 1_000)?.status, 401);
});
