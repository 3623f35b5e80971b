import { Lines } from "./lines.ts";
import { stopServer } from "./stop_server.ts";

/** A server that listens; disposing it ends it with SIGTERM and waits. */
export class StartedServer implements AsyncDisposable {
  readonly child: Deno.ChildProcess;
  readonly stdout: Lines;
  readonly stderr: Lines;
  #url = "";

  protected constructor(child: Deno.ChildProcess) {
    this.child = child;
    this.stdout = new Lines(child.stdout);
    this.stderr = new Lines(child.stderr);
  }

  /** Waits until it listens; fails with what it has said where it does not. */
  protected async begin(what: string): Promise<this> {
    try {
      const line = await this.stdout.until(/Starting WebSocket server/);
      this.#url = line.match(/wss?:\S+\//)?.[0] ?? "";
      return this;
    } catch (error) {
      await Promise.all([this.child.status, this.stderr.ended]);
      const said = this.stderr.all.join("\n");
      throw new Error(`${what} did not start: ${said}`, { cause: error });
    }
  }

  /** `ws://127.0.0.1:PORT/` or `wss:…`; empty on a Unix socket. */
  get url(): string {
    return this.#url;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  get pid(): number {
    return this.child.pid;
  }

  /** Ends it, and waits until nobody holds its output any more. */
  stop(signal: Deno.Signal = "SIGTERM"): Promise<Deno.CommandStatus> {
    return stopServer(this, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
