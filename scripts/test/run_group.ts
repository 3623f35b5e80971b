import { within } from "../../lib/base/within.ts";
import { failuresIn, withFailure } from "./report.ts";

const FLAGS = ["-A", "--no-check", "--sanitize-ops", "--sanitize-resources", "--trace-leaks"];

// How long a process has to say which test it was at, and how long its output may be held by what it has left, in ms.
const LAST_WORDS = 10_000;

// How long a process may say nothing before its first test, at least, in ms: on a machine that is busy, it takes
// seconds to begin.
const BEGINNING = 60_000;

// Codes above it are of a process that a signal has ended.
const KILLED = 128;

/** How the tests of a group are run. */
export interface GroupOptions {
  /** The folder for the reports. */
  readonly folder: string;
  /** The name of the report, without its end. */
  readonly name: string;
  /** How long a process may say nothing when it has begun, in ms. */
  readonly patience: number;
  /** Ends everything. */
  readonly signal: AbortSignal;
}

/** The output of a process with tests, and its JUnit report, which has a failure if anything was wrong. */
export interface Outcome {
  readonly output: string;
  readonly report: string;
}

/**
 * Runs files of tests in a process, and in a further one what is behind a file in which the first has come to a
 * standstill or to its end.
 */
export async function* runGroup(
  files: readonly string[],
  { folder, name, patience, signal }: GroupOptions,
): AsyncGenerator<Outcome> {
  for (let left = files, part = 0; left.length > 0 && !signal.aborted; part++) {
    const path = `${folder}/${name}${part === 0 ? "" : `-${part}`}.xml`;
    const { output, code, hasStalled } = await run(left, path, { patience, signal });
    const written = await Deno.readTextFile(path).catch(() => "");
    const begun = [...output.matchAll(/^running \d+ tests? from /gm)].length;
    const report = code === 0 || failuresIn(written).length > 0 ? written : withFailure(written, {
      file: left[Math.max(begun, 1) - 1] ?? "",
      name: left.join(" "),
      reason: hasStalled ? "Came to a standstill" : `Ended with the code ${code}`,
    });
    await Deno.writeTextFile(path, report);
    yield {
      output: hasStalled ? `${output}\nSaid nothing for ${patience / 1000} s` : output,
      report,
    };
    // One that was ended has not begun what is behind. With other codes it has, or cannot load it.
    left = hasStalled || code > KILLED ? left.slice(Math.max(begun, 1)) : [];
  }
}

interface Run {
  readonly output: string;
  readonly code: number;
  readonly hasStalled: boolean;
}

async function run(
  files: readonly string[],
  path: string,
  { patience, signal }: Pick<GroupOptions, "patience" | "signal">,
): Promise<Run> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["test", ...FLAGS, `--junit-path=${path}`, ...files],
    env: { NO_COLOR: "1" },
    // It leads a process group, which is ended with it.
    detached: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let output = "";
  let [hasStalled, isOver] = [false, false];
  let timer: ReturnType<typeof setTimeout> | undefined;
  // With that signal it says which test it is at, and writes its report.
  const end = () => {
    send("SIGINT", child.pid);
    clearTimeout(timer);
    timer = setTimeout(endGroup, LAST_WORDS, child.pid);
  };
  const stall = () => {
    hasStalled = true;
    end();
  };
  const wait = (ms: number) => {
    if (hasStalled || isOver || signal.aborted) return;
    clearTimeout(timer);
    timer = setTimeout(stall, ms);
  };
  const read = async (stream: ReadableStream<Uint8Array>) => {
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      output += decoder.decode(chunk, { stream: true });
      wait(patience);
    }
  };
  wait(Math.max(patience, BEGINNING));
  const reading = Promise.all([read(child.stdout), read(child.stderr)]);
  signal.addEventListener("abort", end);
  const { code } = await child.status;
  isOver = true;
  signal.removeEventListener("abort", end);
  clearTimeout(timer);
  endGroup(child.pid);
  await within(reading, LAST_WORDS);
  return { output, code, hasStalled };
}

/** Ends by force what is left of a process group; Windows has none. */
function endGroup(leader: number): void {
  if (Deno.build.os !== "windows") send("SIGKILL", -leader);
}

/** Sends a signal to a process, or to a group by its negative number, unless there is none any more. */
function send(signal: Deno.Signal, pid: number): void {
  try {
    Deno.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
