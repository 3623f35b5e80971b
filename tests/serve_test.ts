import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  broadcast,
  cgi,
  directory,
  echo,
  type Handler,
  process,
  serve,
  type ServeOptions,
  shared,
  tcp,
  UsageError,
} from "../lib/mod.ts";

const METHODS = "expected an object with a method accept, open or respond";
const PATHS = "expected a pattern that begins with /, or *";
const LIST = "expected a list of routes";

/** What a program may say whose types nobody has looked at. */
const MISTAKES: [options: unknown, message: string][] = [
  [{}, `Invalid value undefined for routes: ${LIST}`],
  [{ routes: null }, `Invalid value null for routes: ${LIST}`],
  [{ routes: { "/x": echo() } }, LIST],
  [{ routes: [undefined] }, `Invalid path undefined of routes[0]: ${PATHS}`],
  [{ routes: [null] }, `Invalid path undefined of routes[0]: ${PATHS}`],
  [{ routes: [{ handler: echo() }] }, `Invalid path undefined of routes[0]: ${PATHS}`],
  [route({ path: 5 }), `Invalid path 5 of routes[1]: ${PATHS}`],
  [route({ path: "" }), `Invalid path "" of routes[1]: ${PATHS}`],
  [route({ path: "x" }), `Invalid path "x" of routes[1]: ${PATHS}`],
  [route({ path: "http://h/x" }), `Invalid path "http://h/x" of routes[1]: ${PATHS}`],
  [route({ path: "/(" }), 'Invalid pattern "/(" in routes[1]: '],
  [{ routes: [{ path: "/x" }] }, `Invalid handler undefined of routes[0], /x: ${METHODS}`],
  [route({ handler: {} }), `Invalid handler {} of routes[1], /x: ${METHODS}`],
  [route({ handler: { open: true } }), `Invalid handler { open: true } of routes[1], /x`],
  [route({ handler: "echo" }), `Invalid handler "echo" of routes[1], /x: ${METHODS}`],
  [route({ handler: echo }), `Invalid handler [Function: echo] of routes[1], /x: ${METHODS}`],
  [
    route({ maxFrameSize: -1 }),
    "Invalid value -1 for maxFrameSize of routes[1], /x: expected a whole number, 0 or more",
  ],
  [route({ maxFrameSize: "9" }), 'Invalid value "9" for maxFrameSize of routes[1], /x'],
  [route({ maxFrameSize: NaN }), "Invalid value NaN for maxFrameSize of routes[1], /x"],
  [
    route({ pingMs: 0.5 }),
    "0.5 for pingMs of routes[1], /x: expected a whole number, 0 to 86400000",
  ],
  [
    route({ sameOrigin: "no" }),
    'Invalid value "no" for sameOrigin of routes[1], /x: expected true',
  ],
  [
    route({ origins: ["https://a.example"] }),
    'Invalid value [ "https://a.example" ] for origins of routes[1], /x: expected a list of objects',
  ],
  [route({ origins: "a" }), 'Invalid value "a" for origins of routes[1], /x: expected a list'],
  [route({ subprotocols: "a" }), 'Invalid value "a" for subprotocols of routes[1], /x'],
  [route({ subprotocols: ["a b"] }), 'Invalid value [ "a b" ] for subprotocols of routes[1], /x'],
  [
    route({ guards: [() => undefined] }),
    "for guards of routes[1], /x: expected a list of objects with a method check",
  ],
  [route({ guards: { check() {} } }), "for guards of routes[1], /x: expected a list of objects"],
  // Of the server.
  [{ routes: [], maxFrameSize: -1 }, "Invalid value -1 for maxFrameSize: expected a whole number"],
  [{ routes: [], guards: [5] }, "Invalid value [ 5 ] for guards: expected a list of objects"],
];

/** A route with something in it that it cannot have, behind one that is fine. */
function route(wrong: Record<string, unknown>): unknown {
  const fine = { path: "/a", handler: echo() };
  return { routes: [fine, { path: "/x", handler: echo(), ...wrong }] };
}

