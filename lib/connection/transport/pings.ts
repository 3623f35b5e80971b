/** A client that {@linkcode Pings} look after. */
export interface Pinged {
  readonly isPaused: boolean;
  /** Bytes that wait for it. */
  readonly bufferedAmount: number;
  /** Number of writes that the system has taken. */
  readonly writes: number;
  sendPing(): void;
  /** Called when it has answered nothing for two pings. */
  foundSilent(): void;
}

/** How often a {@linkcode Pinged} is pinged. */
export interface PingTimes {
  /** Milliseconds between pings; 0 means none. */
  readonly pingMs: number;
  /** Milliseconds between pings while it is paused; default 5,000. */
  readonly pausedPingMs?: number;
}

const PAUSED_PING = 5_000;

/** Finds out whether a client is still there: by its answers to pings, and while it is paused by sending them. */
export class Pings implements Disposable {
  readonly #pinged: Pinged;
  readonly #times: PingTimes;
  /** Whether anything came since the last ping. */
  #heard = false;
  #timer: ReturnType<typeof setInterval> | undefined;
  #pausedTimer: ReturnType<typeof setInterval> | undefined;

  constructor(pinged: Pinged, times: PingTimes) {
    this.#pinged = pinged;
    this.#times = times;
  }

  /** Begins, where there are to be any. */
  begin(): void {
    const { pingMs } = this.#times;
    if (pingMs === 0) return;
    const pinged = this.#pinged;
    let silent = 0;
    let before = { waited: false, writes: 0 };
    this.#timer = setInterval(() => {
      const { writes } = pinged;
      const takes = before.waited && writes > before.writes;
      before = { waited: pinged.bufferedAmount > 0, writes };
      // What is held back says nothing of who sent it, and whoever takes what waits is there.
      silent = this.#heard || pinged.isPaused || takes ? 0 : silent + 1;
      this.#heard = false;
      if (silent < 2) pinged.sendPing();
      else pinged.foundSilent();
    }, pingMs);
  }

  /** Notes that the client is there: bytes of it came. */
  heard(): void {
    this.#heard = true;
  }

  /** Pings it while it is paused: nothing else tells that the client has left then. */
  paused(): void {
    this.#pausedTimer ??= setInterval(() => {
      if (this.#pinged.isPaused) return this.#pinged.sendPing();
      clearInterval(this.#pausedTimer);
      this.#pausedTimer = undefined;
    }, this.#times.pausedPingMs ?? PAUSED_PING);
  }

  /** No answer is waited for any more. */
  end(): void {
    clearInterval(this.#timer);
  }

  /** Sends no more pings. */
  [Symbol.dispose](): void {
    this.end();
    clearInterval(this.#pausedTimer);
  }
}
