import { split } from "shlex";
import { Lines } from "./lines.ts";
import { ROOT, runToEnd, type StartOptions } from "./server.ts";

/** The words of the command line that `--check` prints, without `deno run --no-prompt`. */
export async function permittedWords(
  args: readonly string[],
  options: StartOptions = {},
): Promise<string[]> {
  const { code, stdout, stderr } = await runToEnd(["--check", ...args], options);
  const line = /^ *(deno run --no-prompt .*)$/m.exec(stdout)?.[1];
  if (code !== 0 || !line) throw new Error(`--check failed with ${code}: ${stderr}${stdout}`);
  return split(line).slice(3);
}

/** A server that was started with permissions of its own. */
export class PermittedServer implements AsyncDisposable {
  readonly stdout: Lines;
  readonly stderr: Lines;
  readonly #child: Deno.ChildProcess;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.stdout = new Lines(child.stdout);
    this.stderr = new Lines(child.stderr);
  }

  /**
   * Starts `deno run --no-prompt WORDS` in the project's folder.
   *
   * @returns What it wrote where it did not start.
   */
  static async start(
    words: readonly string[],
    { env = {} }: StartOptions = {},
  ): Promise<PermittedServer | string> {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--quiet", ...words],
      cwd: ROOT,
      env: { NO_COLOR: "1", ...env },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const server = new PermittedServer(child);
    try {
      await server.stdout.until(/Starting WebSocket server/);
      return server;
    } catch {
      await Promise.all([child.status, server.stderr.ended]);
      return [...server.stdout.all, ...server.stderr.all].join("\n");
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGTERM");
    await Promise.all([this.#child.status, this.stdout.ended, this.stderr.ended]);
  }
}
