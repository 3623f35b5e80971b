import type { Connection } from "../contract.ts";
import { messageOf } from "../base/errors.ts";
import { INPUT_PATIENCE } from "../base/limits.ts";
import { within } from "../base/within.ts";
import type { Feed } from "./feed.ts";
import { LineSplitter, LineTooLongError } from "./framing.ts";
import { type ChunkSink, Output } from "./output.ts";
import type { Started } from "./runner.ts";
import type { SharedInput, Source } from "./shared_input.ts";
import { type Close, closeOf } from "./status.ts";
import { ESCALATION, terminate } from "./terminate.ts";

/** How a {@linkcode SharedProcess} is joined to those who share it. */
export interface SharedProcessOptions<S extends Source> {
  readonly input: SharedInput<S>;
  /** Takes its output. */
  readonly sink: ChunkSink;
  /** While this is behind, the process has to wait with its output; nothing where it never has to. */
  readonly pace: Pick<Connection, "bufferedAmount" | "drained"> | undefined;
  /** Milliseconds added to each step of ending it. */
  readonly closeMs: number;
}

// Of the shortest lines no more than a client may have waiting beyond the high-water mark.
const STRIDE = 4 * 1024;

/** One process that many share, from its begin to its end. */
export class SharedProcess<S extends Source> {
  readonly #started: Started;
  readonly #options: SharedProcessOptions<S>;
  /** Whether it ended by itself, or was told to. */
  readonly #told = Promise.withResolvers<boolean>();
  readonly #over = Promise.withResolvers<Close | undefined>();
  readonly #gone = Promise.withResolvers<void>();
  readonly #begun = Promise.withResolvers<void>();
  #failure: Close | undefined;

  /** Settles when nothing is left of it; rejects where something went wrong with it. */
  readonly life: Promise<void>;

  /** @param started The process; nothing of its output is read before `begin`. */
  constructor(started: Started, options: SharedProcessOptions<S>) {
    this.#started = started;
    this.#options = options;
    this.life = this.#run().finally(() => {
      this.#over.resolve({ code: 1011, reason: "Internal error" });
      this.#gone.resolve();
    });
  }

  /** Its number. */
  get pid(): number {
    return this.#started.child.pid;
  }

  /**
   * Resolves when it has ended and all that it wrote was taken, with how a client hears of it; with
   * nothing where it was told to end.
   */
  get over(): Promise<Close | undefined> {
    return this.#over.promise;
  }

  /** Resolves when nothing is left of it nor of what it has started. */
  get gone(): Promise<void> {
    return this.#gone.promise;
  }

  /** Lets its streams flow; a second time does nothing. */
  begin(): void {
    this.#begun.resolve();
  }

  /** Ends it after what waits for it, by the escalation. */
  end(): void {
    this.#told.resolve(false);
  }

  async #run(): Promise<void> {
    await this.#begun.promise;
    const { child, tree, log } = this.#started;
    const { input, sink, pace, closeMs } = this.#options;
    const stdout = this.#output("stdout", sink, pace);
    const stderr = this.#output("stderr", new LineSplitter((line) => log.error("stderr", line)));
    const feed = input.feed(child.stdin);

    const over = () => this.#told.resolve(true);
    stdout.ended.then(over);
    tree.exit.then(over);
    const byItself = await this.#told.promise;
    if (byItself) feed.abandon();
    else await feed.end(INPUT_PATIENCE);

    const terminated = terminate(tree, { closeMs, log });
    this.#over.resolve(byItself ? await this.#howItEnded(stdout, terminated) : undefined);
    await terminated;
    await Promise.all([stdout.quiet(), stderr.quiet()]);
    this.#reportLoss(feed);
  }

  #output(
    stream: "stdout" | "stderr",
    sink: ChunkSink,
    connection?: SharedProcessOptions<S>["pace"],
  ): Output {
    const { child, log } = this.#started;
    return new Output(child[stream], sink, {
      smallest: 512,
      stride: STRIDE,
      connection,
      failed: (error) => {
        log.error("process", `${stream} of process ${child.pid}: ${messageOf(error)}`);
        this.#failure ??= error instanceof LineTooLongError
          ? { code: 1009, reason: error.message }
          : { code: 1011, reason: "Internal error" };
        this.#told.resolve(true);
      },
    });
  }

  /** How a client hears of its end, after everything that it wrote. */
  async #howItEnded(stdout: Output, terminated: Promise<boolean>): Promise<Close> {
    const { tree } = this.#started;
    if (this.#failure) return this.#failure;
    if (!(await within(tree.exit, ESCALATION[0].wait + this.#options.closeMs))) {
      // It closed its output, and goes on without it until it is ended.
      return { code: 1000, reason: "" };
    }
    // Where something that it left behind still holds its output, that is ended first.
    await Promise.race([stdout.ended, terminated]);
    await stdout.quiet();
    return this.#failure ?? closeOf(await tree.exit);
  }

  #reportLoss({ lost }: Feed<S>): void {
    if (lost === 0) return;
    const { log } = this.#started;
    log.error("process", `Process ${this.pid} did not take ${lost} bytes from its clients`);
  }
}
