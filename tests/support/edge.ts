import { Lines } from "./lines.ts";
import { ROOT } from "./server.ts";

/** The edge app as a child. */
export class Edge implements AsyncDisposable {
  /** The process. */
  readonly child: Deno.ChildProcess;
  /** What it says. */
  readonly lines: Lines;
  /** What it says on its standard error. */
  readonly other: Lines;
  /** Where it listens, `ws://…/`. */
  url = "";

  constructor(args: readonly string[], env: Record<string, string>) {
    this.child = new Deno.Command(Deno.execPath(), {
      args: args as string[],
      env: { NO_COLOR: "1", ...env },
      cwd: ROOT,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.lines = new Lines(this.child.stdout);
    this.other = new Lines(this.child.stderr);
  }

  /** Starts it as `deno serve` does, on a free port of 127.0.0.1. */
  static async serve(flags: readonly string[], env: Record<string, string> = {}): Promise<Edge> {
    const edge = new Edge(["serve", ...flags, "--host=127.0.0.1", "--port=0", "lib/edge.ts"], env);
    const line = await edge.other.until(/Listening on/);
    edge.url = line.match(/http:\S+/)?.[0].replace("http", "ws") ?? "";
    return edge;
  }

  /** Ends it. */
  async stop(signal: Deno.Signal): Promise<number> {
    try {
      this.child.kill(signal);
    } catch {
      // It has ended already.
    }
    await Promise.all([this.lines.ended, this.other.ended]);
    return (await this.child.status).code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop("SIGKILL");
  }
}
