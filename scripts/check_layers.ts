/**
 * Holds the direction of imports: a file imports from its own place or from places below it, never
 * upward, and nowhere in a circle. The graph comes from `deno info --json`.
 *
 *     deno task layers          # this project
 *     deno task layers DIR      # the project in DIR
 *
 * @module
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

/** One import: paths relative to the project, or the full specifier (`npm:…`, `node:…`). */
export interface Edge {
  readonly from: string;
  readonly to: string;
}

/** The places from top to bottom; one that ends in `/` is a folder, the others are files. */
export const PLACES: readonly (readonly string[])[] = [
  ["main.ts"],
  ["lib/edge.ts", "lib/mod.ts"],
  ["lib/cli/"],
  ["lib/workers/"],
  ["lib/serve.ts"],
  ["lib/app.ts", "lib/routes.ts"],
  ["lib/config.ts"],
  ["lib/route_config.ts", "lib/settings.ts"],
  ["lib/admin/"],
  ["lib/listen/"],
  ["lib/gate/"],
  ["lib/handlers/"],
  ["lib/connection/"],
  ["lib/hub/"],
  ["lib/process/"],
  ["lib/codec/"],
  ["lib/options/"],
  ["lib/bus/"],
  ["lib/contract.ts"],
  ["lib/client/", "lib/console/", "lib/base/"],
];

/**
 * Circles that are still there, each with all of its files. Nothing is to be added: a file that is in no
 * circle any more has to be taken out.
 */
export const KNOWN_CIRCLES: readonly (readonly string[])[] = [];

/** Deno Deploy has no programs to start and no command line. */
const UNREACHABLE = { from: "lib/edge.ts", places: ["lib/process/", "lib/cli/"] };

/** The logger is to be replaceable by changing one file. */
const OWNED = { name: "npm:@logtape/logtape", by: "lib/base/log.ts" };

/**
 * The command line and the exit belong to the program; a library that exits takes its host along. `deno serve` has
 * another one, which looks whether it is the program.
 */
const SERVED = "lib/edge.ts";
const MAIN_ONLY = /\bDeno\s*\.\s*(exit|args)\b/;

/**
 * Names every import that goes against the order of {@linkcode PLACES} or against the rules beside it.
 *
 * @param edges All imports of the project, types included.
 * @returns One line per violation, none if the directions hold.
 */
export function findViolations(edges: readonly Edge[]): string[] {
  return [...edges.flatMap(judge), ...findReached(edges)];
}

/**
 * Names the lines that use what only `main.ts` may use. Comments may speak of it.
 *
 * @param file The path of the file, relative to the project.
 * @param text The text of the file.
 */
export function findMainOnly(file: string, text: string): string[] {
  if (file === "main.ts" || file === SERVED) return [];
  return text.split("\n").flatMap((line, index) => {
    const used = /^\s*(\/\/|\/\*|\*)/.test(line) ? null : MAIN_ONLY.exec(line);
    return used ? [`${file}:${index + 1} uses Deno.${used[1]}: only main.ts may`] : [];
  });
}

/**
 * Names the circles of imports, also of types alone: whoever reads one of these files has to read all.
 *
 * @param edges All imports of the project, types included.
 * @param known Circles that may be there.
 * @returns One line for each circle that is not known, and for each known one that has become smaller.
 */
export function findCircles(
  edges: readonly Edge[],
  known: readonly (readonly string[])[] = KNOWN_CIRCLES,
): string[] {
  const circles = listCircles(edges);
  const found = circles.flatMap((circle) => {
    if (known.some((files) => circle.every((file) => files.includes(file)))) return [];
    const [first = "", ...path] = shortestCircle(circle, edges);
    const others = circle.length > path.length ? `, in a knot of ${circle.length} files` : "";
    return [`${first} imports ${path.join(", which imports ")}: a circle${others}`];
  });
  const left = new Set(circles.flat());
  const gone = known.flat().filter((file) => !left.has(file));
  return [
    ...found,
    ...gone.map((file) => `${file} is in no circle any more: take it out of KNOWN_CIRCLES`),
  ];
}

/** The sets of files of which each reaches each: Tarjan's strongly connected components. */
function listCircles(edges: readonly Edge[]): string[][] {
  const targets = targetsOf(edges);
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const circles: string[][] = [];
  function visit(file: string): number {
    const number = order.size;
    order.set(file, number);
    open.push(file);
    let low = number;
    for (const to of targets.get(file) ?? []) {
      if (!order.has(to)) low = Math.min(low, visit(to));
      else if (open.includes(to)) low = Math.min(low, lowest.get(to) ?? order.get(to) ?? low);
      lowest.set(file, low);
    }
    if (low === number) {
      const circle = open.splice(open.lastIndexOf(file));
      if (circle.length > 1 || targets.get(file)?.has(file)) circles.push(circle.sort());
    }
    return low;
  }
  for (const file of targets.keys()) if (!order.has(file)) visit(file);
  return circles.sort(([a = ""], [b = ""]) => a < b ? -1 : 1);
}

/** The shortest way from one of the files back to it; the file is its first and its last. */
function shortestCircle(circle: readonly string[], edges: readonly Edge[]): string[] {
  const targets = targetsOf(
    edges.filter(({ from, to }) => circle.includes(from) && circle.includes(to)),
  );
  const ways = circle.map((start) => {
    const before = new Map<string, string>();
    const queue = [start];
    // A list is walked in order and sees what is added on the way: this is a breadth-first search.
    for (const file of queue) {
      for (const to of targets.get(file) ?? []) {
        if (before.has(to)) continue;
        before.set(to, file);
        queue.push(to);
      }
    }
    const way = [start];
    do way.unshift(before.get(way[0] ?? start) ?? start); while (way[0] !== start);
    return way;
  });
  return ways.reduce((a, b) => b.length < a.length ? b : a);
}

