import { LaunchError, messageOf } from "../base/errors.ts";
import { marked } from "./mark.ts";

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
}

/**
 * Starts a program with pipes for its standard streams.
 *
 * The program stays in the server's process group: a group of its own (`detached`) makes starting it 60 %
 * slower.
 *
 * @throws {LaunchError} If it cannot be started.
 */
export function launch(options: LaunchOptions): Deno.ChildProcess {
  const { program, args, id, env, cwd } = options;
  try {
    const command = new Deno.Command(program, {
      args: args as string[],
      env,
      clearEnv: true,
      ...(cwd === undefined ? {} : { cwd }),
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    });
    return marked(id, () => command.spawn());
  } catch (cause) {
    const command = [program, ...args].join(" ");
    throw new LaunchError(program, `Could not launch process ${command} (${messageOf(cause)})`, {
      cause,
    });
  }
}
