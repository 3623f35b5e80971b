import { assertEquals } from "@std/assert";
import { relative } from "node:path";
import { ROOT } from "../support/server.ts";
import { needingRegistry } from "../support/registry.ts";
import { Tree } from "../support/tree.ts";
import { installedPackage, removePackage } from "./npm_package.ts";
import { OLDER, olderDeno, removeOlderDeno } from "./older_deno.ts";

/** A program that uses the library, with types, rooms and pages, and says what its client got. */
const program = (specifier: string) => `
import { echo, process, serve, staticFiles } from "${specifier}";
import type { Handler } from "${specifier}";

const greet: Handler = {
  open(connection, request) {
    connection.send(\`Hello, \${request.params.name}\`);
  },
};
await using server = await serve({
  port: 0,
  addresses: ["127.0.0.1"],
  routes: [
    { path: "/greet/:name", handler: greet },
    { path: "/echo", handler: echo() },
    { path: "/run", handler: process(["cat"]) },
    { path: "/*", handler: staticFiles(".") },
  ],
});
const socket = new WebSocket(\`\${server.addresses[0]}greet/you\`);
const told = await new Promise((resolve) => socket.onmessage = (event) => resolve(event.data));
socket.close();
await new Promise((resolve) => socket.onclose = resolve);
const page = await fetch(\`\${server.addresses[0]?.replace("ws", "http")}app.ts\`);
await page.body?.cancel();
console.log(told, page.status);
`;

/**
 * Projects that use it: their files beside the program, and how they name it. Types are looked at for half a minute
 * of a busy machine: by the older Deno in those that are strict, or have the packages in a folder of their own.
 */
const PROJECTS: [
  name: string,
  specifier: string,
  files: Record<string, string>,
  checkedBy?: "both",
][] = [
  ["by path, from a folder without a deno.json", `${ROOT}lib/mod.ts`, {}],
  ["by path, mapped to a name in a deno.json of its own", "stdws", {
    "deno.json": JSON.stringify({
      imports: { stdws: `${ROOT}lib/mod.ts`, zod: "npm:zod@4.0.0", ws: "./none.ts" },
      // What others are strict about.
      compilerOptions: {
        exactOptionalPropertyTypes: true,
        noUncheckedIndexedAccess: true,
        noUnusedLocals: true,
        noUnusedParameters: true,
        verbatimModuleSyntax: true,
      },
    }),
  }, "both"],
  ['by path, from a folder with a package.json, by "nodeModulesDir": "none"', "stdws", {
    "package.json": "{}",
    "deno.json": JSON.stringify({
      nodeModulesDir: "none",
      imports: { stdws: `${ROOT}lib/mod.ts` },
    }),
  }],
  ['by path, from a folder with a package.json, by "nodeModulesDir": "auto"', "stdws", {
    "package.json": "{}",
    "deno.json": JSON.stringify({
      nodeModulesDir: "auto",
      imports: { stdws: `${ROOT}lib/mod.ts` },
    }),
  }, "both"],
  ["by links", "@stdws/stdws", {}],
  ["from the npm package", "stdws", { "package.json": '{ "type": "module" }' }, "both"],
];
for (const version of [Deno.version.deno, OLDER]) {
  for (const [name, specifier, files, checkedBy] of PROJECTS) {
    Deno.test({
      ...needingRegistry(`The library is there ${name}, under Deno ${version}`, "npm"),
      async fn() {
        await using tree = await Tree.make({ ...files, "app.ts": program(specifier) });
        if (name === "by links") {
          // Deno 2.6 takes a folder only by a relative path that ends in a slash.
          const links = [`${relative(tree.root, ROOT)}/`];
          await tree.write("deno.json", JSON.stringify({ links }));
        }
        if (name === "from the npm package") {
          const { folder } = await installedPackage();
          await Deno.symlink(`${folder}/node_modules`, `${tree.root}/node_modules`);
        }
        const deno = version === OLDER ? await olderDeno() : Deno.execPath();
        if (version !== OLDER || checkedBy === "both") {
          assertEquals(await run(deno, ["check", "--quiet", "app.ts"], tree.root), "");
        }
        assertEquals(
          await run(deno, ["run", "-A", "--quiet", "app.ts"], tree.root),
          "Hello, you 200\n",
        );
      },
    });
  }
}

/** What a Deno says, on both its outputs. */
async function run(deno: string, args: string[], cwd: string): Promise<string> {
  // Deno 2.6 looks only at its own certificates unless it is told otherwise.
  const env = { NO_COLOR: "1", DENO_TLS_CA_STORE: "system,mozilla" };
  const { stdout, stderr } = await new Deno.Command(deno, { args, cwd, env }).output();
  const decoder = new TextDecoder();
  return decoder.decode(stdout) + decoder.decode(stderr);
}

Deno.test.afterAll(removePackage);
Deno.test.afterAll(removeOlderDeno);
