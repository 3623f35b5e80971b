/**
 * Makes the npm package `stdws` of the sources, whose command runs on the Deno of npm's package `deno`.
 *
 *     deno task npm                            # dist/npm and, packed by npm, dist/stdws-VERSION.tgz
 *     npm install --global dist/stdws-*.tgz
 *
 * Deno reads no TypeScript below node_modules: it is JavaScript there, with declarations of the types.
 *
 * @module
 */
import { basename, dirname, join } from "node:path/posix";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import project from "../deno.json" with { type: "json" };
import { NAME } from "../lib/base/version.ts";
import * as library from "../lib/mod.ts";
import { needsDeno } from "./npm/needs_deno.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
/** The runtime that the command starts: the version that everything is tried with. */
const DENO = "2.9.6";
/** The file of the package for who imports the library with Node.js. */
const NEEDS_DENO = "needs_deno.js";
/** Files of the sources that are read at run time, or by people. */
const COPIED = /^(lib\/(console\/.*|.*\.(md|json))|LICENSE|CHANGELOG\.md)$/;
/** An import's specifier, with what is before and behind it. */
const SPECIFIER = /(\bfrom |\bimport |\bimport\(\s*|\bnew URL\()"([^"\n]+)"/g;

/** Packages that are needed at run time, by the specifiers of the sources: name → version. */
type Dependencies = Map<string, string>;

/**
 * The specifier that has in the package the place of one in the sources.
 *
 * @param dependencies Where the package that it names is noted.
 */
export function publishedSpecifier(specifier: string, dependencies?: Dependencies): string {
  const [, name, version, path = ""] = /^npm:(@?[^@]+)@([^/]+)(\/.*)?$/.exec(specifier) ?? [];
  if (name !== undefined && version !== undefined) {
    dependencies?.set(name, version);
    return name + path;
  }
  if (specifier.startsWith(project.name)) return NAME + specifier.slice(project.name.length);
  return specifier.replace(/\/deno\.json$/, "/package.json").replace(/^(\..*)\.ts$/, "$1.js");
}

/** Makes the package in a folder, which is emptied before. */
export async function makePackage(folder: string): Promise<void> {
  await Deno.remove(folder, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  const files = await Array.fromAsync(filesIn("lib"));
  const dependencies: Dependencies = new Map();
  const emitted = emit(
    ["main.ts", ...files.filter((file) => /(?<!\.d)\.ts$/.test(file))],
    dependencies,
  );
  const kept = new Set([...emitted.keys()].filter((path) => path.endsWith(".js")));
  for (const path of Object.values(project.exports)) {
    keepTypes(join(path).replace(/\.ts$/, ".d.ts"), emitted, kept);
  }
  for (const path of kept) await write(join(folder, path), emitted.get(path) ?? "");
  for (const path of [...files, "LICENSE", "CHANGELOG.md"].filter((path) => COPIED.test(path))) {
    const text = await Deno.readTextFile(ROOT + path);
    await write(join(folder, path), path.endsWith(".md") ? readdressed(text) : text);
  }
  for (const name of ["README.md", "bin.js"]) {
    await write(join(folder, name), await Deno.readTextFile(`${ROOT}scripts/npm/${name}`));
  }
  await write(join(folder, NEEDS_DENO), needsDeno(Object.keys(library)));
  await write(join(folder, "package.json"), `${JSON.stringify(describe(dependencies), null, 2)}\n`);
}

/** A page of the documentation, which speaks of the checkout, for who has the package. */
function readdressed(text: string): string {
  return text.replaceAll("deno run -A main.ts", NAME).replaceAll(`"${project.name}`, `"${NAME}`);
}

/** The package.json. */
function describe(dependencies: Dependencies): Record<string, unknown> {
  const exported = Object.entries(project.exports).map(([name, path]) => {
    const built = path.replace(/\.ts$/, "");
    const types = { types: `${built}.d.ts` };
    if (name !== ".") return [name, { ...types, default: `${built}.js` }];
    // Deno takes what is for Node.js, too, unless something is for itself (the first counts).
    return [name, {
      ...types,
      deno: `${built}.js`,
      node: `./${NEEDS_DENO}`,
      default: `${built}.js`,
    }];
  });
  return {
    name: NAME,
    version: project.version,
    description: "Puts a program behind a WebSocket: its lines are messages",
    license: project.license,
    keywords: ["websocket", "websocketd", "server", "deno"],
    type: "module",
    bin: { stdws: "bin.js" },
    exports: { ...Object.fromEntries(exported), "./package.json": "./package.json" },
    dependencies: Object.fromEntries([...dependencies, ["deno", DENO] as const].sort()),
  };
}

/** Makes JavaScript and declarations of the sources: path in the package → text. */
function emit(files: readonly string[], dependencies: Dependencies): Map<string, string> {
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ESNext,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ["lib.esnext.d.ts", "lib.dom.d.ts"],
    declaration: true,
    // `deno task check` has done it, by the runtime's types.
    noCheck: true,
    allowImportingTsExtensions: true,
    rewriteRelativeImportExtensions: true,
    resolveJsonModule: true,
    types: [],
    rootDir: ROOT,
    outDir: "/",
  };
  const program = ts.createProgram(files.map((file) => ROOT + file), options);
  const emitted = new Map<string, string>();
  program.emit(undefined, (path, text) => {
    const rewritten = text.replaceAll(
      SPECIFIER,
      (_, before: string, specifier: string) =>
        `${before}"${
          publishedSpecifier(specifier, path.endsWith(".js") ? dependencies : undefined)
        }"`,
    );
    emitted.set(path.slice(1), rewritten);
  });
  return emitted;
}

/** Adds a file of declarations, and all that it imports. */
function keepTypes(path: string, emitted: ReadonlyMap<string, string>, kept: Set<string>): void {
  if (kept.has(path)) return;
  kept.add(path);
  for (const [, , specifier = ""] of (emitted.get(path) ?? "").matchAll(SPECIFIER)) {
    if (!specifier.startsWith(".")) continue;
    keepTypes(join(dirname(path), specifier.replace(/\.js$/, ".d.ts")), emitted, kept);
  }
}

async function* filesIn(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(ROOT + folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) yield* filesIn(path);
    else yield path;
  }
}

async function write(path: string, text: string): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.writeTextFile(path, text, path.endsWith("/bin.js") ? { mode: 0o755 } : {});
}

/**
 * Packs a folder with npm, into the folder where it is.
 *
 * @returns The archive's path.
 * @throws {Error} If npm cannot do that; its reason is in the message.
 */
async function pack(folder: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("npm", {
    args: ["pack", "--silent", `./${basename(folder)}`],
    cwd: dirname(folder),
  }).output();
  const decoder = new TextDecoder();
  if (success) return join(dirname(folder), decoder.decode(stdout).trim());
  throw new Error(`Cannot pack "${folder}" with npm: ${decoder.decode(stderr).trim()}`);
}

if (import.meta.main) {
  const folder = Deno.args[0] ?? `${ROOT}dist/npm`;
  await makePackage(folder);
  const archive = await pack(folder);
  await Deno.stdout.write(new TextEncoder().encode(`Made ${archive}\n`));
}
