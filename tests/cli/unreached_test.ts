import { assertEquals } from "@std/assert";
import { createApp } from "../../lib/app.ts";
import { parseArgs } from "../../lib/cli/args.ts";
import { readConfig } from "../../lib/cli/read_config.ts";
import { unreached } from "../../lib/cli/unreached.ts";

const ROUTES: [what: string, routes: string[], lines: [path: string, first: string][]][] = [
  ["none of others", ["/a=echo", "/b=echo", "/a/:id=echo"], []],
  ["one of the same path", ["/a=echo", "/a=broadcast"], [["/a", "/a"]]],
  ["whatever a parameter is called", ["/a/:id=echo", "/a/:name=echo"], [["/a/:name", "/a/:id"]]],
  ["what is below another", ["/a/*=echo", "/a/b=echo"], [["/a/b", "/a/*"]]],
  ["not what is above another", ["/a/b=echo", "/a/*=echo"], []],
  ["what follows all paths", ["*=echo", "/a=echo"], [["/a", "*"]]],
  ["each of several", ["/a=echo", "/a=echo", "/a=echo"], [["/a", "/a"], ["/a", "/a"]]],
  ["no WebSocket behind a page", ["/a/*=static lib", "/a/b=echo"], []],
  ["no page behind a WebSocket", ["/a/*=echo", "/a/b=static lib"], []],
];
for (const [what, routes, lines] of ROUTES) {
  Deno.test(`unreached() tells of routes that get nothing: ${what}`, async () => {
    const args = parseArgs(["--check", ...routes.map((route) => `--route=${route}`)]);
    if (args.kind !== "check") throw new Error(`It is ${args.kind}`);
    const { config } = await readConfig(args, {});
    const app = await createApp(config);
    assertEquals(
      unreached(app.routes),
      lines.map(([path, first]) =>
        `The route ${path} is never reached: ${first} before it takes all of its WebSockets`
      ),
    );
  });
}
