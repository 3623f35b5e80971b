import type { Batch } from "../../../base/batch.ts";
import { messageOf } from "../../../base/errors.ts";
import { CLOSE_TIMEOUT } from "../../../base/limits.ts";
import { nextTurn } from "../../../base/next_turn.ts";
import type { Transport, TransportEvents } from "../../../contract.ts";
import { unsentTo } from "../unsent.ts";
import { watchProgress } from "../watch_progress.ts";
import { AnswerBody, type AnswerBodyEvents } from "./answer_body.ts";
import type { Form } from "./form.ts";
import type { Upload } from "./upload.ts";

// Proxies give up on what is silent for longer: nginx after 60 s.
const PING_MS = 15_000;

/** Options of {@linkcode HttpTransport}. */
export interface HttpTransportOptions {
  readonly form: Form;
  /** The body of the request, where that is what the client says. */
  readonly upload?: Upload | undefined;
  /** Aborts when the client leaves. */
  readonly left: AbortSignal;
  /**
   * Milliseconds between pings, of which a client that takes none for twice that is dropped; 0: such pings as the form
   * has, every 15 s, and nobody is dropped for them.
   */
  readonly pingMs: number;
  /** The client's port, by which the system knows what has not reached it; 0 on a Unix socket. */
  readonly port: number;
}

/** A close code with its reason. */
export interface Closing {
  readonly code: number;
  readonly reason: string;
}

/**
 * A request and its answer in place of a WebSocket: messages for the client are the body of the answer, and where the
 * request has a body that is to be read, it is what the client says.
 *
 * Backpressure: what the engine has not taken yet waits here, and an upload is not read on while it is paused.
 */
export class HttpTransport implements Transport, AnswerBodyEvents {
  readonly isPlain = true;
  readonly #options: HttpTransportOptions;
  readonly #body = new AnswerBody(this);
  readonly #begun = Promise.withResolvers<void>();
  #events: TransportEvents | undefined;
  /** Whether nothing that is sent is for the client: it only says something. */
  #mute = false;
  #sent = false;
  /** Whether its handler has it, which says whether it answers. */
  #isOpen = false;
  #closing: Closing | undefined;
  /** Milliseconds that the client may take nothing in then. */
  #patience = Infinity;
  #closed = false;
  /** How much was taken at the last ping, and at how many of them nothing more was. */
  #takenBefore = 0;
  #looks = 0;
  #pinging: ReturnType<typeof setInterval> | undefined;
  #watch: Disposable | undefined;

  constructor(options: HttpTransportOptions) {
    this.#options = options;
  }

  /** The body of the answer; whoever reads it no further MUST cancel it. */
  get body(): ReadableStream<Uint8Array> {
    return this.#body.stream;
  }

  /** Resolves when something was sent, or it is closed. */
  get begun(): Promise<void> {
    return this.#begun.promise;
  }

  /** How it was closed where it was before anything was sent; otherwise undefined. */
  get unsaid(): Closing | undefined {
    return this.#sent ? undefined : this.#closing;
  }

  /** Whether the client is told nothing but that its messages were taken. */
  get isMute(): boolean {
    return this.#mute;
  }

