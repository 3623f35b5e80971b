/**
 * Makes standalone executables of `main.ts` with `deno compile`, and runs the one for this machine.
 *
 *     deno task compile                                   # dist/stdws, for this machine
 *     deno task compile --output=/usr/local/bin/stdws     # or relative to the project
 *     deno task compile --target=aarch64-apple-darwin     # dist/stdws-aarch64-apple-darwin
 *     deno task compile --all                             # one for each target
 *
 * `deno compile` downloads the runtime that it puts the program into. Where it cannot, DENORT_BIN names
 * a `denort` for this machine, which must be of the same version as the Deno that compiles; COMPILE_DENO
 * names such a Deno. The exit code is 1 if something could not be compiled, and 3 if that was nothing but
 * the runtime, which could not be downloaded.
 *
 * @module
 */
// @ts-types="../lib/base/std.d.ts"
import { parseArgs } from "@std/cli/parse-args";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import project from "../deno.json" with { type: "json" };

/** The platforms that `--target` takes and `--all` stands for. */
export const TARGETS = [
  "x86_64-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-apple-darwin",
  "aarch64-apple-darwin",
  "x86_64-pc-windows-msvc",
] as const;

/** One executable to make; without a target it is for this machine. */
export interface Job {
  readonly target?: string;
  readonly output: string;
}

/** The request that the command line makes. */
export type Request =
  | { readonly kind: "compile"; readonly jobs: readonly Job[] }
  | { readonly kind: "usage-error"; readonly message: string };

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const DENORT_HINT =
  "If denort cannot be downloaded, set DENORT_BIN to it, and COMPILE_DENO to a Deno of its version";
const FOREIGN_HINT =
  "The denort of another target has to be downloaded: DENORT_BIN is for this machine's";
/** The exit code where the runtime could not be downloaded. */
const NO_RUNTIME = 3;
const OPTIONS = ["output", "target", "all"];

/**
 * Reads the command line.
 *
 * @param args The words behind the script's name.
 * @param os The system of this machine, as in `Deno.build.os`.
 */
export function parseCompileArgs(args: readonly string[], os: string = Deno.build.os): Request {
  const { _: words, ...options } = parseArgs(args, {
    string: ["output", "target"],
    collect: ["target"],
    boolean: ["all"],
  });
  const refuse = (message: string): Request => ({ kind: "usage-error", message });
  const unknown = Object.keys(options).find((name) => !OPTIONS.includes(name));
  if (unknown !== undefined) {
    const dashes = unknown.length > 1 ? "--" : "-";
    return refuse(
      `Unknown option ${dashes}${unknown}: it takes --output=PATH, --target=T and --all`,
    );
  }
  if (words.length > 0) return refuse(`Unknown argument "${words[0]}": only options are taken`);

  const asked = options.target as string[];
  const wrong = asked.find((target) => !TARGETS.some((known) => known === target));
  if (wrong !== undefined) {
    return refuse(`Unknown target "${wrong}": it must be one of ${TARGETS.join(", ")}`);
  }
  const targets = options.all ? TARGETS : [...new Set(asked)];
  const output = options.output as string | undefined;
  if (output === "") return refuse("Option --output needs a path");
  if (output !== undefined && targets.length > 1) {
    return refuse(
      `Option --output="${output}" is one path, but ${targets.length} targets are asked for`,
    );
  }
  if (targets.length === 0) return { kind: "compile", jobs: [{ output: output ?? nameFor(os) }] };
  return {
    kind: "compile",
    jobs: targets.map((target) => ({ target, output: output ?? nameFor(os, target) })),
  };
}

/** The path of the executable: `dist/stdws`, with the target's name and Windows' ending as needed. */
function nameFor(os: string, target?: string): string {
  const ending = (target ?? os).includes("windows") ? ".exe" : "";
  return `dist/stdws${target === undefined ? "" : `-${target}`}${ending}`;
}

// Bytes of stack of the threads that read packages: with 2 MiB, some of prom-client's end the process (Deno 2.6).
const STACK = { RUST_MIN_STACK: "16777216" };

/** The command line of `deno compile` for one executable. */
export function compileArgs({ target, output }: Job): string[] {
  return [
    "compile",
    "-A",
    "--no-prompt",
    // With it Deno.serve can share a port among workers.
    "--unstable-net",
    // `deno task check` has done it, and the Deno that compiles may bring older types.
    "--no-check",
    // The cache would be a file of a well-known name in the shared temporary folder, and is run as code.
    "--no-code-cache",
    // Without it V8 keeps 23 MB ready for short-lived objects after many connections: 72 KiB for each of
    // 1000 connections in place of 50, and no faster.
    "--v8-flags=--max-semi-space-size=2",
    // Everything in the lock file would go along, also the 14 MB that drive the browser of the tests.
    "--no-lock",
    // The page of the console, which is read as files.
    "--include=lib/console",
    // A thread, which nothing imports.
    "--include=lib/gate/auth/basic/password_worker.ts",
    "--include=lib/bus/redis/client_package.ts",
    ...(target === undefined ? [] : [`--target=${target}`]),
    `--output=${output}`,
    "main.ts",
  ];
}

