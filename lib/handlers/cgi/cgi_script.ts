import { Life } from "../../process/life.ts";
import type { Started } from "../../process/runner.ts";
import { type Outcome, overtime } from "../../process/status.ts";
import { messageOf } from "../../base/errors.ts";
import { CgiAnswer } from "./cgi_answer.ts";
import { CgiUpload } from "./cgi_upload.ts";

/** Options of a {@linkcode CgiScript}. */
export interface CgiScriptOptions {
  /** The stream that goes to its input; null where there is nothing. */
  readonly body: ReadableStream<Uint8Array> | null;
  /** Bytes of that. */
  readonly length: number;
  /** Milliseconds added to each step of ending it. */
  readonly closeMs: number;
}

/** One script that answers one request. */
export class CgiScript {
  readonly answer: CgiAnswer = new CgiAnswer(() => this.leave());
  readonly #started: Started;
  readonly #life: Life;
  readonly #upload: CgiUpload;
  #left = false;
  #timedOut = false;

  constructor(started: Started, options: CgiScriptOptions) {
    this.#started = started;
    this.#life = new Life(started, options);
    this.#upload = new CgiUpload(options.body, options.length);
  }

  /** Whether all of the request's body has come. */
  get uploaded(): boolean {
    return this.#upload.done;
  }

  /** Whether it was ended because it may run no longer. */
  get timedOut(): boolean {
    return this.#timedOut;
  }

  /** Tells it that the client has left. */
  leave(): void {
    // An engine also wants no more when it has all that was announced.
    if (!this.answer.complete) this.#left = true;
    this.answer.discard();
    this.end();
  }

  /** Ends it; what it still writes is sent. */
  end(): void {
    this.#upload.abandon();
    this.#life.end(0);
  }

  /** Lets the streams flow, until all of the process has ended; the answer may take longer. */
  async run(): Promise<void> {
    this.#life.begin({
      feed: (stdin) => this.#upload.feed(stdin, () => this.leave()),
      stdout: { decoder: this.answer, gauge: this.answer, smallest: 4096 },
    });
    this.#life.over.then((outcome) => this.#finish(outcome)).catch((error) => {
      this.#started.log.error("process", `Process ${this.#life.pid}: ${messageOf(error)}`);
      this.answer.finish("Internal error");
    });
    await this.#life.gone;
  }

  /** Ends the answer, now that all output was taken. */
  #finish(outcome: Outcome): void {
    this.#upload.abandon();
    const { log } = this.#started;
    const script = `Process ${this.#life.pid}`;
    const { status } = outcome;
    const ended = !status
      ? undefined
      : status.signal ?? (status.code === 0 ? undefined : `exit status ${status.code}`);
    const broken = this.#brokenBy(outcome);
    this.#timedOut = outcome.timeout !== undefined;
    this.answer.finish(broken && (ended ? `${broken} (${ended})` : broken));
    if (this.#left) return log.debug("process", `${script} had no client any more`);
    // What went wrong in the middle of it, the log knows already.
    if (this.#timedOut || outcome.failure && broken) return;
    if (broken) log.error("process", `${script}: ${broken}${ended ? ` (${ended})` : ""}`);
    else if (ended) log.error("process", `${script} ended with ${ended}`);
    if (this.answer.missing < 0) {
      log.error("process", `${script} wrote more than its Content-Length`);
    }
  }

  /** Why the answer is not all of it. */
  #brokenBy({ failure, cut, status, timeout }: Outcome): string | undefined {
    const { begun, complete, missing } = this.answer;
    if (this.#left) return "The client has left";
    if (timeout !== undefined && !complete) return overtime(timeout);
    if (failure && !complete) return messageOf(failure.error);
    if (!begun) return "It ended before its headers were complete";
    if (missing > 0) return `${missing} bytes of its Content-Length are missing`;
    if ((cut || status?.signal) && !complete) return "It was ended in the middle of its answer";
    return undefined;
  }
}
