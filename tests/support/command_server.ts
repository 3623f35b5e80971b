import { StartedServer } from "./started_server.ts";

/** Where and as whom a command is started. */
export interface CommandOptions {
  readonly cwd?: string;
  /** All that is in its environment; default: that of the tests. */
  readonly env?: Record<string, string>;
}

/** A server that was started by some command line; disposing it ends it with SIGTERM and waits. */
export class CommandServer extends StartedServer {
  /**
   * Starts the server on a free port of 127.0.0.1 and waits until it listens.
   *
   * @param words The command, to which the address is added.
   * @param args What comes behind the address.
   */
  static async start(
    words: readonly string[],
    args: readonly string[],
    { cwd, env }: CommandOptions = {},
  ): Promise<CommandServer> {
    const [program = "", ...before] = words;
    const child = new Deno.Command(program, {
      args: [...before, "--port=0", "--address=127.0.0.1", ...args],
      ...(cwd !== undefined && { cwd }),
      ...(env && { clearEnv: true, env }),
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    return await new CommandServer(child).begin(words.join(" "));
  }
}
