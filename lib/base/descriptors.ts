import { Log } from "./log.ts";

const log = new Log();

// Of so many descriptors one is kept back, no fewer and no more than these: for what is under way already.
const SHARE = 16;
const LEAST = 4;
const MOST = 32;

// Looking costs more the more there are: while few are left, it is done no more often than that, in ms.
const LOOK_MS = 100;

/** The descriptors of this process against what the system lets it have. */
export interface Holding {
  readonly used: number;
  /** Infinity where nobody says. */
  readonly limit: number;
}

/** Options of {@linkcode Descriptors}. */
export interface DescriptorsOptions {
  /** Counts them; default: by `/proc`, where that may be read: on Linux, with `-A`. Elsewhere none are used. */
  readonly count?: () => Holding;
  /** Default: `performance.now`. */
  readonly now?: () => number;
}

/**
 * The watch over the descriptors of this process, files and sockets alike: who takes requests asks it before each,
 * and refuses with 503 while few are left, so that those that are under way already come to their end.
 */
export class Descriptors {
  readonly #count: () => Holding;
  readonly #now: () => number;
  /** Questions that may be answered without looking: none takes more descriptors than it leaves room for. */
  #unseen = 0;
  #few = false;
  #looked = -Infinity;

  constructor({ count = counted, now = () => performance.now() }: DescriptorsOptions = {}) {
    this.#count = count;
    this.#now = now;
  }

  /** The descriptors that there are, and the limit. Counts them. */
  get holding(): Holding {
    return this.#count();
  }

  /** Descriptors that can still be had; Infinity where nobody says. Counts them. */
  get left(): number {
    const { used, limit } = this.holding;
    return Math.max(0, limit - used);
  }

  /** Whether so few are left that nothing more should begin. The log is told when that changes. */
  get few(): boolean {
    if (this.#few ? this.#now() - this.#looked >= LOOK_MS : this.#unseen-- <= 0) this.#look();
    return this.#few;
  }

  #look(): void {
    const { used, limit } = this.#count();
    const left = limit - used;
    const kept = Math.min(MOST, Math.max(LEAST, Math.floor(limit / SHARE)));
    // A request takes a descriptor, its program three more.
    this.#unseen = left >> 3;
    this.#looked = this.#now();
    if (left < kept === this.#few) return;
    this.#few = !this.#few;
    if (this.#few) {
      log.error(
        "server",
        `Refusing requests: ${Math.max(0, left)} of ${limit} descriptors are left`,
      );
    } else log.info("server", "Taking requests again");
  }
}

/** The watch of this process. */
export const descriptors: Descriptors = new Descriptors();

/** The limit, which is looked for once: it does not change. */
let limit = Deno.build.os === "linux" ? undefined : Infinity;

function counted(): Holding {
  try {
    limit ??= limitIn(Deno.readTextFileSync("/proc/self/limits"));
    if (limit === Infinity) return { used: 0, limit };
    return { used: Array.from(Deno.readDirSync("/proc/self/fd")).length, limit };
  } catch (error) {
    // Even looking takes one. All else means that nobody may look.
    const none =
      !(error instanceof Deno.errors.NotCapable || error instanceof Deno.errors.NotFound);
    if (none && limit !== undefined) return { used: limit, limit };
    limit = none ? undefined : Infinity;
    return { used: 0, limit: Infinity };
  }
}

function limitIn(limits: string): number {
  return Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? Infinity);
}
