import { assertEquals, assertNotEquals, assertStrictEquals } from "@std/assert";
import { type App, createApp } from "../../lib/app.ts";
import { readConfig, type Reading, type Words } from "../../lib/cli/read_config.ts";
import { Reloading, staleOptions } from "../../lib/cli/reloading.ts";
import type { Options } from "../../lib/handlers/flags.ts";
import type { Route } from "../../lib/gate/route.ts";
import { CapturedLog } from "../base/captured_log.ts";
import { Folder } from "../support/folder.ts";
import { SlowModule } from "../support/slow_module.ts";

function reading(options: Options): Promise<Reading> {
  return readConfig({ options: { echo: true, ...options }, command: [] }, {});
}

const STALE: [before: Options, after: Options, stale: string[]][] = [
  [{}, {}, []],
  [{ port: 1, address: ["a"] }, { port: 1, address: ["a"] }, []],
  [{ port: 1 }, { port: 2 }, ["port"]],
  [{ port: 1 }, {}, ["port"]],
  [{}, { engine: "node", header: [["A", "b"]] }, ["engine", "header"]],
  [{ address: ["a"] }, { address: ["b"] }, ["address"]],
  [{ loglevel: "info" }, { loglevel: "debug" }, ["loglevel"]],
  // What routes are made from.
  [{ route: ["/a=echo"] }, { route: ["/b=echo"] }, []],
  [{}, { echo: false, dir: ".", handlers: "x" }, []],
  [{}, { framing: "binary" }, []],
  [{}, { maxforks: 5, maxframesize: 5 }, ["maxforks", "maxframesize"]],
  [{}, { binary: true, maxqueue: 5, passenv: ["PATH"], closems: 5 }, []],
  [{ cgidir: "." }, { cgidir: "lib", staticdir: ".", passenv: ["PATH"], devconsole: "/c" }, []],
];
for (const [before, after, stale] of STALE) {
  const changed = `${JSON.stringify(before)} to ${JSON.stringify(after)}`;
  Deno.test(`staleOptions() names ${stale.join(", ") || "none"} from ${changed}`, async () => {
    assertEquals(staleOptions(await reading(before), await reading(after)), stale);
  });
}

Deno.test("Reloading keeps the handlers of routes that stay, one reload after the other", async () => {
  const path = await Deno.makeTempFile();
  await Deno.writeTextFile(path, '{ "routes": { "/a": "echo", "/b": "echo" } }');
  const words = { options: { config: path }, command: [] };
  const start = await readConfig(words, {});
  const app = await createApp(start.config);
  const taken: (readonly Route[])[] = [app.routes];
  const server = { replaceRoutes: (routes: readonly Route[]) => void taken.push(routes) };
  const reloading = new Reloading(words, start, { app, server });
  await Deno.writeTextFile(path, '{ "routes": { "/b": "echo", "/c": "broadcast" } }');
  await Promise.all([reloading.reload(), reloading.reload()]);
  await Deno.writeTextFile(path, '{ "routes": { "/b": "no" } }');
  await reloading.reload();
  assertEquals(taken.map((routes) => routes.map((route) => route.path)), [
    ["/a", "/b"],
    ["/b", "/c"],
    ["/b", "/c"],
  ]);
  const [before, after, again] = taken;
  assertEquals(before?.[1]?.handler === after?.[0]?.handler, true);
  assertEquals(after?.[1]?.handler === again?.[1]?.handler, true);
  assertEquals(before?.[0]?.handler === after?.[0]?.handler, false);
  await Deno.remove(path);
});

/** An app that knows what is still being made of reloads which were given up. */
class Making implements Pick<App, "remake" | "modules">, AsyncDisposable {
  readonly #app: App;
  readonly #all: Promise<unknown>[] = [];

  constructor(app: App) {
    this.#app = app;
  }

  get modules(): App["modules"] {
    return this.#app.modules;
  }

  remake(...args: Parameters<App["remake"]>): ReturnType<App["remake"]> {
    const made = this.#app.remake(...args);
    this.#all.push(made);
    return made;
  }

  /** Waits for all of it, whatever comes of that. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#all);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.settled();
  }
}

/** A reload that waits no longer than 1 ms for its routes, and those that were taken up. */
async function impatient(words: Words) {
  const start = await readConfig(words, {});
  const app = await createApp(start.config);
  const making = new Making(app);
  const taken: (readonly Route[])[] = [];
  const server = { replaceRoutes: (routes: readonly Route[]) => void taken.push(routes) };
  return { app, making, taken, reloading: new Reloading(words, start, { app: making, server }, 1) };
}

Deno.test("Reloading waits for no module for ever, and says which has not finished loading", async () => {
  await using module = await SlowModule.make();
  using log = new CapturedLog("error");
  const words = { options: { route: [`/slow=module ${module.path}`] }, command: [] };
  const { app, making, taken, reloading } = await impatient(words);
  await using _making = making;
  await module.hold();
  await module.change();
  const why = `"${module.path}" has not finished loading after 1 ms`;
  assertEquals(await reloading.reload(), why);
  const says = `ERROR server: Cannot reload, the routes stay as they were: ${why}`;
  assertEquals([log.messages, taken], [[says], []]);
  await module.waiting();
  await module.release();
  // The same module: it is loaded now, or as soon as it can be.
  while (await reloading.reload() !== undefined);
  assertEquals(taken.length, 1);
  assertNotEquals(taken[0]?.[0]?.handler, app.routes[0]?.handler);
});

Deno.test("Reloading keeps the handlers that serve, whatever comes later of a reload that was given up", async () => {
  await using module = await SlowModule.make();
  await using folder = await Folder.make();
  using _log = new CapturedLog("error");
  const path = `${folder.path}/stdws.json`;
  const slow = { "/slow": `module ${module.path}` };
  const write = (routes: object) => Deno.writeTextFile(path, JSON.stringify({ routes }));
  await write({ ...slow, "/room": "broadcast" });
  const words = { options: { config: path }, command: [] };
  const { app, making, taken, reloading } = await impatient(words);
  await using _making = making;
  await module.hold();
  await module.change();
  await write(slow);
  assertNotEquals(await reloading.reload(), undefined);
  await module.waiting();
  await module.release();
  await making.settled();
  await write({ ...slow, "/room": "broadcast" });
  while (await reloading.reload() !== undefined);
  assertEquals(taken.length, 1);
  // Otherwise those who are in the room would not hear those who come.
  assertStrictEquals(taken[0]?.[1]?.handler, app.routes[1]?.handler);
});
