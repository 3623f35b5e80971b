import { fileURLToPath } from "node:url";
import { resolve } from "node:path";
import type { Contestant, Task } from "./item.ts";

/** Options of {@linkcode contestants}. */
export interface ContestantsOptions {
  /** A compiled stdws to measure instead of `deno run main.ts`. */
  readonly binary?: string;
  /** The folder of another stdws, to be measured as `base` and `base-node`. */
  readonly tree?: string;
  /** Numbers of workers, to be measured as `workers-N` with the engine node. */
  readonly workers?: readonly number[];
}

/** The words that start a server, without its options. */
type Words = readonly [string, ...string[]];

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const CONTROL = fileURLToPath(new URL("./control.ts", import.meta.url));

/**
 * All servers that can be compared: stdws as it is by default and with either engine, the same of another
 * tree, websocketd, and the control, which is plain Deno.
 *
 * @param options The stdws to measure.
 * @returns The servers, whether they are installed or not.
 */
export function contestants(options: ContestantsOptions = {}): readonly Contestant[] {
  const { binary, tree, workers = [] } = options;
  const here: Words = binary === undefined ? sourcesIn(ROOT) : [binary];
  const base = tree === undefined ? [] : [
    stdws("base", sourcesIn(resolve(tree)), "native"),
    stdws("base-node", sourcesIn(resolve(tree)), "node"),
  ];
  return [
    stdws("stdws", here),
    stdws("native", here, "native"),
    stdws("node", here, "node"),
    ...base,
    ...workers.map((count) => {
      return stdws(`workers-${count}`, here, "node", [`--workers=${count}`]);
    }),
    {
      name: "websocketd",
      hasRoutes: false,
      command: (port, task) => ["websocketd", ...flags(port), ...programOf(task)],
    },
    {
      name: "control",
      hasRoutes: true,
      command: (port, task) => {
        const kind = "kind" in task ? task.kind : "process";
        return [Deno.execPath(), "run", "-A", CONTROL, String(port), kind, ...programOf(task)];
      },
    },
  ];
}

function stdws(
  name: string,
  words: Words,
  engine?: string,
  more: readonly string[] = [],
): Contestant {
  const options = [...(engine === undefined ? [] : [`--engine=${engine}`]), ...more];
  return {
    name,
    hasRoutes: true,
    command(port, task) {
      const started: Words = [...words, ...flags(port), ...options];
      if (!("kind" in task)) return [...started, "--", ...task];
      // Who speaks does not hear it, as with the control.
      const how = task.kind === "broadcast" ? "broadcast?echo=false" : task.kind;
      return [...started, `--route=*=${[how, ...task.program.map(quote)].join(" ")}`];
    },
  };
}

// Another tree has names of its own for what it imports.
function sourcesIn(root: string): Words {
  return [Deno.execPath(), "run", "-A", `--config=${root}/deno.json`, `${root}/main.ts`];
}

function flags(port: number): string[] {
  return ["--address=127.0.0.1", `--port=${port}`, "--loglevel=error"];
}

function programOf(task: Task): readonly string[] {
  return "kind" in task ? task.program : task;
}

/** A word as a route's command takes it. */
function quote(word: string): string {
  return `'${word}'`;
}
