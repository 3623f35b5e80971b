import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { UsageError } from "../lib/base/errors.ts";
import { parseConfigFile } from "../lib/cli/file.ts";
import { parseRoute } from "../lib/cli/route.ts";
import { resolveConfig } from "../lib/config.ts";
import type { RouteConfig } from "../lib/route_config.ts";
import type { Handler } from "../lib/contract.ts";
import { Modules } from "../lib/handlers/modules.ts";
import { RouteMaker } from "../lib/routes.ts";
import { Talk, together } from "./handlers/talk.ts";

/** Routes as they are made from a command line. */
function routesOf(...texts: string[]): readonly RouteConfig[] {
  return resolveConfig({ routes: texts.map((text) => parseRoute(text)) }).routes;
}

function makerOf(): RouteMaker {
  return new RouteMaker();
}

Deno.test("RouteMaker.make() has no room remember for a route that it could not serve", async () => {
  const maker = makerOf();
  const handlers: Handler[] = [];
  const talk = async (text: string) => {
    const [made] = await maker.make(routesOf(text));
    assert(made);
    handlers.push(made.handler);
    together(...handlers);
    return await Talk.open(made.handler);
  };
  const one = await talk("/=broadcast");
  const failing = routesOf("/=broadcast?history=9", "/b=process /nosuch");
  await assertRejects(() => maker.make(failing), UsageError);
  one.say("a");
  assertEquals((await talk("/=broadcast?history=9")).connection.sent, []);
});

Deno.test("RouteMaker makes routes in their order, with their options and labels", async () => {
  const routes = await makerOf().make(
    routesOf(
      "/a=echo?pingms=5&subprotocol=x",
      "/rooms/:room=broadcast",
      "*=process sh -c 'exit 3'",
    ),
  );
  const shown = routes.map(({ handler, label, config: _, ...route }) => {
    assert(handler.accept);
    return { ...route, label: label.replace(/: \S+\/sh/, ": sh") };
  });
  assertEquals<unknown>(shown, [
    {
      path: "/a",
      pingMs: 5,
      subprotocols: ["x"],
      info: { handler: "echo" },
      label: "Serving /a                  : echo",
    },
    {
      path: "/rooms/:room",
      info: { handler: "broadcast" },
      label: "Serving /rooms/:room        : broadcast",
    },
    {
      path: "*",
      info: { handler: "process" },
      label: "Serving using application   : sh -c exit 3",
    },
  ]);
});

const SAME: [what: string, before: string[], after: string[], same: boolean[]][] = [
  ["the same", ["/a=echo", "/b=broadcast"], ["/a=echo", "/b=broadcast"], [true, true]],
  ["the same in another order", ["/a=echo", "/b=echo"], ["/b=echo", "/a=echo"], [true, true]],
  ["one more", ["/a=echo"], ["/b=echo", "/a=echo"], [false, true]],
  ["another pattern", ["/a=echo"], ["/b=echo"], [false]],
  ["another handler", ["/a=echo"], ["/a=broadcast"], [false]],
  ["other words", ["/a=process cat"], ["/a=process cat -n"], [false]],
  ["the same words", ["/a=process cat -n"], ["/a=process cat '-n'"], [true]],
  ["another option of the handler", ["/a=process cat"], ["/a=process?closems=5 cat"], [false]],
  // Which the handler does not know of.
  ["another option of the route", ["/a=echo"], ["/a=echo?pingms=5"], [true]],
];
for (const [what, before, after, same] of SAME) {
  Deno.test(`RouteMaker keeps the handlers of what has not changed: ${what}`, async () => {
    const maker = makerOf();
    const known = new Set((await maker.make(routesOf(...before))).map(({ handler }) => handler));
    const routes = await maker.make(routesOf(...after));
    assertEquals(routes.map(({ handler }) => known.has(handler)), same);
  });
}

Deno.test("RouteMaker keeps only what the last routes have", async () => {
  const maker = makerOf();
  const [first] = await maker.make(routesOf("/a=echo"));
  await maker.make(routesOf("/b=echo"));
  const [again] = await maker.make(routesOf("/a=echo"));
  assert(first?.handler !== again?.handler);
});

Deno.test("RouteMaker gives two routes that are the same one handler", async () => {
  const [first, second] = await makerOf().make(routesOf("/a=broadcast", "/a=broadcast"));
  assertStrictEquals(first?.handler, second?.handler);
});

