import { duration } from "../base/duration.ts";
import { Log } from "../base/log.ts";
import { nextTurn } from "../base/next_turn.ts";
import { within } from "../base/within.ts";
import type { Ready, WorkerProcess } from "./worker_process.ts";

const log = new Log();

// The least that a worker may take until it serves, in ms; and how often as long as others have taken: what takes
// minutes to load may do so again, on a machine that is busier.
const LEAST = 30_000;
const TIMES = 3;

/** The patience with workers that are started while others serve: one that never comes to serve is of no use to anybody. */
export class StartPatience {
  #ms: number;

  /** @param least Milliseconds that each may take; default 30 s. */
  constructor(least: number = LEAST) {
    this.#ms = least;
  }

  /** Milliseconds that a worker may take. */
  get ms(): number {
    return this.#ms;
  }

  /** A worker serves, which has taken so many ms. */
  note(took: number): void {
    this.#ms = Math.max(this.#ms, TIMES * took);
  }

  /**
   * Waits until a worker serves, and kills it where it takes too long for that.
   *
   * @returns undefined where it has ended.
   */
  async with(worker: WorkerProcess): Promise<Ready | undefined> {
    const ms = this.#ms;
    const isInTime = await within(worker.ready, ms);
    // This process may have been stopped itself: what has come meanwhile is heard first.
    if (!isInTime) await nextTurn();
    if (!worker.isReady && !worker.hasEnded) {
      const why = "as where a module does not finish loading: it is killed";
      log.error("server", `${worker.name} does not serve within ${duration(ms)}, ${why}`);
      worker.kill();
    }
    return await worker.ready;
  }
}
