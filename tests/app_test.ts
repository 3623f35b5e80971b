import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { createApp } from "../lib/app.ts";
import { UsageError } from "../lib/base/errors.ts";
import { resolveConfig, type Settings } from "../lib/config.ts";
import { reverseLookup } from "../lib/server/lookup.ts";

function appOf(settings: Settings): ReturnType<typeof createApp> {
  return createApp(resolveConfig(settings));
}

const LABELS: [settings: Settings, label: string][] = [
  [{ command: ["sh", "-c", "exit 3"] }, "/sh -c exit 3"],
  [{ dir: "." }, Deno.realPathSync(".")],
  [{ echo: true }, "echo"],
  [{ broadcast: true }, "broadcast"],
];
for (const [settings, label] of LABELS) {
  Deno.test(`createApp() serves every path with the handler of ${JSON.stringify(settings)}`, () => {
    const { routes } = appOf(settings);
    assertEquals(routes.map((route) => route.path), ["*"]);
    assertStringIncludes(routes[0]?.handler.label ?? "", label);
  });
}

Deno.test("createApp() passes on where to listen and how to decide of requests", () => {
  const listen = { port: 8080, addresses: ["127.0.0.1"] };
  const dispatch = { sameOrigin: true, pingMs: 5, maxFrameSize: 10 };
  const { port, addresses, sameOrigin, pingMs, maxFrameSize } = appOf({
    echo: true,
    listen,
    dispatch,
  });
  assertEquals({ port, addresses }, listen);
  assertEquals({ sameOrigin, pingMs, maxFrameSize }, dispatch);
});

Deno.test("createApp() looks names up only with --reverselookup", () => {
  assertEquals(appOf({ echo: true }).lookup, undefined);
  assertEquals(appOf({ echo: true, reverseLookup: true }).lookup, reverseLookup);
});

for (const [closeMs, shutdownMs] of [[0, 3_000], [1_000, 6_000]] as const) {
  Deno.test(`createApp() gives a shutdown ${shutdownMs} ms with --closems=${closeMs}`, () => {
    assertEquals(appOf({ echo: true, closeMs }).shutdownMs, shutdownMs);
  });
}

const REFUSED: [settings: Settings, message: string][] = [
  [{ command: ["there-is-no-such-program"] }, '"there-is-no-such-program": it is not in PATH'],
  [{ command: ["./no/such/program"] }, '"./no/such/program": there is no such file'],
  [{ dir: "no/such/folder" }, '"no/such/folder"'],
  [{ dir: new URL(import.meta.url).pathname }, "it is not a directory"],
];
for (const [settings, message] of REFUSED) {
  const shown = JSON.stringify(settings.command ?? message);
  Deno.test(`createApp() refuses ${shown} with exit code 1`, () => {
    const error = assertThrows(() => appOf(settings), UsageError, message);
    assertEquals(error.exitCode, 1);
  });
}
