import type { Batch } from "../base/batch.ts";
import { CodecError } from "../base/errors.ts";
import { OVERFLOW_PATIENCE } from "../base/limits.ts";
import { encodeSome } from "../codec/encode_some.ts";
import { Ignored } from "../codec/ignored.ts";
import type { Mismatch } from "../codec/mismatch.ts";
import type { Codec, Connection, Ending, Gauge } from "../contract.ts";
import { ClientInput, type ClientInputOptions } from "./client_input.ts";
import { Life, type LifeOptions } from "./life.ts";
import { logOutlet, type Outlet } from "./outlet.ts";
import type { Started } from "./runner.ts";
import { closeOf, endingOf } from "./status.ts";
import type { Lateness } from "./unbuffer/lateness.ts";

/** Options of {@linkcode Bridge}. */
export interface BridgeOptions extends LifeOptions, ClientInputOptions {
  readonly codec: Codec;
  /** Looks for output that comes late; default: nobody does. */
  readonly lateness?: Lateness | undefined;
  /** The policy for messages that the codec does not take; default: they are ignored. */
  readonly mismatch?: Mismatch | undefined;
  /** The text that the process reads before all that the client says; default: none. */
  readonly first?: string | undefined;
}

/** The client of a {@linkcode Bridge}: a connection, or what stands before one. */
export type Client = Gauge & Pick<Connection, "close" | "pause" | "resume"> & {
  /** Takes what the process writes; its buffer is borrowed. */
  send(batch: Batch): void;
};

/**
 * One process joined to one connection. Neither direction waits for the other: what the client sends
 * waits in {@linkcode ClientInput}; what the process writes waits in its pipe while the client is behind.
 */
export class Bridge {
  readonly #started: Started;
  readonly #life: Life;
  readonly #input: ClientInput;
  readonly #options: BridgeOptions;
  readonly #ignored: Ignored;
  #connection: Client | undefined;
  #refuses = false;

  /** @param started The process; its output is read when a client is there. */
  constructor(started: Started, options: BridgeOptions) {
    this.#started = started;
    this.#life = new Life(started, options);
    this.#input = new ClientInput({ ...options, meter: started.meter });
    this.#options = options;
    this.#ignored = new Ignored(options.mismatch);
  }

  /** Takes messages of the client. */
  batch(batch: Batch): void {
    if (this.#refuses || this.#ignores(batch)) return;
    const { data, refused } = encodeSome(this.#options.codec, batch);
    this.#options.lateness?.sent(batch.size);
    if (!this.#input.add(data)) this.#overflow();
    else if (refused) this.#refuse(refused);
  }

  /** Resolves, when the program has ended, to what that tells of the end of the connection. */
  async ending(): Promise<Ending> {
    const { told } = await this.#life.over;
    // What went wrong with it, its keeper says.
    await this.#life.gone.catch(() => {});
    const { status } = this.#started.tree;
    return {
      by: told || this.#refuses ? undefined : "program",
      ...endingOf(status),
      ignored: this.#ignored.count,
    };
  }

  /** Ends its input behind what waits for it: the client has sent all, and still takes its output. */
  end(): void {
    this.#life.endInput();
  }

  /** Tells it that the client has left. */
  leave(): void {
    this.#options.lateness?.left();
    this.#life.end();
  }

  /**
   * Lets the output flow, until all of the process has ended.
   *
   * @param connection The client; without one it has left already.
   */
  async run(connection?: Client): Promise<void> {
    this.#connection = connection;
    if (connection) this.#greet(connection);
    else this.leave();
    this.#life.begin({
      feed: (stdin) => this.#input.feed(stdin),
      stdout: this.#outlet("stdout", 512) ?? logOutlet(this.#started),
      stderr: this.#outlet("stderr", 128),
    });
    const outcome = await this.#life.over;
    const { code, reason } = closeOf(outcome);
    // Who has left need not be told.
    if (!outcome.told || outcome.timeout !== undefined) connection?.close(code, reason);
    await this.#life.gone;
    const { pid, lost } = this.#life;
    if (lost === 0) return;
    this.#started.log.error("process", `Process ${pid} did not take ${lost} bytes from the client`);
  }

  #greet(connection: Client): void {
    const { first } = this.#options;
    this.#input.from(connection);
    if (first !== undefined && !this.#input.add(first)) this.#overflow();
  }

  #outlet(stream: "stdout" | "stderr", smallest: number): Outlet | undefined {
    const connection = this.#connection;
    const { codec, lateness } = this.#options;
    const decoder = codec.decoder(stream, (batch) => connection?.send(batch));
    if (!decoder) return undefined;
    if (stream === "stdout") {
      return { decoder, gauge: connection, smallest, whole: codec.chunks, watch: lateness };
    }
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

  #ignores(batch: Batch): boolean {
    try {
      return this.#ignored.has(batch, this.#options.codec.takes, this.#started.log);
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      this.#refuse(error);
      return true;
    }
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
