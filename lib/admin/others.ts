/** The answer of another server. */
export interface OtherAnswer {
  /** The number of that. */
  readonly worker: number;
  /** The number of its process. */
  readonly pid: number;
  /** Whether another one has taken its place, and it only waits for the last of its clients. */
  readonly isRetired: boolean;
  /** The answer itself, as JSON can say it. */
  readonly answer: unknown;
}

/** A server that has not answered. */
export interface Silent {
  /** The number of that. */
  readonly worker: number;
  /** The reason, of which it is the subject. */
  readonly reason: string;
}

/** Answers of all others. */
export interface Heard {
  /** Answers that came in time, by number. */
  readonly answers: readonly OtherAnswer[];
  /** The servers that gave none. */
  readonly silent: readonly Silent[];
}

/** The other servers that are one with this one: workers of one parent. */
export interface Others {
  /** The number of this one. */
  readonly worker: number;
  /**
   * Asks all of the others, and waits no longer than a while. Never rejects.
   *
   * @param own The answer of this one, with `metrics`: what a server has counted is told of also when it is gone, by an
   * answer of number 0.
   */
  ask(question: OtherQuestion, data: unknown, own?: unknown): Promise<Heard>;
  /** Answers them from now on. */
  answer(questions: Readonly<Record<OtherQuestion, (data: never) => unknown>>): void;
}

/** The questions that there are. */
export type OtherQuestion = "readiness" | "metrics" | "connections" | "end";
