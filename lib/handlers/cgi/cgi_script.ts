import { messageOf } from "../../base/errors.ts";
import { within } from "../../base/within.ts";
import { LineSplitter } from "../../process/framing.ts";
import { type ChunkSink, Output } from "../../process/output.ts";
import type { Started } from "../../process/runner.ts";
import { ESCALATION, terminate } from "../../process/terminate.ts";
import { CgiAnswer } from "./cgi_answer.ts";
import { CgiUpload } from "./cgi_upload.ts";

/** What a {@linkcode CgiScript} works on. */
export interface CgiScriptOptions {
  /** What goes to its input; null where there is nothing. */
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
  readonly #options: CgiScriptOptions;
  readonly #over = Promise.withResolvers<void>();
  #upload: CgiUpload | undefined;
  #left = false;
  #exited = false;
  /** Whether it was running when it got a signal of ours. */
  #signalled = false;
  #failure: string | undefined;

  constructor(started: Started, options: CgiScriptOptions) {
    this.#started = started;
    this.#options = options;
  }

  /** Whether all of the request's body has come. */
  get uploaded(): boolean {
    return this.#upload?.done ?? false;
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
    this.#over.resolve();
  }

  /** Lets the streams flow, until all of the process has ended; the answer may take longer. */
  async run(): Promise<void> {
    const { child, tree, log } = this.#started;
    const { body, length } = this.#options;
    const upload = this.#upload = new CgiUpload(child.stdin, body, length, () => this.leave());
    const stdout = this.#output("stdout", this.answer, 4096);
    const stderr = this.#output("stderr", new LineSplitter((l) => log.error("stderr", l)), 128);

    stdout.ended.then(() => this.end());
    tree.exit.then(() => {
      this.#exited = true;
      this.end();
    });
    await this.#over.promise;
    upload.abandon();
    const terminated = terminate({
      pid: tree.pid,
      signal: (signal) => {
        this.#signalled ||= !this.#exited;
        return tree.signal(signal);
      },
      ended: (ms) => tree.ended(ms),
    }, { closeMs: this.#options.closeMs, log });
    const taken = Promise.race([stdout.ended, terminated.then(() => stdout.quiet())]);
    this.#finish(taken).catch((error) => {
      log.error("process", `Process ${tree.pid}: ${messageOf(error)}`);
      this.answer.finish("Internal error");
    });
    await terminated;
    await stderr.quiet();
  }

  #output(stream: "stdout" | "stderr", sink: ChunkSink, smallest: number): Output {
    return new Output(this.#started.child[stream], sink, {
      smallest,
      connection: stream === "stdout" ? this.answer : undefined,
      failed: (error) => {
        this.#failure ??= `${stream}: ${messageOf(error)}`;
        this.end();
      },
    });
  }

  /** Ends the answer when all output was taken. */
  async #finish(taken: Promise<void>): Promise<void> {
    const { tree, log } = this.#started;
    await taken;
    const cut = this.#signalled;
    const patience = ESCALATION[0].wait + this.#options.closeMs;
    const status = await within(tree.exit, patience) ? await tree.exit : undefined;
    // A signal of ours says nothing about it.
    const ended = this.#signalled || !status
      ? undefined
      : status.signal ?? (status.code === 0 ? undefined : `exit status ${status.code}`);
    const broken = this.#brokenBy(cut || Boolean(status?.signal && !this.#signalled));
    this.answer.finish(broken && (ended ? `${broken} (${ended})` : broken));
    if (this.#left) return log.debug("process", `Process ${tree.pid} had no client any more`);
    if (broken) log.error("process", `Process ${tree.pid}: ${broken}${ended ? ` (${ended})` : ""}`);
    else if (ended) log.error("process", `Process ${tree.pid} ended with ${ended}`);
    if (this.answer.missing < 0) {
      log.error("process", `Process ${tree.pid} wrote more than its Content-Length`);
    }
  }

  /** Why the answer is not all of it. */
  #brokenBy(killed: boolean): string | undefined {
    const { begun, complete, missing } = this.answer;
    if (this.#left) return "The client has left";
    if (this.#failure !== undefined && !complete) return this.#failure;
    if (!begun) return "It ended before its headers were complete";
    if (missing > 0) return `${missing} bytes of its Content-Length are missing`;
    if (killed && !complete) return "It was ended in the middle of its answer";
    return undefined;
  }
}
