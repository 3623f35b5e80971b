import { Lines } from "../support/lines.ts";
import { inTime } from "../support/in_time.ts";

/** How a {@linkcode Flood} sends. */
export interface FloodOptions {
  /** Bytes a second; default: as many as the server takes. */
  readonly rate?: number;
  /** Connections that send; default 1. */
  readonly clients?: number;
  /** Whether they read what comes back; default true. */
  readonly reads?: boolean;
  /** Headers of their requests, beside the usual ones. */
  readonly headers?: Record<string, string>;
}

/**
 * Clients that send the same bytes over and over, in a process of their own: they shall not hold up the ones that
 * are measured. Disposing it ends it.
 */
export class Flood implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #lines: Lines;

  private constructor(child: Deno.ChildProcess, lines: Lines) {
    this.#child = child;
    this.#lines = lines;
  }

  /**
   * Connects to a WebSocket and begins.
   *
   * @param bytes Whole frames as a client sends them; see `frame` of `tests/support/client.ts`.
   */
  static async start(url: string, bytes: Uint8Array, options: FloodOptions = {}): Promise<Flood> {
    const program = new URL("flood_program.ts", import.meta.url).pathname;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", program, url, bytes.toHex(), JSON.stringify(options)],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const lines = new Lines(child.stdout);
    await lines.until(/flooding/);
    return new Flood(child, lines);
  }

  /** Waits until so many bytes were sent, or the server has hung up; they may still be under way. */
  async sent(bytes: number): Promise<void> {
    const megabytes = Math.ceil(bytes / 2 ** 20);
    await this.#lines.until(new RegExp(`^sent ${megabytes}$|^hung up`));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // It ends with its input.
    await this.#child.stdin.close().catch(() => {});
    await inTime(Promise.all([this.#child.status, this.#lines.ended]), () => "the end of a flood");
  }
}
