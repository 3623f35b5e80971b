import { Lines } from "./lines.ts";
import { command, type StartOptions } from "./server.ts";

const encoder = new TextEncoder();

/** How a client ended, and what it wrote. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** `stdws --connect`, running. */
export class ClientProcess implements AsyncDisposable {
  readonly child: Deno.ChildProcess;
  readonly stderr: Lines;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;

  /** Starts it; its output is not read before `end` or `stdout`. */
  constructor(args: readonly string[], options: StartOptions = {}) {
    this.child = command(args, { ...options, stdin: "piped" }).spawn();
    this.stderr = new Lines(this.child.stderr);
    this.#input = this.child.stdin.getWriter();
  }

  /** Runs it on an input to its end. */
  static async run(
    input: string | Uint8Array,
    args: readonly string[],
    options: StartOptions = {},
  ): Promise<Ended> {
    const client = new ClientProcess(args, options);
    const [ended] = await Promise.all([client.end(), client.type(input).then(() => client.eof())]);
    return ended;
  }

  /** Writes to its input; resolves when it was taken, or cannot be any more. */
  async type(input: string | Uint8Array): Promise<void> {
    await this.#input.write(typeof input === "string" ? encoder.encode(input) : input)
      .catch(() => {});
  }

  /** Ends its input. */
  async eof(): Promise<void> {
    await this.#input.close().catch(() => {});
  }

  get stdout(): ReadableStream<Uint8Array> {
    return this.child.stdout;
  }

  /** Sends it a signal. */
  kill(signal: Deno.Signal): void {
    this.child.kill(signal);
  }

  /** Reads what it writes, and waits for its end. */
  async end(): Promise<Ended> {
    const [stdout, { code }] = await Promise.all([
      new Response(this.stdout).text(),
      this.child.status,
      this.stderr.ended,
    ]);
    return { code, stdout, stderr: this.stderr.all.join("\n") };
  }

  /** Ends it by force. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await this.#input.abort().catch(() => {});
    if (!this.stdout.locked) await this.stdout.cancel();
    await Promise.all([this.child.status, this.stderr.ended]);
  }
}
