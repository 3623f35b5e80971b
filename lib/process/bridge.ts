import type { Connection } from "../contract.ts";
import { messageOf } from "../base/errors.ts";
import { INPUT_PATIENCE, OVERFLOW_PATIENCE } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import { within } from "../base/within.ts";
import { type Framing, LineSplitter, LineTooLongError } from "./framing.ts";
import { Input } from "./input.ts";
import { type ChunkSink, Output } from "./output.ts";
import { closeOf } from "./status.ts";
import { ESCALATION, terminate } from "./terminate.ts";
import { ProcessTree } from "./tree.ts";

/** How a {@linkcode Bridge} joins the two. */
export interface BridgeOptions {
  readonly framing: Framing;
  /** Bytes of input that may wait for the process. */
  readonly maxQueue: number;
  /** Milliseconds added to each step of ending the process. */
  readonly closeMs: number;
  readonly log: Log;
}

/**
 * One process joined to one connection. Neither direction waits for the other: what the client sends
 * waits in {@linkcode Input}; what the process writes waits in its pipe while the client is behind.
 */
export class Bridge {
  readonly #child: Deno.ChildProcess;
  readonly #tree: ProcessTree;
  readonly #input: Input;
  readonly #options: BridgeOptions;
  /** Whether it ended by itself, or because its client left. */
  readonly #over = Promise.withResolvers<boolean>();
  #connection: Connection | undefined;
  #patience = 0;

  /**
   * @param child The process; its output is read when a client is there.
   * @param tree The same with all that it starts.
   */
  constructor(child: Deno.ChildProcess, tree: ProcessTree, options: BridgeOptions) {
    this.#child = child;
    this.#tree = tree;
    this.#input = new Input(child.stdin, options);
    this.#options = options;
  }

  /** Takes a message of the client. One of the wrong kind is ignored, as websocketd does. */
  message(data: string | Uint8Array): void {
    const binary = this.#options.framing === "binary";
    if (binary === (typeof data === "string")) {
      this.#options.log.debug("websocket", `Ignored a ${binary ? "text" : "binary"} message`);
      return;
    }
    if (this.#input.write(typeof data === "string" ? data + "\n" : data)) return;
    const { maxQueue, log } = this.#options;
    const reason = `The process does not read: more than ${maxQueue} bytes of input wait for it`;
    log.error("process", `${reason} (process ${this.#child.pid})`);
    this.#connection?.close(1013, reason);
    this.leave(OVERFLOW_PATIENCE);
  }

  /**
   * Tells it that the client has left.
   *
   * @param patience For how many ms the process may take nothing of the input that waits for it.
   */
  leave(patience: number = INPUT_PATIENCE): void {
    this.#patience = Math.max(this.#patience, patience);
    this.#over.resolve(false);
  }

  /**
   * Lets the output flow, until all of the process has ended.
   *
   * @param connection The client; without one it has left already.
   */
  async run(connection?: Connection): Promise<void> {
    this.#connection = connection;
    if (!connection) this.leave();
    const stdout = this.#output("stdout", 512);
    const stderr = this.#output("stderr", 128);
    // The client waits for stderr only where it is shown it.
    const shown = this.#options.framing === "streams" ? [stdout, stderr] : [stdout];

    const over = () => this.#over.resolve(true);
    Promise.all(shown.map((output) => output.ended)).then(over);
    this.#tree.exit.then(over);
    const byItself = await this.#over.promise;
    if (byItself) this.#input.abandon();
    else await this.#input.end(this.#patience);

    const terminated = terminate(this.#tree, this.#options);
    if (byItself) await this.#closeTruthfully(shown, terminated);
    await terminated;
    await Promise.all([stdout.quiet(), stderr.quiet()]);
    this.#reportLoss();
  }

  #output(stream: "stdout" | "stderr", smallest: number): Output {
    const connection = this.#connection;
    const { log } = this.#options;
    return new Output(this.#child[stream], this.#sink(stream), {
      smallest,
      connection,
      failed: (error) => {
        log.error("process", `${stream} of process ${this.#child.pid}: ${messageOf(error)}`);
        if (error instanceof LineTooLongError) connection?.close(1009, error.message);
        else connection?.close(1011, "Internal error");
        this.leave();
      },
    });
  }

  #sink(stream: "stdout" | "stderr"): ChunkSink {
    const connection = this.#connection;
    const { framing, log } = this.#options;
    if (framing === "streams") {
      return new LineSplitter((data) => connection?.send(JSON.stringify({ stream, data })));
    }
    if (stream === "stderr") return new LineSplitter((line) => log.error("stderr", line));
    if (framing === "lines") return new LineSplitter((line) => connection?.send(line));
    return {
      push(chunk) {
        connection?.send(chunk);
        return 1;
      },
      end() {},
    };
  }

  /** Closes with how the process ended, after everything that it wrote. */
  async #closeTruthfully(shown: readonly Output[], terminated: Promise<boolean>): Promise<void> {
    const patience = ESCALATION[0].wait + this.#options.closeMs;
    if (await within(this.#tree.exit, patience)) {
      // Where something that it left behind still holds its output, that is ended first.
      const complete = Promise.all(shown.map((output) => output.ended));
      await Promise.race([complete, terminated]);
      await Promise.all(shown.map((output) => output.quiet()));
      const { code, reason } = closeOf(await this.#tree.exit);
      this.#connection?.close(code, reason);
    } else {
      this.#connection?.close(1000);
    }
  }

  #reportLoss(): void {
    const { lost } = this.#input;
    if (lost === 0) return;
    const { log } = this.#options;
    log.error("process", `Process ${this.#child.pid} did not take ${lost} bytes from the client`);
  }
}
