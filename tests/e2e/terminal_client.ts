import { assert } from "@std/assert";
import { type HandshakeOptions, RawClient } from "../support/client.ts";

const encoder = new TextEncoder();

// Bytes of output after which it tells that it has shown them: less than a server sends ahead.
const SHOWN_AT_ONCE = 32 * 1024;

/**
 * A command without end, in which a shell runs its traps: of a signal between its last look and `read`, it would hear
 * with the next line.
 */
export const FOREVER = "while :; do sleep 0.1; done";

/** A client that speaks the protocol of terminals. */
export class TerminalClient implements Disposable {
  readonly raw: RawClient;
  /** The texts that the server has told, in JSON. */
  readonly told: Record<string, unknown>[] = [];
  /** Bytes of output so far. */
  received = 0;
  /** Bytes of output that it has told that it has shown. */
  #shown = 0;
  readonly #decoder = new TextDecoder();
  #seen = "";
  #closed = "";

  private constructor(raw: RawClient) {
    this.raw = raw;
  }

  /** Opens a terminal and takes the first word of the server. */
  static async open(url: string, options: HandshakeOptions = {}): Promise<TerminalClient> {
    const headers = { "Sec-WebSocket-Protocol": "stdws.terminal.v1", ...options.headers };
    const client = new TerminalClient(await RawClient.open(url, { ...options, headers }));
    await client.step();
    assert(client.told.length === 1, "the server begins with a text");
    return client;
  }

  /** Types something. */
  async type(text: string): Promise<void> {
    await this.raw.send(encoder.encode(text));
  }

  /** Says something of the terminal. */
  async say(facts: { readonly read?: number; readonly [fact: string]: unknown }): Promise<void> {
    this.#shown = facts.read ?? this.#shown;
    await this.raw.send(JSON.stringify(facts));
  }

  /** Takes the next message, and shows nothing of it; false where that was the close. */
  async step(): Promise<boolean> {
    const message = await this.raw.next();
    if (message.kind === "text") this.told.push(JSON.parse(message.data));
    if (message.kind === "binary") {
      this.received += message.data.length;
      this.#seen += this.#decoder.decode(message.data, { stream: true });
    }
    if (message.kind === "close") this.#closed = `${message.code} ${message.reason}`.trim();
    return message.kind !== "close";
  }

  /** The output up to a text, or to what matches; what comes before is shown. */
  async until(text: string | RegExp): Promise<string> {
    for (;;) {
      const match = typeof text === "string"
        ? { index: this.#seen.indexOf(text), 0: text }
        : text.exec(this.#seen) ?? { index: -1, 0: "" };
      if (match.index >= 0) {
        const end = match.index + match[0].length;
        const past = this.#seen.slice(0, end);
        this.#seen = this.#seen.slice(end);
        return past;
      }
      await this.#show();
      assert(await this.step(), `no ${text} in ${JSON.stringify(this.#seen.slice(-2000))}`);
    }
  }

  /** The rest of the output, which is shown, and how it ended. */
  async rest(): Promise<{ output: string; closed: string }> {
    do await this.#show(); while (await this.step());
    return { output: this.#seen, closed: this.#closed };
  }

  async #show(): Promise<void> {
    if (this.received - this.#shown >= SHOWN_AT_ONCE) await this.say({ read: this.received });
  }

  [Symbol.dispose](): void {
    this.raw[Symbol.dispose]();
  }
}
