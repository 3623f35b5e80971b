import type { Load, WorkerProcess } from "./worker_process.ts";

// How long a worker may take to say what it has to do, in ms.
const ANSWER = 2_000;

/** The load of all workers together, also of those that were replaced and have not ended. */
export class Loads {
  readonly #all: () => Iterable<WorkerProcess>;

  /** @param all The workers that have not ended. */
  constructor(all: () => Iterable<WorkerProcess>) {
    this.#all = all;
  }

  /** Connections, as the workers have told last. */
  get connections(): number {
    return this.#sum(({ lately }) => lately.connections);
  }

  /** Requests, as they have told last. */
  get requests(): number {
    return this.#sum(({ lately }) => lately.requests);
  }

  /** Has `connections` and `requests` be those of now: workers tell them from time to time. */
  async refresh(): Promise<void> {
    await this.#ask();
  }

  /** Milliseconds for which no worker has had anything to do, as they say now. */
  async askQuietMs(): Promise<number> {
    const loads = await this.#ask();
    // Where all are being started again, nobody knows.
    return loads.length === 0 ? 0 : Math.min(...loads.map((load) => load?.quietMs ?? 0));
  }

  async #ask(): Promise<(Load | undefined)[]> {
    return await Promise.all(Array.from(this.#all(), (worker) => worker.load(ANSWER)));
  }

  #sum(count: (worker: WorkerProcess) => number): number {
    return Array.from(this.#all(), count).reduce((sum, each) => sum + each, 0);
  }
}
