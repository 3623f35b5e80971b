import { Lines } from "./lines.ts";
import { stopServer } from "./stop_server.ts";

/** Where and as whom a command is started. */
export interface CommandOptions {
  readonly cwd?: string;
  /** All that is in its environment; default: that of the tests. */
  readonly env?: Record<string, string>;
}

/** A server that was started by some command line; disposing it ends it with SIGTERM and waits. */
export class CommandServer implements AsyncDisposable {
  readonly child: Deno.ChildProcess;
  readonly stdout: Lines;
  readonly stderr: Lines;
  /** `ws://127.0.0.1:PORT/`. */
  readonly url: string;

  private constructor(child: Deno.ChildProcess, stdout: Lines, stderr: Lines, url: string) {
    this.child = child;
    this.stdout = stdout;
    this.stderr = stderr;
    this.url = url;
  }

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
    const [stdout, stderr] = [new Lines(child.stdout), new Lines(child.stderr)];
    try {
      const line = await stdout.until(/Starting WebSocket server/);
      return new CommandServer(child, stdout, stderr, line.match(/wss?:\S+\//)?.[0] ?? "");
    } catch (error) {
      await Promise.all([child.status, stderr.ended]);
      throw new Error(`${words.join(" ")} did not start: ${stderr.all.join("\n")}`, {
        cause: error,
      });
    }
  }

  /** Ends it, and waits until nobody holds its output any more. */
  stop(signal: Deno.Signal = "SIGTERM"): Promise<Deno.CommandStatus> {
    return stopServer(this, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
