import { messageOf } from "../base/errors.ts";
import { INPUT_PATIENCE } from "../base/limits.ts";
import { within } from "../base/within.ts";
import { expectedEnd } from "./expected_end.ts";
import type { Feed } from "./feed.ts";
import { logOutlet, type Outlet } from "./outlet.ts";
import { type Cut, Output } from "./output.ts";
import type { Started } from "./runner.ts";
import { type Failure, type Outcome, overtime, statusText } from "./status.ts";
import { ESCALATION, terminate } from "./terminate.ts";

/** Options of {@linkcode Life}. */
export interface LifeOptions {
  /** Milliseconds added to each step of ending it. */
  readonly closeMs: number;
  /** Aborts when the server is ending. */
  readonly ending?: AbortSignal | undefined;
}

/** The ends that the streams of a process are joined to. */
export interface Ends {
  /** Writes to its input from now on; see `Stdin.feed`. */
  feed(stdin: WritableStream<Uint8Array>): Feed;
  readonly stdout: Outlet;
  /** Where its end counts as that of the output; default: it goes to the log. */
  readonly stderr?: Outlet | undefined;
}

// How much longer than a process the news may take that the server is ending, in ms: Ctrl-C reaches both, and a thread of
// its own brings it here (Deno 2.9), which has to be given a processor first.
const SIGNAL_DELAY = 250;

/** The words of the log for why an output was not read to its end. */
const CUTS: Readonly<Record<Cut, string>> = {
  held: "Nothing more is read of it, though somebody who outlives the process still has it",
  flood: "The rest is not read, as somebody who outlives the process writes on and on",
  stuck: "The rest is not read, as nobody takes it",
};

/** Exit codes of a process that Ctrl-C or an end of the system has reached, as a shell counts. */
const INTERRUPTED = [128 + 2, 128 + 15];

/**
 * One process from its start until nothing is left of it: its input, its outputs, its end, and what it has
 * started.
 *
 * The output is over when nobody holds it any more, however long after the process itself. Then, or when the
 * process is told to end, its input is closed, and what is left of it is ended by the escalation.
 */
export class Life {
  /** Resolves when its output was taken to its end, or as far as there is any, with how it ended. */
  readonly over: Promise<Outcome>;
  /** Resolves when nothing is left of it; rejects where something went wrong with that. */
  readonly gone: Promise<void>;
  readonly #started: Started;
  readonly #options: LifeOptions;
  readonly #begun = Promise.withResolvers<Ends>();
  /** Whether it was told to end, before its output was over. */
  readonly #told = Promise.withResolvers<boolean>();
  readonly #over = Promise.withResolvers<Outcome>();
  readonly #failed = Promise.withResolvers<void>();
  #failure: Failure | undefined;
  #patience = 0;
  #signalled = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #expired = false;
  #feed: Feed | undefined;