/** Modules without files: each is a handler that says when it is disposed. */
class FakeModules extends Modules {
  readonly disposed: string[] = [];
  stamps = 0;

  override load(file: string): Promise<Handler> {
    if (file === "broken") return Promise.reject(new UsageError(`Cannot load "${file}": a reason`));
    if (file === "bug") return Promise.reject(new TypeError("a bug"));
    const dispose = () => {
      this.disposed.push(file);
      return file === "fails" ? Promise.reject(new Error("at the end")) : Promise.resolve();
    };
    return Promise.resolve({ open() {}, [Symbol.asyncDispose]: dispose });
  }

  override stamp(file: string): Promise<string> {
    return Promise.resolve(file === "new" ? `${++this.stamps}` : "");
  }
}

function withModules(): { maker: RouteMaker; modules: FakeModules } {
  const modules = new FakeModules();
  return { maker: new RouteMaker(undefined, modules), modules };
}

Deno.test("RouteMaker makes a handler again where what it depends on has changed", async () => {
  const { maker } = withModules();
  const routes = routesOf("/a=module same", "/b=module new");
  const before = await maker.make(routes);
  const after = await maker.make(routes);
  assertEquals(after.map(({ handler }, index) => handler === before[index]?.handler), [
    true,
    false,
  ]);
});

Deno.test("RouteMaker keeps what was there where a later one cannot be made", async () => {
  const { maker, modules } = withModules();
  const [old] = await maker.make(routesOf("/a=module old"));
  const texts = ["/a=module old", "/b=module fails", "/c=module fresh", "/d=module broken"];
  const error = await assertRejects(() => maker.make(routesOf(...texts)), UsageError);
  assertEquals(error.message, 'Cannot serve the route /d: Cannot load "broken": a reason');
  // Nothing was started yet: a module that is loaded is not loaded again.
  assertEquals(modules.disposed, []);
  const [again] = await maker.make(routesOf("/a=module old"));
  assertStrictEquals(again?.handler, old?.handler);
});

Deno.test("RouteMaker names the place of a route that it cannot make, where it has one", async () => {
  const { routes } = parseConfigFile('{ "routes": {\n  "/a": "process no-such" } }', "a.jsonc");
  const error = await assertRejects(
    () => makerOf().make(resolveConfig({ routes }).routes),
    UsageError,
  );
  const start = 'a.jsonc:2:9: Cannot serve the route /a: Cannot run "no-such": it is not in PATH';
  assertEquals([error.message.slice(0, start.length), error.exitCode], [start, 1]);
});

const REFUSED: [text: string, message: string][] = [
  [
    "/a=process nowhere-to-be-found",
    'the route /a: Cannot run "nowhere-to-be-found": it is not in',
  ],
  [
    "/a=process ./no/such",
    'Cannot serve the route /a: Cannot run "./no/such": there is no such file',
  ],
  ["/a=directory no/such", 'Cannot serve the route /a: Cannot serve from directory "no/such": '],
  ["/a=process?cwd=no/such cat", 'the route /a: Cannot serve from the folder "no/such": '],
  ["/a=process?cwd=deno.json cat", '"deno.json": it is not a directory'],
  [
    "/:x=process sh -c 'echo {x}'",
    "the route /:x: Cannot put {x} into what sh runs: write sh -c",
  ],
  ["*=process nowhere-to-be-found", 'Cannot run "nowhere-to-be-found": it is not in PATH'],
];
for (const [text, message] of REFUSED) {
  Deno.test(`RouteMaker says which route is wrong: ${text}`, async () => {
    const error = await assertRejects(() => makerOf().make(routesOf(text)), UsageError, message);
    assertEquals(error.exitCode, 1);
  });
}

Deno.test("RouteMaker throws on what is no mistake of the user's", async () => {
  const { maker } = withModules();
  await assertRejects(() => maker.make(routesOf("/a=module bug")), TypeError, "a bug");
});

Deno.test("RouteMaker lets no COMMAND have placeholders", async () => {
  const { otherwise } = resolveConfig({ command: ["awk", "{print}"] });
  const [route] = await makerOf().make(otherwise ? [otherwise] : []);
  assertEquals(route?.label.endsWith("awk {print}"), true);
});
