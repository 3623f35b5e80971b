import { writeAll } from "./bytes.ts";
import { GUARD } from "./in_time.ts";

/** A bare connection, for requests that no client would send. */
export class Wire implements Disposable {
  readonly conn: Deno.Conn;
  // One for all that comes: a character may come in two parts.
  readonly #decoder = new TextDecoder();
  #received = "";

  constructor(conn: Deno.Conn) {
    this.conn = conn;
  }

  /** Connects to a server on this machine. */
  static async connect({ port }: { readonly port: number }): Promise<Wire> {
    return new Wire(await Deno.connect({ hostname: "127.0.0.1", port }));
  }

  /** Sends text, or bytes. */
  async write(data: string | Uint8Array): Promise<void> {
    await writeAll(this.conn, data);
  }

  /** Sends until the server takes no more; answers whether it took all. */
  async offer(data: string | Uint8Array): Promise<boolean> {
    return await this.write(data).then(() => true, () => false);
  }

  /**
   * What comes up to the first match of a pattern; fails where the connection ends before.
   *
   * @param guard After so many ms it fails.
   */
  until(pattern: RegExp, guard: number = GUARD): Promise<string> {
    return this.#guarded(guard, async () => {
      for (let match = null;; this.#received += await this.#more()) {
        match = pattern.exec(this.#received);
        if (!match) continue;
        const end = match.index + match[0].length;
        const taken = this.#received.slice(0, end);
        this.#received = this.#received.slice(end);
        return taken;
      }
    });
  }

  /** Everything up to the end of the connection, whichever way it ends. */
  rest(guard: number = GUARD): Promise<string> {
    return this.#guarded(guard, async () => {
      try {
        for (;;) this.#received += await this.#more();
      } catch {
        return this.#received;
      }
    });
  }

  /** Drops the connection. */
  [Symbol.dispose](): void {
    try {
      this.conn.close();
    } catch {
      // Dropped before.
    }
  }

  /** A server that neither answers nor hangs up shall fail a test, not hold it up. */
  async #guarded(guard: number, read: () => Promise<string>): Promise<string> {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this[Symbol.dispose]();
    }, guard);
    try {
      return await read();
    } finally {
      clearTimeout(timer);
      // deno-lint-ignore no-unsafe-finally -- it is the reason for whatever came out
      if (late) throw new Error(`Nothing for ${guard} ms, after: ${this.#received}`);
    }
  }

  async #more(): Promise<string> {
    const chunk = new Uint8Array(65536);
    const count = await this.conn.read(chunk);
    if (count === null) throw new Error(`The server hung up after: ${this.#received}`);
    return this.#decoder.decode(chunk.subarray(0, count), { stream: true });
  }
}
