import { assert, assertEquals } from "@std/assert";
import project from "../../deno.json" with { type: "json" };
import { needingRegistry } from "../support/registry.ts";
import { ROOT } from "../support/server.ts";

/** What a file imports: `npm:zod@4.6.7`, `npm:deno-std@1.4.0/http/etag.js`, or a bare name. */
const SPECIFIER = /^(?:import|export|\}) .*\bfrom "([^".][^"]*)";$|\bimport\(\s*"([^".][^"]*)"/gm;

Deno.test("lib names each package in full, so that it is found also without deno.json", async () => {
  const wrong: string[] = [];
  for await (const [file, specifier] of importsOfLib()) {
    const isFull = /^npm:(@[\w-]+\/)?[\w-]+@\d+\.\d+\.\d+(\/|$)/.test(specifier);
    if (!isFull && !specifier.startsWith("node:")) wrong.push(`${file} imports ${specifier}`);
  }
  assertEquals(wrong, []);
});

Deno.test("deno.json pins what lib names, and deno.lock has it", async () => {
  const { npm } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.lock`));
  // Behind the version are those of the packages that it is joined with.
  const locked = new Set(Object.keys(npm).map((name) => name.replace(/_.*/, "")));
  const pinned = new Set<string>(Object.values(project.imports));
  const wrong: string[] = [];
  for await (const [file, specifier] of importsOfLib()) {
    if (specifier.startsWith("npm:") && !pinned.has(specifier)) {
      wrong.push(`${file} imports ${specifier}`);
    }
  }
  assertEquals(wrong, []);
  for (const specifier of pinned) {
    const [, name = ""] = /^npm:(@?[^@]+@[^/]+)/.exec(specifier) ?? [];
    assertEquals([specifier, locked.has(name)], [specifier, true]);
  }
});

Deno.test({
  ...needingRegistry("A first start downloads what the server needs, and nothing of the tests"),
  async fn() {
    const cache = await Deno.makeTempDir();
    try {
      const { success, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", `${ROOT}main.ts`, "--version"],
        env: { DENO_DIR: cache, NO_COLOR: "1" },
      }).output();
      assert(success, new TextDecoder().decode(stderr));
      assertEquals(await packagesIn(`${cache}/npm`), [
        "@logtape/logtape",
        "@opentelemetry/api",
        "@peculiar/utils",
        "@xterm/addon-serialize",
        "@xterm/headless",
        "asn1js",
        "bintrees",
        "deno-std",
        "jose",
        "jsonc-parser",
        "prom-client",
        "shlex",
        "tdigest",
        "ws",
        "zod",
      ]);
    } finally {
      await Deno.remove(cache, { recursive: true });
    }
  },
});

/** The names of the packages that are in a cache, by their package.json, in order. */
async function packagesIn(folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) names.push(...await packagesIn(`${folder}/${name}`));
    // Of the registry's folder, the package's and the version's, only the last has it.
    else if (name === "package.json") {
      return [JSON.parse(await Deno.readTextFile(`${folder}/${name}`)).name];
    }
  }
  return names.sort();
}

/** The file and the specifier of each import in lib that is not relative. */
async function* importsOfLib(path = "lib/"): AsyncGenerator<[file: string, specifier: string]> {
  for await (const { name, isDirectory } of Deno.readDir(ROOT + path)) {
    if (isDirectory) yield* importsOfLib(`${path}${name}/`);
    else if (name.endsWith(".ts")) {
      const code = await Deno.readTextFile(`${ROOT}${path}${name}`);
      for (const [, named, loaded = ""] of code.matchAll(SPECIFIER)) {
        yield [`${path}${name}`, named ?? loaded];
      }
    }
  }
}
