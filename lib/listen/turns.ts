import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { plainAddress } from "../base/host.ts";
import { HALF_CLOSED_TIME, MAX_PIPELINED, REQUEST_TIMEOUT } from "../base/limits.ts";
import { Log } from "../base/log.ts";
import { shareTurn } from "../base/share_turn.ts";
import { SlowReader } from "./slow_reader.ts";

const log = new Log();

/**
 * The requests of one connection, of which a client may send many without waiting for answers: one after the
 * other, as RFC 9112 §9.3.2 has it for those that change something, and as the other engine does. What waits has
 * begun nothing: it has neither a program nor a file, and leaves none behind.
 *
 * While many wait, nothing is read from the client; what came in one chunk with the last of them waits, too.
 */
export class Turns {
  readonly #socket: Socket;
  readonly #waiting: ((comes: boolean) => void)[] = [];
  #busy = false;
  /** When the turn under way began. */
  #since = 0;
  /** The answer under way; undefined where there is none yet. */
  #response: ServerResponse | undefined;
  /** The answer to the request that came last. */
  #latest: ServerResponse | undefined;
  #held = false;
  #isClosing = false;
  readonly #reader: SlowReader;
  #silence: ReturnType<typeof setInterval> | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#reader = new SlowReader(socket);
    socket.on("end", this.#halfClosed).once("close", this.#left);
  }

  /** Whether no request has come yet. */
  get fresh(): boolean {
    return !this.#busy && this.#latest === undefined;
  }

  /** Whether all of the request that came last is there. */
  get whole(): boolean {
    return this.#latest?.req.complete ?? true;
  }

  /** Whether some of an answer is out, and not all of it. */
  get begun(): boolean {
    return this.#response?.headersSent ?? false;
  }

  /**
   * Waits for the turn of a request, which ends when its answer is out.
   *
   * @param response The answer; undefined where it may be none, as of an upgrade: then it is the last turn.
   * @returns Whether it comes; otherwise the client has left.
   */
  async next(response?: ServerResponse): Promise<boolean> {
    this.#latest = response;
    if (this.#busy && !await this.#wait()) return false;
    if (!this.#socket.writable) return false;
    this.#busy = true;
    this.#since = performance.now();
    this.#response = response;
    this.#reader.takesTime = false;
    response?.once("finish", () => this.#over());
    return true;
  }

  /** Has the request that came last get no turn; answers whether it had none yet. */
  dropLatest(): boolean {
    const latest = this.#waiting.pop();
    latest?.(false);
    return latest !== undefined;
  }

  /** Reads nothing more, so that TCP holds the client back. */
  hold(): void {
    if (this.#held) return;
    this.#held = true;
    const socket = this.#socket;
    socket.pause();
    // By itself node:http reads on for each body, and whenever an answer has room again (Deno 2.9).
    socket.resume = () => socket;
    // That its client leaves is not seen then.
    this.#limitSilence(REQUEST_TIMEOUT);
  }

  /** Has answers go on although node:http has let go of the socket, as it does for an upgrade. */
  adopt(): void {
    this.#socket.on("drain", this.#drained);
  }

  /** The last turn is that of a request which gets an answer after all. */
  answer(response: ServerResponse): void {
    this.#response = response;
  }

  /** The client may take its time with the answer under way. */
  takeTime(): void {
    this.#reader.takesTime = true;
  }

  /** Cuts off the client where it takes nothing of what waits for it; called from time to time. */
  look(): void {
    if (this.#reader.isStuck()) this.#cut("the client takes nothing of its answer");
  }

  /** The connection is for requests no more: reads on, and leaves it alone. */
  end(): void {
    const socket = this.#socket.off("end", this.#halfClosed).off("drain", this.#drained);
    socket.off("close", this.#left);
    this.#readOn();
  }

  /** Ends the connection when there is no answer that it waits for. */
  close(): void {
    this.#isClosing = true;
    if (!this.#busy) this.#socket.destroySoon();
  }

  #wait(): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#waiting.push(resolve);
    if (this.#waiting.length >= MAX_PIPELINED) this.hold();
    return promise;
  }

  #over(): void {
    this.#response = undefined;
    // It was the last answer, and the rest gets none.
    if (!this.#socket.writable) return;
    // A client that waits for no answer keeps nobody from coming in.
    const rest = this.#waiting.length > 0 ? shareTurn(this.#since) : undefined;
    if (rest) rest.then(() => this.#goOn());
    else this.#goOn();
  }

  #goOn(): void {
    const next = this.#waiting.shift();
    if (next) next(true);
    else this.#busy = false;
    if (this.#isClosing) this.close();
    if (this.#held && this.#waiting.length < MAX_PIPELINED) this.#readOn();
  }

  #readOn(): void {
    clearInterval(this.#silence);
    if (!this.#held) return;
    this.#held = false;
    delete (this.#socket as Partial<Socket>).resume;
    this.#socket.resume();
  }

  readonly #drained = (): void => {
    this.#response?.emit("drain");
  };

  /** Such a client may wait for its answers, or have left: nothing but an answer finds that out. */
  readonly #halfClosed = (): void => this.#limitSilence(HALF_CLOSED_TIME);

  #limitSilence(ms: number): void {
    const socket = this.#socket;
    let before = socket.bytesWritten;
    clearInterval(this.#silence);
    this.#silence = setInterval(() => {
      const { bytesWritten, writableLength } = socket;
      if (bytesWritten === before && writableLength === 0) {
        this.#cut("the client may have left, and nothing is sent that would tell");
      }
      before = bytesWritten;
    }, ms);
  }

  #cut(why: string): void {
    const remote = plainAddress(this.#socket.remoteAddress ?? "");
    log.with({ remote }).debug("http", `Cut off: ${why}`);
    this.#socket.destroy();
  }

  readonly #left = (): void => {
    clearInterval(this.#silence);
    for (const resolve of this.#waiting.splice(0)) resolve(false);
  };
}