  /** Tells of everything from now on, beginning with `opened`. */
  listen(events: TransportEvents): void {
    const { left, upload, form, pingMs } = this.#options;
    this.#events = events;
    if (left.aborted) return this.left();
    left.addEventListener("abort", this.#leave);
    if (form.head) this.#body.push(form.head);
    if (form.ping || pingMs > 0) {
      this.#pinging = setInterval(() => this.#ping(), pingMs || PING_MS);
    }
    events.opened();
    if (upload) this.#upload(upload, events);
    else this.#opened();
  }

  #opened(): void {
    this.#isOpen = true;
    if (this.#sent) this.#begun.resolve();
  }

  async #upload(upload: Upload, events: TransportEvents): Promise<void> {
    const { answersEnd = false } = events;
    if (answersEnd instanceof Promise) this.#mute = !await answersEnd && !this.#closing;
    // Not a moment later where it is known.
    else this.#mute = !answersEnd;
    if (this.#mute) {
      this.#sent = false;
      this.#body.clear();
    }
    this.#opened();
    try {
      if (await upload.run(events, this.#mute)) await this.#uploaded(events);
    } catch (error) {
      events.failed(messageOf(error));
      this.left();
    }
  }

  get bufferedAmount(): number {
    return this.#body.bufferedAmount;
  }

  get unsent(): number | undefined {
    const { port } = this.#options;
    return port > 0 ? unsentTo(port) : undefined;
  }

  drained(amount?: number): Promise<void> {
    // Nothing is sent any more, and whoever sends does not know yet.
    return this.#closing ? nextTurn() : this.#body.drained(amount);
  }

  send(batch: Batch): void {
    if (this.#mute || this.#closing || batch.size === 0) return;
    this.#body.push(this.#options.form.encode(batch));
    this.#sent = true;
    if (this.#isOpen) this.#begun.resolve();
  }

  close(code: number, reason: string, patience = CLOSE_TIMEOUT): void {
    if (this.#closed) return;
    if (this.#closing) return this.#within(patience);
    const { form, upload } = this.#options;
    this.#closing = { code, reason };
    upload?.stop();
    if (!this.#mute && form.end) this.#body.push(form.end(code, reason));
    // The status of an upload tells, where nothing was sent.
    const isWhole = code === 1000 || form.end || (upload && !this.#sent);
    this.#body.end(isWhole ? undefined : `Closed with ${code} ${reason}`.trimEnd());
    this.#begun.resolve();
    this.#within(patience);
  }

  pause(): boolean {
    return this.#options.upload?.pause() ?? true;
  }

  resume(): void {
    this.#options.upload?.resume();
  }

  ended(): void {
    const { code, reason } = this.#closing ?? { code: 1000, reason: "" };
    this.#end(code, reason);
  }

  left(): void {
    if (this.#closed) return;
    this.#body.drop();
    this.#end(1006, "");
  }

  readonly #leave = () => this.left();

  /** The client has sent all. */
  async #uploaded(events: TransportEvents): Promise<void> {
    if (this.#closing || this.#closed) return;
    if (!this.#mute) return events.ended?.();
    const answer = events.closing(1000, "");
    if (answer) await answer;
    // Its handler may have closed it in another way.
    if (!this.#closing) this.close(1000, "");
  }

  #ping(): void {
    const { form, pingMs } = this.#options;
    const { taken } = this.#body;
    const waits = this.bufferedAmount > 0;
    if (!waits && form.ping) this.#body.push(form.ping);
    const isStuck = waits && pingMs > 0 && taken === this.#takenBefore;
    this.#takenBefore = taken;
    if (!isStuck) return void (this.#looks = 0);
    if (++this.#looks < 2) return;
    this.#events?.end(1001, "No answer to pings");
    this.#giveUp();
  }

  /** Gives the client so many ms, in which it may take nothing, for the rest. */
  #within(patience: number): void {
    if (this.#closed || patience >= this.#patience) return;
    this.#patience = patience;
    this.#watch?.[Symbol.dispose]();
    const amount = () => this.bufferedAmount;
    this.#watch = watchProgress(amount, patience, () => this.unsent, () => this.#giveUp());
  }

  #giveUp(): void {
    if (this.#closed) return;
    const lost = this.#body.drop("The client reads nothing");
    if (lost > 0) this.#events?.lost(lost);
    this.#end(1006, "");
  }

  #end(code: number, reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    const { left, upload } = this.#options;
    clearInterval(this.#pinging);
    this.#watch?.[Symbol.dispose]();
    left.removeEventListener("abort", this.#leave);
    upload?.stop();
    this.#begun.resolve();
    // Not while its connection is only about to close it.
    queueMicrotask(() => this.#events?.closed(code, reason));
  }
}
