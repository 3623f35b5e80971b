import type { MetricsData } from "../../admin/metrics_of_all.ts";
import type { Heard, OtherAnswer, OtherQuestion, Silent } from "../../admin/others.ts";
import { messageOf } from "../../base/errors.ts";
import type { Channel } from "../../bus/bus.ts";
import { Calls } from "../calls.ts";
import type { WorkerFacts } from "../services.ts";
import { CountedBefore } from "./counted_before.ts";

// Milliseconds that each may take: whoever asks the admin's place waits for 5 s.
const PATIENCE = 2_000;

/** A question of a worker to all others. */
export interface AskedOfAll {
  readonly question: OtherQuestion;
  readonly data: unknown;
  /** The answer of whoever asks, where that is to be kept with those of the others. */
  readonly own?: unknown;
}

/** The workers as their parent sees them. */
export interface Crew {
  /** Workers that are to be there and do not serve. */
  readonly missing: readonly Silent[];
  /** Whether another process has the number of this one now. */
  isRetired(pid: number): boolean;
}

/** The side of the parent of what one worker asks of all others: it hands on the question, and gathers the answers. */
export class AskAll {
  readonly #crew: () => Crew | undefined;
  readonly #there = new Map<Calls, WorkerFacts>();
  readonly #counted = new CountedBefore();

  /** @param crew Is asked for with each question; undefined as long as nobody knows. */
  constructor(crew: () => Crew | undefined) {
    this.#crew = crew;
  }

  /** Takes a worker in until its channel is closed; see `joinOthers` for its side. */
  attach(channel: Channel, worker: WorkerFacts): void {
    const calls: Calls = new Calls(channel, {
      all: (asked: AskedOfAll) => this.#ask(calls, asked),
    });
    this.#there.set(calls, worker);
    calls.closed.then(() => {
      this.#there.delete(calls);
      this.#counted.left(calls);
    });
  }

  async #ask(from: Calls, { question, data, own }: AskedOfAll): Promise<Heard> {
    const answers: OtherAnswer[] = [];
    const crew = this.#crew();
    const silent = new Map(crew?.missing.map((each) => [each.worker, each]));
    await Promise.all(Array.from(this.#there, async ([calls, { number, pid }]) => {
      // One that does not serve yet has been named.
      if (calls === from || silent.has(number)) return;
      try {
        const answer = await calls.ask(question, data, { ms: PATIENCE });
        if (question === "metrics") this.#counted.note(calls, answer as MetricsData);
        answers.push({ worker: number, pid, isRetired: crew?.isRetired(pid) ?? false, answer });
      } catch (error) {
        silent.set(number, { worker: number, reason: `does not answer: ${messageOf(error)}` });
      }
    }));
    if (question === "metrics") {
      this.#counted.note(from, own as MetricsData);
      const gone = await this.#counted.ofGone();
      if (gone) answers.push({ worker: 0, pid: 0, isRetired: true, answer: gone });
    }
    const byNumber = (one: { worker: number }, other: { worker: number }) =>
      one.worker - other.worker;
    return { answers: answers.sort(byNumber), silent: [...silent.values()].sort(byNumber) };
  }
}
