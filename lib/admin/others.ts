/** The answer of another server. */
export interface OtherAnswer {
  /** Its number. */
  readonly worker: number;
  readonly pid: number;
  /** Whether another one has taken its place, and it only waits for the last of its clients. */
  readonly isRetired: boolean;
  readonly answer: unknown;
}

/** A server that has not answered. */
export interface Silent {
  /** Its number. */
  readonly worker: number;
  /** The reason, of which it is the subject. */
  readonly reason: string;
}

/** Answers of all others. */
export interface Heard {
  readonly answers: readonly OtherAnswer[];
  readonly silent: readonly Silent[];
}

/** The other servers that are one with this one: workers of one parent. */
export interface Others {
  /** The number of this one. */
  readonly worker: number;
  /** Asks all of the others, and waits no longer than a while. Never rejects. */
  ask(question: OtherQuestion, data: unknown): Promise<Heard>;
  /** Answers them from now on. */
  answer(questions: Readonly<Record<OtherQuestion, (data: never) => unknown>>): void;
}

/** The questions that there are. */
export type OtherQuestion = "readiness" | "metrics" | "connections" | "end";
