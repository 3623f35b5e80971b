import { resolve } from "node:path";
import { LaunchError, messageOf } from "../base/errors.ts";
import { marked } from "./mark.ts";
import { programFault } from "./program_fault.ts";
import type { Pty } from "./pty/pty.ts";
import { ptyWords } from "./pty/pty_words.ts";
import type { Restraint } from "./restraint.ts";
import { which } from "./which.ts";

/** A program to start. */
export interface LaunchOptions {
  /** Path of the executable. */
  readonly program: string;
  readonly args: readonly string[];
  /** The `UNIQUE_ID` by which what it leaves behind is found. */
  readonly id: string;
  /** All of its variables: nothing is inherited beside them. */
  readonly env: Record<string, string>;
  /** The folder that it runs in; default: the server's. */
  readonly cwd?: string;
  /** How it is held to its limits; default: it has none. */
  readonly restraint?: Restraint | undefined;
  /** The pseudo-terminal that it has in place of pipes; default: none. */
  readonly pty?: Pty | undefined;
}

/** A program that was started. */
export interface Child extends Pick<Deno.ChildProcess, "pid" | "status" | "stdin"> {
  readonly stdout: ReadableStream<Uint8Array>;
  readonly stderr: ReadableStream<Uint8Array>;
  kill(signal: Deno.Signal): void;
}

/**
 * Starts a program with pipes for its standard streams, or on a pseudo-terminal.
 *
 * The program stays in the server's process group: a group of its own (`detached`) makes starting it 60 %
 * slower.
 *
 * @throws {LaunchError} If it cannot be started.
 */
export function launch(options: LaunchOptions): Child {
  const { program, args, id, env, cwd, restraint, pty } = options;
  try {
    const before = [...(pty ? ptyWords(pty) : []), ...(restraint?.words ?? [])];
    // What stands before it would be started, and tell the client of it by an exit status.
    if (before.length > 0) which(program, { path: undefined, os: Deno.build.os });
    // By others a path is read from the folder that they are in.
    const named = before.length > 0 && cwd !== undefined ? resolve(program) : program;
    const [first = "", ...words] = [...before, named, ...args];
    const command = new Deno.Command(first, {
      args: words,
      env,
      clearEnv: true,
      ...(cwd === undefined ? {} : { cwd }),
      ...restraint?.ids,
      ...streamsOf(pty),
    });
    const child = marked(id, () => command.spawn());
    return pty ? onTerminal(child, pty) : child;
  } catch (cause) {
    const command = [program, ...args].join(" ");
    const why = programFault(program, { cwd, path: env.PATH, restraint }) ?? messageOf(cause);
    throw new LaunchError(program, `Could not launch process ${command} (${why})`, { cause });
  }
}

/** The streams that are pipes. */
function streamsOf(pty: Pty | undefined) {
  const own = pty?.streams === "all" ? "null" : "piped";
  return { stdin: own, stdout: pty ? "null" : "piped", stderr: own } as const;
}

function onTerminal(child: Deno.ChildProcess, pty: Pty): Child {
  child.status.then(() => pty.programEnded());
  const { pid, status } = child;
  const kill = (signal: Deno.Signal) => child.kill(signal);
  const rest = pty.streams === "all"
    ? { stdin: pty.input, stderr: nothing() }
    : { stdin: child.stdin, stderr: child.stderr };
  return { pid, status, kill, stdout: pty.output, ...rest };
}

/** A stream that has ended. */
function nothing(): ReadableStream<Uint8Array> {
  return new ReadableStream({
    type: "bytes",
    start(controller) {
      controller.close();
    },
  });
}
