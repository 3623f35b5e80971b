import type { RunningServer } from "./start_server.ts";

/**
 * The work of a server with connections: a program for each, in its words; or one of the two ways in which
 * many clients share something, at every path.
 */
export type Task = readonly string[] | {
  /** `broadcast`: each message to all other clients; `shared`: the lines of one program to all. */
  readonly kind: "broadcast" | "shared";
  /** The words of the program, if there is one; without apostrophes. */
  readonly program: readonly string[];
};

/** A server as the bench knows it: how it is called and how it is started. */
export interface Contestant {
  /** The name in the table. */
  readonly name: string;
  /** Whether it can do more than start a program for each connection. */
  readonly hasRoutes: boolean;
  /** The words that start it on a port of 127.0.0.1. */
  command(port: number, task: Task): readonly [string, ...string[]];
}

/** A ratio that an item should reach; a hint beside the figure, never a verdict. */
export interface Goal {
  /** `>=` when more is better, `<=` when less is. */
  readonly relation: ">=" | "<=";
  /** The ratio of stdws, as it is by default, to another server. */
  readonly ratio: number;
  /** The other server. */
  readonly to: string;
}

/** One figure of an item. */
export interface Metric {
  /** The name in the table, unique among all items. */
  readonly name: string;
  /** The unit, as `µs` or `msg/s`. */
  readonly unit: string;
  /** The goals of stdws against others, if there are any. */
  readonly goals?: readonly Goal[];
}

/** One measurement: an item, a contestant and a round. */
export interface Trial {
  /** The server that is measured. */
  readonly contestant: Contestant;
  /** Whether the sizes of a real measurement are wanted, or those of a quick look. */
  readonly size: "full" | "quick";
  /**
   * Starts the contestant afresh. It is ended after the trial.
   */
  start(task: Task): Promise<RunningServer>;
}

/**
 * A kind of work that is measured.
 *
 * - It MUST do the same work for every contestant, and warm up what it starts before it measures.
 * - It MUST throw when the work was not done right: a figure for less work is worse than none.
 * - It need not start a server, and it MAY leave out a metric that does not apply to a contestant.
 */
export interface Item {
  /** The name for `--only`. */
  readonly name: string;
  /** The figures it yields. */
  readonly metrics: readonly Metric[];
  /** How many rounds are enough, for work that takes long and varies little. */
  readonly mostRounds?: number;
  /** Does the work once and returns the figures by the name of their metric. */
  measure(trial: Trial): Promise<Readonly<Record<string, number>>>;
}
