import { peakOf, untilIdle } from "../support/processes.ts";
import { needing } from "../support/programs.ts";
import { type StartOptions, TestServer } from "../support/server.ts";
import { isAsBefore, type Possessions, possessionsOf } from "./possessions.ts";

/** The engines, by their names in the table. */
export type EngineName = "native" | "node";

/** Figures of one attack on one engine; they stand in the table, and none of them is asserted. */
export interface Figures {
  /** The longest round trip of a client that did nothing wrong, in ms. */
  readonly longestWait?: number;
  /** The most memory that the server had, in bytes. */
  readonly peak?: number;
  /** Messages, requests or connections that were counted, and all of them were right. */
  readonly counted?: number;
  /** Descriptors that the server had more than before. */
  readonly descriptors?: number;
  /** Processes that were left of it. */
  readonly processes?: number;
}

/** A line of the table of `deno task abuse`. */
export interface AbuseRecord extends Figures {
  readonly name: string;
  readonly engine: EngineName;
}

/** Options of {@linkcode abuse}. */
export interface AbuseOptions {
  /** Default: both. */
  readonly engines?: readonly EngineName[];
  /** Programs without which it is left out. */
  readonly needs?: readonly string[];
}

/**
 * Defines a test for each engine: somebody tries to stop the server, to leak from it, or to make it lose
 * something. It asserts counts, codes, order, descriptors and processes; what depends on the speed of the
 * machine it only notes.
 *
 * @param name Who does what: "a client that …", "a program that …".
 */
export function abuse(
  name: string,
  test: (attack: Attack) => Promise<void>,
  { engines = ["native", "node"], needs = [] }: AbuseOptions = {},
): void {
  for (const engine of engines) {
    Deno.test({
      ...needing(`stdws withstands ${name} [${engine}]`, ...needs),
      async fn() {
        const attack = new Attack(engine);
        await test(attack);
        record({ name, engine, ...attack.figures });
      },
    });
  }
}

/** One attack on one engine. */
export class Attack {
  readonly engine: EngineName;
  #figures: Figures = {};

  constructor(engine: EngineName) {
    this.engine = engine;
  }

  /** Whether its figures are for the table; without it, less may be enough to assert the same. */
  get isMeasured(): boolean {
    return recordsPath() !== undefined;
  }

  get figures(): Figures {
    return this.#figures;
  }

  /** Starts a server on a free port, with this engine, and waits until all that belongs to it is there. */
  async start(args: readonly string[], options: StartOptions = {}): Promise<TestServer> {
    const form = this.engine === "node" ? "node" : "deno run";
    const server = await TestServer.start(args, { form, ...options });
    await untilIdle(server.pid);
    return server;
  }

  /** Notes figures for the table; of two peaks and waits the larger. */
  note(figures: Figures): void {
    const worst = (name: "longestWait" | "peak") => {
      const values = [this.#figures[name], figures[name]].filter((value) => value !== undefined);
      return values.length > 0 ? { [name]: Math.max(...values) } : {};
    };
    this.#figures = { ...this.#figures, ...figures, ...worst("longestWait"), ...worst("peak") };
  }

  /**
   * Waits until a server has no more descriptors and processes than before, and notes its peak of memory; fails
   * after two minutes.
   */
  async isAsBefore(server: TestServer, before: Possessions): Promise<void> {
    await isAsBefore(server.pid, before);
    const { descriptors, processes } = possessionsOf(server.pid);
    this.note({
      peak: peakOf(server.pid),
      descriptors: Math.max(0, descriptors - before.descriptors),
      processes: processes - before.processes,
    });
  }
}

const recordsPath = () => Deno.env.get("ABUSE_RECORDS") || undefined;

/** Adds a line for the table, where somebody makes one. */
function record(line: AbuseRecord): void {
  const path = recordsPath();
  if (path) Deno.writeTextFileSync(path, `${JSON.stringify(line)}\n`, { append: true });
}
