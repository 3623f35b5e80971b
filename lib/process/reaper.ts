import { nextTurn } from "../base/next_turn.ts";
import { childrenOf, hasProc, zombieStart } from "./proc.ts";
import { isProgram } from "./tree.ts";

// wait.h and waitid(2) of Linux.
const [P_ALL, P_PID] = [0, 1];
const [WNOHANG, WEXITED, WNOWAIT] = [1, 4, 0x0100_0000];
const SIGINFO_SIZE = 128;

// Milliseconds between two looks. Within a second the runtime has taken the status of each child of its own.
const INTERVAL = 1_000;

/**
 * Takes the statuses of processes that have lost their parent and then ended, where this one has inherited them because
 * it is the first of its container: nobody else does, and they would stay in the process table.
 *
 * A status that somebody waits for is never taken: not that of a program of the server, and no other before the
 * runtime had the time for it between two looks.
 *
 * @returns Stops that when disposed; undefined where Deno allows no FFI, or no look at /proc.
 */
export function startReaper(): Disposable | undefined {
  const libc = hasProc() ? open() : undefined;
  if (!libc) return undefined;
  const { waitid } = libc.symbols;
  /** Start times by process number, of those that had ended at the last look. */
  let ended = new Map<number, string>();

  let disposed = false;

  async function look(): Promise<void> {
    // Where everything stood still until now, the runtime first.
    await nextTurn();
    if (disposed) return;
    const info = new Int32Array(SIGINFO_SIZE / 4);
    // Mostly there is none, and that costs one call.
    const failed = waitid(P_ALL, 0, info, WEXITED | WNOHANG | WNOWAIT) !== 0;
    const before = ended;
    ended = new Map();
    if (failed || info[0] === 0) return;
    for (const pid of childrenOf(Deno.pid)) {
      const start = zombieStart(pid);
      if (start === undefined || isProgram(pid)) continue;
      if (before.get(pid) === start) waitid(P_PID, pid, info, WEXITED | WNOHANG);
      else ended.set(pid, start);
    }
  }

  const timer = setInterval(look, INTERVAL);
  Deno.unrefTimer(timer);
  return {
    [Symbol.dispose]() {
      disposed = true;
      clearInterval(timer);
      libc.close();
    },
  };
}

function open() {
  try {
    if (Deno.permissions.querySync({ name: "ffi" }).state !== "granted") return undefined;
    return Deno.dlopen("libc.so.6", {
      waitid: { parameters: ["i32", "u32", "buffer", "i32"], result: "i32" },
    });
  } catch {
    // Another libc, or a runtime without FFI.
    return undefined;
  }
}