function targetsOf(edges: readonly Edge[]): Map<string, Set<string>> {
  const targets = new Map<string, Set<string>>();
  for (const { from, to } of edges) {
    if (!targets.get(from)?.add(to)) targets.set(from, new Set([to]));
  }
  return targets;
}

function judge({ from, to }: Edge): string[] {
  const importing = `${from} imports ${to}`;
  if (!isFile(to)) {
    const trespass = to.startsWith(OWNED.name) && from !== OWNED.by;
    return trespass ? [`${importing}: only ${OWNED.by} may`] : [];
  }
  // The version is written there, and nowhere else.
  if (to === "deno.json") return [];
  const [upper, lower] = [rank(from), rank(to)];
  if (upper < 0) return [`${from} has no place: give it one in scripts/check_layers.ts`];
  if (lower < 0) return [`${importing}: it is outside of the tree that is shipped`];
  if (upper <= lower) return [];
  return [`${importing}: ${placeOf(from)} is below ${placeOf(to)} and may not import from it`];
}

/** Follows the imports of the one file that has places it must not even reach through others. */
function findReached(edges: readonly Edge[]): string[] {
  const paths = new Map<string, string[]>([[UNREACHABLE.from, []]]);
  const found: string[] = [];
  // A Map is walked in order and sees what is added on the way: this is a breadth-first search.
  for (const [file, path] of paths) {
    const place = UNREACHABLE.places.find((name) => isIn(file, name));
    if (place) {
      const through = path.length > 1 ? ` through ${path.slice(1).join(", ")}` : "";
      found.push(`${UNREACHABLE.from} reaches ${file}${through}: it must do without ${place}`);
      // What lies behind such a place would only repeat the same mistake.
      continue;
    }
    for (const { from, to } of edges) {
      if (from === file && !paths.has(to)) paths.set(to, [...path, file]);
    }
  }
  return found;
}

const isFile = (specifier: string) => !/^(npm|jsr|node|data|https?):/.test(specifier);

function isIn(file: string, name: string): boolean {
  return name.endsWith("/") ? file.startsWith(name) : file === name;
}

const placeOf = (file: string) => PLACES.flat().find((name) => isIn(file, name)) ?? file;
const rank = (file: string) => PLACES.findIndex((names) => names.includes(placeOf(file)));

interface Info {
  readonly modules: readonly {
    readonly specifier: string;
    readonly error?: string;
    readonly dependencies?: readonly {
      readonly specifier: string;
      readonly code?: { readonly specifier?: string };
      readonly type?: { readonly specifier?: string };
    }[];
  }[];
}

/** Asks Deno for the graph of the first file, then of each file that none before it led to. */
async function readEdges(root: URL, files: readonly string[]): Promise<Edge[]> {
  const imports = new Map<string, Edge[]>();
  const relative = (url: string) => url.startsWith(root.href) ? url.slice(root.href.length) : url;
  for (const file of files) {
    if (imports.has(file)) continue;
    for (const { specifier, error, dependencies = [] } of (await readInfo(root, file)).modules) {
      const from = relative(specifier);
      if (error && isFile(from)) throw new Error(`Cannot read the imports of ${from}: ${error}`);
      const targets = dependencies.map((it) =>
        it.code?.specifier ?? it.type?.specifier ?? it.specifier
      );
      imports.set(from, targets.map((to) => ({ from, to: relative(to) })));
    }
  }
  return [...imports.values()].flat();
}

async function readInfo(root: URL, file: string): Promise<Info> {
  // Without packages, neither the network nor deno.lock is touched.
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "--no-npm", "--no-remote", "--no-lock", file],
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  if (success) return JSON.parse(decoder.decode(stdout));
  throw new Error(`Cannot read the imports of ${file}: ${decoder.decode(stderr).trim()}`);
}

async function listFiles(root: URL, folder: string): Promise<string[]> {
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, root))) {
    if (isDirectory) files.push(...await listFiles(root, `${folder}${name}/`));
    else if (/\.[jt]sx?$/.test(name)) files.push(`${folder}${name}`);
  }
  // From the top down, so that one graph tells about as many files as it can.
  return files.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

async function checkLayers(folder?: string): Promise<boolean> {
  const root = folder === undefined
    ? new URL("../", import.meta.url)
    : pathToFileURL(`${resolve(folder)}/`);
  const files = ["main.ts", ...await listFiles(root, "lib/")];
  const edges = await readEdges(root, files);
  // What is known of this project is not known of another.
  const circles = folder === undefined ? findCircles(edges) : findCircles(edges, []);
  const violations = [...findViolations(edges), ...circles];
  for (const file of files) {
    violations.push(...findMainOnly(file, await Deno.readTextFile(new URL(file, root))));
  }
  const summary = violations.length > 0 ? violations : [`${files.length} files, directions hold`];
  await Deno.stdout.write(new TextEncoder().encode(summary.join("\n") + "\n"));
  return violations.length === 0;
}

if (import.meta.main) Deno.exit(await checkLayers(Deno.args[0]) ? 0 : 1);
