import { assertEquals } from "@std/assert";
import { routeFields, routeParts, routePath } from "../../lib/console/route_path.js";
import { patternOf } from "../../lib/gate/pattern.ts";

const PATTERNS: [
  pattern: string,
  fields: string[],
  values: Record<string, string>,
  path: string,
  found: Record<string, string | undefined>,
][] = [
  ["/chat", [], {}, "/chat", {}],
  ["/chat/:room", ["room"], { room: "kitchen" }, "/chat/kitchen", { room: "kitchen" }],
  ["/chat/:room", ["room"], { room: "a/b ü" }, "/chat/a%2Fb%20%C3%BC", { room: "a%2Fb%20%C3%BC" }],
  ["/:a/x/:b", ["a", "b"], { a: "1", b: "2" }, "/1/x/2", { a: "1", b: "2" }],
  ["/n/:id(\\d+)", ["id"], { id: "12" }, "/n/12", { id: "12" }],
  ["/o/:x?", ["x"], {}, "/o", { x: undefined }],
  ["/o/:x?", ["x"], { x: "1" }, "/o/1", { x: "1" }],
  ["/m/:x+", ["x"], { x: "a/b" }, "/m/a/b", { x: "a/b" }],
  ["/files/*", ["0"], { "0": "a b/c" }, "/files/a%20b/c", { "0": "a%20b/c" }],
  ["/files/*", ["0"], {}, "/files/", { "0": "" }],
  ["/g{/:x}?", ["x"], {}, "/g", { x: undefined }],
  ["/g{/:x}?", ["x"], { x: "1" }, "/g/1", { x: "1" }],
  ["/r/(a|b)", ["0"], { "0": "a" }, "/r/a", { "0": "a" }],
  ["/a\\:b", [], {}, "/a:b", {}],
];
for (const [pattern, fields, values, path, found] of PATTERNS) {
  Deno.test(`routePath() makes ${path} of ${pattern} and ${JSON.stringify(values)}, which that matches`, () => {
    const parts = routeParts(pattern);
    assertEquals(routeFields(parts).map(({ name }: { name: string }) => name), fields);
    assertEquals(routePath(parts, values), path);
    const matched = patternOf(pattern).find(path);
    assertEquals(matched && Object.fromEntries(matched), found);
  });
}

Deno.test("routePath() shows what is not filled in by its name", () => {
  assertEquals(routePath(routeParts("/chat/:room/:who?"), {}), "/chat/:room");
});

Deno.test("routePath() is the root, or what was filled in, for every path", () => {
  const parts = routeParts("*");
  assertEquals([routePath(parts, {}), routePath(parts, { "0": "a/b" })], ["/", "/a/b"]);
  assertEquals(routePath(parts, { "0": "/a" }), "/a");
});