  /** @param started The process; nothing flows before `begin`. */
  constructor(started: Started, options: LifeOptions) {
    this.#started = started;
    this.#options = options;
    this.over = this.#over.promise;
    const { timeout } = started;
    if (timeout > 0 && timeout < Infinity) {
      this.#timer = setTimeout(() => this.#expire(), timeout);
    }
    this.gone = this.#run().catch((error) => {
      this.#failure ??= { error, atEnd: false };
      this.#settle(this.#outcome({ told: false, cut: false }));
      throw error;
    });
  }

  /** The process number. */
  get pid(): number {
    return this.#started.child.pid;
  }

  /** Bytes of its input that it did not take, and that nobody else will get. */
  get lost(): number {
    return this.#feed?.lost ?? 0;
  }

  /** Bytes of its input that it was given last, and may not have read. */
  get unsure(): number {
    return this.#feed?.unsure ?? 0;
  }

  /** Lets its streams flow; a second time does nothing. */
  begin(ends: Ends): void {
    this.#begun.resolve(ends);
  }

  /** Ends its input, after what waits for it, however long that takes; it lives on. */
  async endInput(): Promise<void> {
    await this.#begun.promise;
    await this.#feed?.end(Infinity);
  }

  /**
   * Ends it, after what waits for it.
   *
   * @param patience For how many ms it may take nothing of that.
   */
  end(patience: number = INPUT_PATIENCE): void {
    this.#patience = patience;
    this.#told.resolve(true);
    // Whoever asks for the second time may have less.
    this.#feed?.end(patience);
  }

  #expire(): void {
    const { log, meter, timeout } = this.#started;
    log.error("process", `Process ${this.pid}: ${overtime(timeout)}`);
    meter.limited("timeout");
    this.#expired = true;
    // However slowly it takes what waits for it.
    this.end(0);
  }

  async #run(): Promise<void> {
    const ends = await this.#begun.promise;
    const { child, tree, log, meter, trace } = this.#started;
    const feed = this.#feed = ends.feed(child.stdin);
    const stdout = this.#read("stdout", ends.stdout);
    const stderr = this.#read("stderr", ends.stderr ?? logOutlet(this.#started));
    const shown = Promise.all(ends.stderr ? [stdout.ended, stderr.ended] : [stdout.ended]);

    shown.then(() => this.#told.resolve(false));
    const told = await this.#told.promise;
    clearTimeout(this.#timer);
    // While the rest of its input is written, it may end of that.
    const hadEnded = tree.exited;
    if (told) await feed.end(this.#patience);
    else feed.abandon();

    const terminated = terminate({
      pid: tree.pid,
      signal: (signal) => {
        if (!tree.isEnding) {
          this.#signalled = true;
          meter.processSignalled(signal);
          trace?.signalled();
        }
        return tree.signal(signal);
      },
      get how() {
        return tree.status && statusText(tree.status);
      },
      ended: (ms) => tree.ended(ms),
    }, { told: told && !hadEnded, closeMs: this.#options.closeMs, log });
    // What is left of its pipes now belongs to nobody who could be found.
    const left = terminated.then(() =>
      Promise.all([this.#rest("stdout", stdout), this.#rest("stderr", stderr)])
    );
    const over = Promise.race([shown, left, this.#failed.promise]);
    // Not to be waited for: who takes its output may take longer than it has lived.
    over.then(() => this.#judge(told)).then((outcome) => this.#settle(outcome));
    await left;
  }

  /** Takes what is left of an output, and says where that was not its end. */
  async #rest(stream: "stdout" | "stderr", output: Output): Promise<void> {
    const cut = await output.quiet(INPUT_PATIENCE);
    if (!cut) return;
    const { log } = this.#started;
    const line = `${stream} of process ${this.pid}: ${CUTS[cut]}`;
    // Of this one, nothing is lost that was written so far.
    if (cut === "held") log.info("process", line);
    else log.error("process", line);
  }

  #read(stream: "stdout" | "stderr", { decoder, ...options }: Outlet): Output {
    const { child, log } = this.#started;
    return new Output(child[stream], decoder, {
      ...options,
      failed: (error, atEnd) => {
        log.error("process", `${stream} of process ${child.pid}: ${messageOf(error)}`);
        this.#failure ??= { error, atEnd };
        if (atEnd) return;
        this.#told.resolve(false);
        this.#failed.resolve();
      },
    });
  }

  /** Finds out how the process ended, now that its output is over. */
  async #judge(told: boolean): Promise<Outcome> {
    const cut = this.#signalled;
    const { tree } = this.#started;
    // Where something went wrong in the middle of its output, it need not end by itself.
    if (this.#failure?.atEnd === false) return this.#outcome({ told, cut });
    const patience = ESCALATION[0].wait + this.#options.closeMs;
    // Who goes on has no status; that of who ends by itself may come late, and nobody else knows it.
    const ends = told ? within(tree.exit, patience) : tree.ends(patience);
    if (!(await ends)) return this.#outcome({ told, cut });
    const status = await tree.exit;
    if (this.#signalled) return this.#outcome({ told, cut });
    if (!told && INTERRUPTED.includes(status.code)) await this.#awaitNews();
    return this.#outcome({ told, cut, status });
  }

  #outcome(
    known: Pick<Outcome, "told" | "cut"> & { status?: Deno.CommandStatus },
  ): Outcome {
    const shutdown = this.#options.ending?.aborted ?? false;
    const timeout = this.#expired ? this.#started.timeout : undefined;
    return { status: undefined, shutdown, failure: this.#failure, timeout, ...known };
  }

  /** Gives the server the time to hear that it is to end. */
  async #awaitNews(): Promise<void> {
    const { ending } = this.#options;
    if (!ending || ending.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const heard = () => resolve();
    ending.addEventListener("abort", heard, { once: true });
    // To hear it of somebody else takes longer, and then it is known that there was a signal.
    await within(promise, SIGNAL_DELAY) || await within(promise, expectedEnd());
    ending.removeEventListener("abort", heard);
  }

  #settle(outcome: Outcome): void {
    const { tree, release } = this.#started;
    // Who hears of the end may start another at once.
    if (tree.exited) release();
    else tree.exit.then(release);
    this.#over.resolve(outcome);
  }
}
