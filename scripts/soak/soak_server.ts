import { inTime } from "../../tests/support/in_time.ts";
import { command } from "../../tests/support/server.ts";
import type { EngineName } from "./site.ts";

// Lines of the log that are kept: floods write millions.
const KEPT = 50;

// The runtime prints the reason for which the body of an answer breaks off, also when its client has left.
const RUNTIME = /^Error: The client has left$|^ {4}at /;

/** A server whose log is looked through as it comes; disposing it ends it by force. */
export class SoakServer implements AsyncDisposable {
  readonly port: number;
  /** A word in the environment of every process of its. */
  readonly mark: string;
  /** Lines of its log that there must not be. */
  readonly problems: string[] = [];
  /** The last lines of its log. */
  readonly last: string[] = [];
  readonly #child: Deno.ChildProcess;
  readonly #started = Promise.withResolvers<number>();
  readonly #reading: Promise<unknown>;

  private constructor(child: Deno.ChildProcess, mark: string) {
    this.#child = child;
    this.mark = mark;
    this.port = 0;
    this.#reading = Promise.all([
      this.#read(child.stdout, (line) => /Unhandled: |Uncaught: |FATAL/.test(line)),
      this.#read(child.stderr, (line) => !RUNTIME.test(line)),
    ]);
  }

  /** Starts one on a free port of 127.0.0.1, and waits until it listens. */
  static async start(engine: EngineName, config: string): Promise<SoakServer> {
    const mark = crypto.randomUUID();
    const child = command([
      `--engine=${engine}`,
      "--address=127.0.0.1",
      "--port=0",
      "--passenv=PATH,LD_LIBRARY_PATH,SOAK_MARK",
      `--config=${config}`,
    ], { env: { SOAK_MARK: mark } }).spawn();
    const server = new SoakServer(child, mark);
    const started = Promise.race([server.#started.promise, child.status.then(() => 0)]);
    const port = await inTime(started, () => "the start of a server");
    if (port === 0) throw new Error(`Cannot start a server: ${server.problems.join("\n")}`);
    return Object.assign(server, { port });
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Sends it a signal. */
  signal(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** Exit code or signal, when it has ended. */
  async ended(): Promise<number | string> {
    const [{ code, signal }] = await inTime(
      Promise.all([this.#child.status, this.#reading]),
      () => `the end of the server, after:\n${this.last.join("\n")}`,
    );
    return signal ?? code;
  }

  async #read(stream: ReadableStream<Uint8Array>, isProblem: (line: string) => boolean) {
    let rest = "";
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        const port = /Starting WebSocket server.*ws:\/\/127\.0\.0\.1:(\d+)/.exec(line)?.[1];
        if (port) this.#started.resolve(Number(port));
        if (this.problems.length < KEPT && isProblem(line)) this.problems.push(line);
      }
      this.last.push(...lines.slice(-KEPT));
      this.last.splice(0, this.last.length - KEPT);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.signal("SIGKILL");
    } catch {
      // It has ended already.
    }
    await this.ended();
  }
}
