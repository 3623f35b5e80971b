import { nextTurn } from "../base/next_turn.ts";
import { within } from "../base/within.ts";
import type { Child } from "./launch.ts";
import { findOrphans, lookForOrphans } from "./orphans.ts";
import { childrenOf, isEnding, startOf } from "./proc.ts";

const POLL_MS = 10;

// How much longer the status of a program may take whose end has begun, in ms, before what it leaves behind is told
// to end: it has nothing else to do for that but to be given the processor, once.
const STATUS_PATIENCE = 1_000;

// How many looks in a row have to find nobody where somebody was found before: one that has ended since may have left
// another, which that look could not see.
const LOOKS = 2;

// How many looks are repeated that can have missed somebody: on a machine where processes come and go all the time,
// each can.
const VAGUE = 3;

/** The policy for the processes that a program leaves behind: they are ended like itself, or may live on. */
export type Orphans = "end" | "keep";

const trees = new Set<ProcessTree>();

/** Kills every process of this server at once: for a server that has no time left. */
export function killAll(): void {
  const { orphans } = findOrphans();
  for (const tree of trees) tree.kill(orphans);
}

/** Whether a process is a program of this server that was not seen to end yet. */
export function isProgram(pid: number): boolean {
  for (const tree of trees) if (tree.pid === pid && !tree.exited) return true;
  return false;
}

/**
 * A program and all that it started, also what outlived its own parent.
 *
 * This needs no process group: descendants are walked from the program, and orphans are known by the
 * `UNIQUE_ID` that they inherited, or by their mark, which a daemon that hides its environment keeps. Without
 * FFI there are no marks, and on systems without /proc no orphan is found.
 */
export class ProcessTree {
  /** Resolves to the status of the program itself when it has ended. */
  readonly exit: Promise<Deno.CommandStatus>;
  readonly #child: Child;
  readonly #id: string;
  readonly #orphans: Orphans;
  #status: Deno.CommandStatus | undefined;
  /** Start time by process number. */
  #others: Map<number, string> | undefined;

  /**
   * @param child The program.
   * @param id The program's `UNIQUE_ID`.
   * @param orphans The policy for processes that lose their parent; default: they are part of it.
   */
  constructor(child: Child, id: string, orphans: Orphans = "end") {
    this.#child = child;
    this.#id = id;
    this.#orphans = orphans;
    this.exit = child.status.then((status) => {
      this.#status = status;
      return status;
    });
    trees.add(this);
  }

  /** Whether the program itself has ended. */
  get exited(): boolean {
    return this.#status !== undefined;
  }

  /**
   * Whether the program itself has ended, or nothing can change any more how it does: its status is on its way.
   * Where nobody can tell, false until that is there.
   */
  get isEnding(): boolean {
    return this.exited || isEnding(this.pid);
  }

  /** The status of the program itself, once it has ended. */
  get status(): Deno.CommandStatus | undefined {
    return this.#status;
  }

  /** The program's process number. */
  get pid(): number {
    return this.#child.pid;
  }

  /**
   * Sends a signal to all of them: at once to the program and what descends from it, and to orphans as
   * soon as a look has found them.
   */
  async signal(signal: Deno.Signal): Promise<void> {
    this.#signalKnown(signal, []);
    if (this.#orphans === "keep") return;
    const { orphans } = await lookForOrphans();
    // Not to what those have started since who got it: that is what they do about it.
    for (const [pid, start] of familyOf(orphans.get(this.#id) ?? [])) {
      if (this.#others?.get(pid) === start) continue;
      this.#others ??= new Map();
      this.#others.set(pid, start);
      this.#send(pid, signal);
    }
  }

  /** Kills all of them at once. */
  kill(orphans: ReadonlyMap<string, readonly number[]>): void {
    const own = this.#orphans === "keep" ? [] : orphans.get(this.#id) ?? [];
    this.#signalKnown("SIGKILL", own);
  }

  #signalKnown(signal: Deno.Signal, orphans: readonly number[]): void {
    // Of those who were there before, some may have lost their parent since.
    if (this.#orphans === "keep") this.#others = undefined;
    this.#walk([...(this.exited ? [] : childrenOf(this.pid)), ...orphans]);
    if (!this.exited) this.#send(this.pid, signal);
    for (const pid of this.#alive()) this.#send(pid, signal);
  }

  /** Whether the program itself ends within `ms` milliseconds, or begins to: `exit` follows, which may be later. */
  async ends(ms: number): Promise<boolean> {
    if (this.exited || await within(this.exit, ms)) return true;
    // What the runtime has heard by now comes first.
    await nextTurn();
    return this.isEnding;
  }

  /** Whether all of them end within `ms` milliseconds. */
  async ended(ms: number): Promise<boolean> {
    const deadline = performance.now() + ms;
    if (!(await this.ends(ms) && await within(this.exit, STATUS_PATIENCE))) return false;
    if (this.#orphans === "keep") return true;
    return await this.#noneIsLeft(deadline);
  }

  /** Whether nothing of what it has left behind is there, or any more before a time. */
  async #noneIsLeft(deadline: number): Promise<boolean> {
    const known = new Set<number>();
    // Whoever ends may have started another: nobody is left only where looks find nobody new.
    for (let empty = 0, enough = 1, vague = 0; empty < enough;) {
      const { orphans, isWhole } = await lookForOrphans();
      const pids = orphans.get(this.#id) ?? [];
      const isNews = pids.some((pid) => !known.has(pid));
      for (const pid of pids) known.add(pid);
      this.#walk(pids);
      if (isNews || this.#alive().length > 0) {
        [empty, enough, vague] = [0, LOOKS, 0];
        if (!await this.#allEnd(deadline)) return false;
      } else if (isWhole || ++vague > VAGUE) empty++;
    }
    return true;
  }

  async #allEnd(deadline: number): Promise<boolean> {
    while (this.#alive().length > 0) {
      const left = deadline - performance.now();
      if (left <= 0) return false;
      // Nobody tells the end of a process that is not a child.
      await new Promise((resolve) => setTimeout(resolve, Math.min(left, POLL_MS)));
    }
    return performance.now() < deadline;
  }

  /** Says that nothing of it is left, or nothing that could be ended. */
  [Symbol.dispose](): void {
    trees.delete(this);
  }

  #walk(pids: readonly number[]): void {
    const family = familyOf([...this.#alive(), ...pids]);
    this.#others = family.size > 0 ? family : undefined;
  }

  #alive(): number[] {
    if (!this.#others) return [];
    for (const [pid, start] of this.#others) {
      if (startOf(pid) !== start) this.#others.delete(pid);
    }
    return [...this.#others.keys()];
  }

  #send(pid: number, signal: Deno.Signal): void {
    try {
      if (pid === this.pid) this.#child.kill(signal);
      else Deno.kill(pid, signal);
    } catch {
      // It has ended since, or changed its user and is no longer ours to signal.
    }
  }
}

/** Start times by process number: of the processes that are alive, and of all that descend from them. */
function familyOf(pids: readonly number[]): Map<number, string> {
  const family = new Map<number, string>();
  const add = (pid: number) => {
    const start = family.has(pid) ? undefined : startOf(pid);
    if (start !== undefined) family.set(pid, start);
  };
  pids.forEach(add);
  // Grows while it is walked.
  for (const pid of family.keys()) childrenOf(pid).forEach(add);
  return family;
}