for (const [options, message] of MISTAKES) {
  Deno.test(`serve() refuses ${Deno.inspect(options, { depth: 4, breakLength: Infinity })}`, async () => {
    const given = { port: 0, addresses: ["127.0.0.1"], ...options as ServeOptions };
    const error = await assertRejects(() => serve(given), UsageError, message);
    assertEquals(error.message.includes("\n"), false);
  });
}

Deno.test("replaceRoutes() refuses what serve() does, and leaves the routes as they were", async () => {
  const told: string[] = [];
  const handler: Handler = {
    open() {},
    start: () => void told.push("start"),
    [Symbol.asyncDispose]: () => Promise.resolve(void told.push("disposed")),
  };
  {
    const routes = [{ path: "*", handler }];
    await using server = await serve({ port: 0, addresses: ["127.0.0.1"], routes });
    assertThrows(
      () => server.replaceRoutes([{ path: "*", handler: {} }]),
      UsageError,
      `Invalid handler {} of routes[0], *: ${METHODS}`,
    );
    assertEquals(told, ["start"]);
  }
  assertEquals(told, ["start", "disposed"]);
});

Deno.test("serve() takes what holds for ever, nothing at all, and patterns that begin with a group", async () => {
  const handler = { ...echo(), respond: () => new Response("found") };
  const path = "{/:language}?/page";
  await using server = await serve({
    port: 0,
    addresses: ["127.0.0.1"],
    maxFrameSize: Infinity,
    origins: [],
    routes: [{ path, handler, subprotocols: [], guards: [] }],
  });
  const url = (server.addresses[0] ?? "").replace("ws", "http");
  for (const found of ["page", "de/page"]) {
    assertEquals(await (await fetch(url + found)).text(), "found");
  }
});

/** The same for those who make handlers. */
const WRONG: [what: string, make: () => unknown, message: string][] = [
  [
    "process() refuses a text for its command",
    () => process("cat" as never),
    'Invalid command "cat" of process(): expected a list of words, as ["ls", "-l"]',
  ],
  [
    "process() refuses a command of no words",
    () => process([]),
    "Invalid command [] of process(): expected a list of words",
  ],
  [
    "process() refuses words that are no texts",
    () => process([5] as never),
    "Invalid command [ 5 ] of process()",
  ],
  [
    "shared() refuses a text for its command",
    () => shared("cat" as never),
    'Invalid command "cat" of shared()',
  ],
  [
    'process() refuses framing: "foo"',
    () => process(["cat"], { framing: "foo" as never }),
    'Invalid value "foo" for framing of process(): expected lines, binary, streams, nul',
  ],
  [
    'shared() refuses framing: "binary"',
    () => shared(["cat"], { framing: "binary" as never }),
    'Invalid value "binary" for framing of shared(): expected lines, nul',
  ],
  [
    "shared() refuses restart: true",
    () => shared(["cat"], { restart: true as never }),
    "Invalid value true for restart of shared(): expected never, on-failure, always",
  ],
  [
    "directory() refuses closeMs: -1",
    () => directory(".", { closeMs: -1 }),
    "Invalid value -1 for closeMs of directory(): expected a whole number, 0 to 86400000",
  ],
  [
    "cgi() refuses a text for passEnv",
    () => cgi(".", { passEnv: "PATH" as never }),
    'Invalid value "PATH" for passEnv of cgi(): expected a list of names',
  ],
  [
    "process() refuses a number in env",
    () => process(["cat"], { env: { A: 1, B: "text", C: ["text"] } as never }),
    "Invalid value { A: ***, C: *** } for env of process(): expected an object of texts",
  ],
  [
    "tcp() refuses maxQueue: 0",
    () => tcp("127.0.0.1:1", { maxQueue: 0 }),
    "Invalid value 0 for maxQueue of tcp(): expected a whole number, 1 or more",
  ],
  [
    'broadcast() refuses slow: "drop"',
    () => broadcast({ slow: "drop" as never }),
    'Invalid value "drop" for slow of broadcast(): expected close, drop-oldest, latest',
  ],
];
for (const [what, make, message] of WRONG) {
  Deno.test(what, () => {
    assertThrows(make, UsageError, message);
  });
}
