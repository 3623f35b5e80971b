import { Folder } from "./folder.ts";
import { freePort } from "./free_port.ts";
import { Lines } from "./lines.ts";

/** How a Redis is started. */
export interface RedisOptions {
  /** Whether it keeps what it has on disk; default: it does not. */
  readonly appendOnly?: boolean;
  /** More of its arguments. */
  readonly args?: readonly string[];
  /** The words before `redis-server`, as those of a shell that limits it. */
  readonly through?: readonly string[];
}

/** A real Redis on a free port of 127.0.0.1, with a folder of its own; disposing ends it. */
export class Redis implements AsyncDisposable {
  readonly port: number;
  readonly folder: Folder;
  readonly #options: RedisOptions;
  #child: Deno.ChildProcess;
  #said: Lines;

  private constructor(port: number, folder: Folder, options: RedisOptions) {
    [this.port, this.folder, this.#options] = [port, folder, options];
    [this.#child, this.#said] = this.#spawn();
  }

  /** Starts one, and waits until it takes connections. */
  static async start(options: RedisOptions = {}): Promise<Redis> {
    const redis = new Redis(freePort(), await Folder.make(), options);
    await redis.#said.until(/Ready to accept connections/);
    return redis;
  }

  /** `redis://127.0.0.1:PORT`. */
  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Sends it a signal. */
  kill(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** Ends it without a word, and waits until it is gone. */
  async crash(): Promise<void> {
    this.#child.kill("SIGKILL");
    await Promise.all([this.#child.status, this.#said.ended]);
  }

  /** Starts it again, after a crash, in the same folder and on the same port. */
  async restart(): Promise<void> {
    [this.#child, this.#said] = this.#spawn();
    await this.#said.until(/Ready to accept connections/);
  }

  /** Resolves when it has said something. */
  said(pattern: RegExp): Promise<string> {
    return this.#said.until(pattern);
  }

  /** What redis-cli says of a command. */
  async cli(...words: string[]): Promise<string> {
    const { stdout, stderr } = await new Deno.Command("redis-cli", {
      args: ["-p", String(this.port), ...words],
      stdin: "null",
    }).output();
    const decoder = new TextDecoder();
    return (decoder.decode(stdout) + decoder.decode(stderr)).trim();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      // It may be stopped.
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await Promise.all([this.#child.status, this.#said.ended]);
    await this.folder[Symbol.asyncDispose]();
  }

  #spawn(): [Deno.ChildProcess, Lines] {
    const { appendOnly = false, args = [], through = [] } = this.#options;
    const [program = "", ...words] = [
      ...through,
      "redis-server",
      ...["--port", String(this.port), "--bind", "127.0.0.1", "--dir", this.folder.path],
      ...["--save", "", "--appendonly", appendOnly ? "yes" : "no", "--appendfsync", "always"],
      ...args,
    ];
    const child = new Deno.Command(program, {
      args: words,
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    return [child, new Lines(child.stdout)];
  }
}