/** Takes the reason out of what `deno compile` wrote: its error and the causes, on one line. */
export function failureReason(stderr: string): string {
  const [, error = stderr] = stderr.split(/^error: /m);
  const [causes = ""] = error.split("Stack backtrace:");
  const lines = causes.split("\n").map((line) => line.replace(/^\s*\d+:|^Caused by:/, "").trim());
  // An error of the network is told again by each of its causes.
  return lines.filter((line, i) => !lines.slice(0, i).some((told) => told.includes(line))).join(
    ": ",
  );
}

/** Whether it was the download of the runtime that failed, by the reason that `deno compile` gave. */
export function isDownloadFailure(reason: string): boolean {
  return /Setting up base binary|\bdenort-[\w-]+\.zip\b/.test(reason) &&
    !reason.includes("Could not find denort at");
}

/** Why there is no executable, and whether a machine with a network would have made it. */
interface Failure {
  readonly message: string;
  readonly isDownload: boolean;
}

const isForHost = ({ target }: Job) => target === undefined || target === Deno.build.target;

/** Makes one executable. Answers what is wrong, if anything is. */
async function compile(job: Job): Promise<Failure | undefined> {
  const deno = Deno.env.get("COMPILE_DENO") || Deno.execPath();
  const env: Record<string, string> = { ...STACK, ...Deno.env.toObject(), NO_COLOR: "1" };
  // Deno puts the program into DENORT_BIN whatever the target is: an executable with a wrong name.
  if (!isForHost(job)) delete env.DENORT_BIN;
  const what = `Cannot compile main.ts to "${job.output}" with "${deno}"`;
  const attempt = async (args: string[]) => {
    const options = { args, cwd: ROOT, clearEnv: true, env };
    const { success, stderr } = await new Deno.Command(deno, options).output();
    if (success) return undefined;
    const reason = failureReason(new TextDecoder().decode(stderr));
    return { message: `${what}: ${reason}`, isDownload: isDownloadFailure(reason) };
  };
  try {
    // Compiled without the lock file, the packages are checked against it here.
    const unsafe = await attempt(["cache", "--lock=deno.lock", "--frozen", "main.ts"]);
    if (unsafe !== undefined) return { ...unsafe, isDownload: false };
    const wrong = await attempt(compileArgs(job));
    const hint = isForHost(job) ? DENORT_HINT : FOREIGN_HINT;
    return wrong && { ...wrong, message: `${wrong.message}\n${hint}` };
  } catch (error) {
    return { message: `${what}: ${(error as Error).message}`, isDownload: false };
  }
}

/** Runs an executable for this machine. Answers what is wrong, if anything is. */
async function probe(path: string): Promise<Failure | undefined> {
  const expected = `stdws ${project.version}`;
  try {
    const options = { args: ["--version"], signal: AbortSignal.timeout(30_000) };
    const { stdout, stderr } = await new Deno.Command(path, options).output();
    const decoder = new TextDecoder();
    const [line = ""] = decoder.decode(stdout).split("\n");
    if (line === expected || line.startsWith(`${expected} `)) return undefined;
    const printed = line || decoder.decode(stderr).trim();
    const message = `"${path}" --version printed "${printed}": it should be "${expected}"`;
    return { message: `${message}\n${DENORT_HINT}`, isDownload: false };
  } catch (error) {
    const message = `Cannot run "${path}" --version: ${(error as Error).message}`;
    return { message, isDownload: false };
  }
}

async function run(jobs: readonly Job[]): Promise<number> {
  const failures: Failure[] = [];
  for (const { target, output } of jobs) {
    const job: Job = { ...(target && { target }), output: resolve(ROOT, output) };
    const wrong = await compile(job) ?? (isForHost(job) ? await probe(job.output) : undefined);
    if (wrong === undefined) say(Deno.stdout, `Compiled ${job.output}`);
    else {
      say(Deno.stderr, wrong.message);
      failures.push(wrong);
    }
  }
  if (failures.length === 0) return 0;
  return failures.every(({ isDownload }) => isDownload) ? NO_RUNTIME : 1;
}

function say(stream: { writeSync(bytes: Uint8Array): number }, line: string): void {
  stream.writeSync(new TextEncoder().encode(`${line}\n`));
}

if (import.meta.main) {
  const request = parseCompileArgs(Deno.args);
  if (request.kind === "usage-error") say(Deno.stderr, request.message);
  Deno.exit(request.kind === "compile" ? await run(request.jobs) : 2);
}
