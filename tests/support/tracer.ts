// ptrace(2), wait(2)
const PTRACE_SEIZE = 0x4206;
const WALL = 0x4000_0000;

/**
 * A tracer of a process, as a debugger is one: when that ends, what it had open is closed, but its parent hears of
 * its end only when the tracer has, which is when it is disposed.
 */
export class Tracer implements Disposable {
  readonly #pid: number;
  readonly #libc = Deno.dlopen("libc.so.6", {
    ptrace: { parameters: ["i32", "i32", "pointer", "pointer"], result: "i64" },
    waitpid: { parameters: ["i32", "pointer", "i32"], result: "i32" },
  });

  /** @param pid A process that descends from this one: others the system may not allow. */
  constructor(pid: number) {
    this.#pid = pid;
    if (Number(this.#libc.symbols.ptrace(PTRACE_SEIZE, pid, null, null)) === 0) return;
    this.#libc.close();
    throw new Error(`Cannot trace process ${pid}`);
  }

  /** Resolves when it has ended; nobody tells that, so it has to be looked for. */
  async ended(): Promise<void> {
    while (!/\) Z [^)]*$/.test(await Deno.readTextFile(`/proc/${this.#pid}/stat`)));
  }

  /** Waits for its end, and lets its parent hear of that. */
  [Symbol.dispose](): void {
    this.#libc.symbols.waitpid(this.#pid, null, WALL);
    this.#libc.close();
  }
}
