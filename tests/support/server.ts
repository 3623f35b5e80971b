import { compiledBinary } from "./compiled.ts";
import { needing } from "./programs.ts";
import { StartedServer } from "./started_server.ts";

/** The project's folder. */
export const ROOT = new URL("../../", import.meta.url).pathname;

const binary = compiledBinary();

/** The ways in which a user starts the program; `node` is `deno run` with the other engine. */
export type Form = "deno run" | "node" | "binary";

/** What a test does with a program that is started in this way; each case of a table may be a step of it. */
export type FormTest = (form: Form, context: Deno.TestContext) => Promise<void>;

/**
 * Defines a test for both engines and for the compiled executable.
 *
 * @param needs Programs without which it is left out.
 */
export function testEach(
  name: string,
  test: FormTest,
  needs: readonly string[] = [],
): void {
  testBoth(name, test, needs);
  testIn("node", name, test, needs);
}

/**
 * Defines a test for `deno run -A main.ts` and one for the compiled executable, which is ignored where
 * there is none.
 *
 * @param needs Programs without which it is left out.
 */
export function testBoth(
  name: string,
  test: FormTest,
  needs: readonly string[] = [],
): void {
  testIn("deno run", name, test, needs);
  const why = "reason" in binary ? `: ${binary.reason}` : "";
  const needed = needing(`${name} [binary${why}]`, ...needs);
  Deno.test({
    ...needed,
    ignore: needed.ignore || ("reason" in binary && binary.ignore),
    fn: (context) => test("binary", context),
  });
}

/**
 * Defines the tests of a table, whose rows differ in what is given to the same code: the one of the first row as
 * {@linkcode testEach} does, the others for the engine `node` and for the compiled executable, between which both
 * engines and both ways to start have a part where the latter is made with a Deno that has only `native`, as it is
 * by `.ci/run` (2.6). Where there is no executable, `deno run` takes its place.
 *
 * @example Usage
 * ```ts ignore
 * const testRow = testTable();
 * for (const [args, text] of ROWS) {
 *   testRow(`stdws ${args} sends ${text}`, (form) => sends(form, args, text));
 * }
 * ```
 */
export function testTable(): typeof testEach {
  let isFirst = true;
  return (name, test, needs = []) => {
    if (isFirst) testEach(name, test, needs);
    else testRow(name, test, needs);
    isFirst = false;
  };
}

/**
 * The rows of a table that a form tries where it has no part in what comes of them, as in what is refused before
 * anything is served: the executable tries all, and others the first of each kind. Where there is no executable, `deno
 * run` takes its place.
 */
export function rowsFor<Row>(
  form: Form,
  rows: readonly Row[],
  kindOf: (row: Row) => unknown = () => undefined,
): readonly Row[] {
  if (form === ("path" in binary ? "binary" : "deno run")) return rows;
  const kinds = new Set<unknown>();
  return rows.filter((row) => kinds.size < kinds.add(kindOf(row)).size);
}

function testRow(...[name, test, needs = []]: Parameters<typeof testEach>): void {
  if ("path" in binary) testIn("binary", name, test, needs);
  else testBoth(name, test, needs);
  testIn("node", name, test, needs);
}

function testIn(
  form: Form,
  name: string,
  test: FormTest,
  needs: readonly string[],
): void {
  Deno.test({
    ...needing(`${name} [${form}]`, ...needs),
    fn: (context) => test(form, context),
  });
}

/** How a program is started. */
export interface StartOptions {
  readonly form?: Form;
  /** Flags of the runtime, where that is `deno run`. */
  readonly flags?: readonly string[];
  readonly env?: Record<string, string>;
  readonly cwd?: string;
  /** Default: nothing comes. */
  readonly stdin?: "null" | "piped";
  /** Descriptors that it may have; a shell lowers the limit. */
  readonly files?: number;
  /** The signals that whoever starts it ignores, such as `INT QUIT`; default: none. */
  readonly ignored?: string;
  /** Pseudo-terminals that there are for it, in a namespace of its own; only root can do that. */
  readonly terminals?: number;
  /** Whether it leads a process group and session of its own; default: it is in those of the tests. */
  readonly detached?: boolean;
}

/** The words that start the program. */
export function wordsOf(form: Form = "deno run", flags: readonly string[] = []): string[] {
  if (form === "binary") return ["path" in binary ? binary.path : "there is no binary"];
  return [Deno.execPath(), "run", "-A", "--quiet", ...flags, `${ROOT}main.ts`];
}

/** The program with arguments, not yet started. */
export function command(args: readonly string[], options: StartOptions): Deno.Command {
  const { form, flags, env = {}, cwd = ROOT, stdin = "null", detached = false } = options;
  const [program = "", ...rest] = [...limits(options), ...wordsOf(form, flags), ...args];
  return new Deno.Command(program, {
    args: rest,
    // Not the colours of the terminal, and not the place of whoever runs the tests.
    env: { NO_COLOR: "1", TZ: "UTC", ...env },
    cwd,
    detached,
    stdin,
    stdout: "piped",
    stderr: "piped",
  });
}

/** The words before a program's own by which it has, or hears, less than others. */
function limits({ files, terminals, ignored }: StartOptions): readonly string[] {
  if (ignored !== undefined) return ["bash", "-c", 'trap "" $0; exec "$@"', ignored];
  if (files !== undefined) return ["sh", "-c", 'ulimit -n "$0"; exec "$@"', `${files}`];
  return terminals === undefined
    ? []
    : ["unshare", "-m", "sh", "-c", FEW_TERMINALS, `${terminals}`];
}

const FEW_TERMINALS =
  'mount -t devpts -o "newinstance,ptmxmode=0666,max=$0" devpts /dev/pts && mount --bind /dev/pts/ptmx /dev/ptmx && exec "$@"';

/** What says which engine serves: without TLS that of the form, `native` where it is none by name. */
function engineOf(args: readonly string[], form: Form = "deno run"): readonly string[] {
  if (form === "node") return ["--engine=node"];
  return form === "binary" || args.includes("--ssl") ? [] : ["--engine=native"];
}

/** Runs the program to its end: for what prints and exits. */
export async function runToEnd(
  args: readonly string[],
  options: StartOptions = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const output = await command(args, options).output();
  const decoder = new TextDecoder();
  return {
    code: output.code,
    stdout: decoder.decode(output.stdout),
    stderr: decoder.decode(output.stderr),
  };
}

/** A running server; disposing it ends it with SIGTERM and waits. */
export class TestServer extends StartedServer {
  /** Starts a server on a free port of 127.0.0.1 and waits until it listens. */
  static async start(args: readonly string[], options: StartOptions = {}): Promise<TestServer> {
    return await TestServer.startAt(["--port=0", "--address=127.0.0.1", ...args], options);
  }

  /** Starts a server where its options say. */
  static async startAt(args: readonly string[], options: StartOptions = {}): Promise<TestServer> {
    const engine = engineOf(args, options.form);
    const child = command([...engine, ...args], options).spawn();
    return await new TestServer(child).begin("The server");
  }
}
