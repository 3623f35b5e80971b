import type { Batch } from "../base/batch.ts";
import type { CodecError } from "../base/errors.ts";
import { OVERFLOW_PATIENCE } from "../base/limits.ts";
import { encodeSome } from "../codec/encode_some.ts";
import type { Codec, Connection } from "../contract.ts";
import { ClientInput, type ClientInputOptions } from "./client_input.ts";
import { Life, type LifeOptions, logOutlet, type Outlet } from "./life.ts";
import type { Started } from "./runner.ts";
import { closeOf } from "./status.ts";

/** Options of {@linkcode Bridge}. */
export interface BridgeOptions extends LifeOptions, ClientInputOptions {
  readonly codec: Codec;
}

/**
 * One process joined to one connection. Neither direction waits for the other: what the client sends
 * waits in {@linkcode ClientInput}; what the process writes waits in its pipe while the client is behind.
 */
export class Bridge {
  readonly #started: Started;
  readonly #life: Life;
  readonly #input: ClientInput;
  readonly #options: BridgeOptions;
  #connection: Connection | undefined;
  #refuses = false;

  /** @param started The process; its output is read when a client is there. */
  constructor(started: Started, options: BridgeOptions) {
    this.#started = started;
    this.#life = new Life(started, options);
    this.#input = new ClientInput(options);
    this.#options = options;
  }

  /** Takes messages of the client. Those of the wrong kind are ignored, as websocketd does. */
  batch(batch: Batch): void {
    const { takes } = this.#options.codec;
    if (this.#refuses) return;
    if (takes !== "both" && batch.binary !== (takes === "binary")) {
      const kind = batch.binary ? "binary" : "text";
      this.#started.log.debug("websocket", `Ignored a ${kind} message`);
      return;
    }
    const { data, refused } = encodeSome(this.#options.codec, batch);
    if (!this.#input.add(data)) this.#overflow();
    else if (refused) this.#refuse(refused);
  }

  /** Tells it that the client has left. */
  leave(): void {
    this.#life.end();
  }

  /**
   * Lets the output flow, until all of the process has ended.
   *
   * @param connection The client; without one it has left already.
   */
  async run(connection?: Connection): Promise<void> {
    this.#connection = connection;
    if (connection) this.#input.from(connection);
    else this.leave();
    this.#life.begin({
      feed: (stdin) => this.#input.feed(stdin),
      stdout: this.#outlet("stdout", 512) ?? logOutlet(this.#started),
      stderr: this.#outlet("stderr", 128),
    });
    const outcome = await this.#life.over;
    const { code, reason } = closeOf(outcome);
    // Who has left need not be told.
    if (!outcome.told) connection?.close(code, reason);
    await this.#life.gone;
    const { pid, lost } = this.#life;
    if (lost === 0) return;
    this.#started.log.error("process", `Process ${pid} did not take ${lost} bytes from the client`);
  }

  #outlet(stream: "stdout" | "stderr", smallest: number): Outlet | undefined {
    const connection = this.#connection;
    const decoder = this.#options.codec.decoder(stream, (batch) => connection?.send(batch));
    if (!decoder || stream === "stdout") return decoder && { decoder, gauge: connection, smallest };
    // Who is shown stderr is not the only one.
    const log = logOutlet(this.#started).decoder;
    return {
      decoder: {
        push(chunk) {
          log.push(chunk);
          return decoder.push(chunk);
        },
        end() {
          log.end();
          decoder.end();
        },
      },
      gauge: connection,
      smallest,
    };
  }

  #overflow(): void {
    const { maxQueue } = this.#options;
    const reason = `Input comes faster than the process reads it: more than ${maxQueue} bytes wait`;
    this.#started.log.error("process", `${reason} (process ${this.#life.pid})`);
    this.#refuses = true;
    this.#connection?.close(1013, reason);
    this.#life.end(OVERFLOW_PATIENCE);
  }

  #refuse({ code, message }: CodecError): void {
    this.#started.log.error("process", `${message} (process ${this.#life.pid})`);
    this.#refuses = true;
    this.#connection?.close(code, message);
    this.leave();
  }
}
