/**
 * The process table as Linux shows it below /proc. Every read can fail at any moment, because the
 * process is gone; then there is nothing to tell of it.
 *
 * @module
 */

/** Whether there is such a table, with lists of children. */
export function hasProc(): boolean {
  return Deno.build.os === "linux" && read(`/proc/self/task/${Deno.pid}/children`) !== undefined;
}

/** The children of a process. */
export function childrenOf(pid: number): number[] {
  // A child belongs to the thread that started it.
  return threadsOf(pid).flatMap((thread) => numbers(read(`/proc/${pid}/task/${thread}/children`)));
}

/** The children of a process's first thread, which is where orphans go. */
export function adoptedBy(pid: number): number[] {
  return numbers(read(`/proc/${pid}/task/${pid}/children`));
}

/** The parent of a process; 0 where there is none. */
export function parentOf(pid: number): number {
  return Number(stat(pid)[1] ?? 0);
}

/** The time when a process began, which tells it from a later one of its number; undefined once it ended. */
export function startOf(pid: number): string | undefined {
  const fields = stat(pid);
  // A zombie has ended; only its parent has not looked yet.
  return fields[0] === "Z" || fields[0] === "X" ? undefined : fields[19];
}

/** The time when a process began that has ended, and whose parent has not looked yet; undefined for others. */
export function zombieStart(pid: number): string | undefined {
  const fields = stat(pid);
  return fields[0] === "Z" ? fields[19] : undefined;
}

// include/linux/sched.h: the thread is being shut down.
const PF_EXITING = 4;

/**
 * Whether nothing can change any more how a process ends: all of its threads are ending or have ended. What it had
 * open is closed by then, which others can see long before its status is there: the kernel lets them run first.
 */
export function isEnding(pid: number): boolean {
  const threads = threadsOf(pid);
  // Of a process that is gone, or hidden, that is not known.
  return threads.length > 0 && threads.every((thread) => {
    const fields = stat(`${pid}/task/${thread}`);
    return fields.length === 0 || (Number(fields[6]) & PF_EXITING) !== 0;
  });
}

/** The variables that a process was started with, each behind a NUL; none where it is ending, undefined where they are hidden. */
export function variablesOf(pid: number): string | undefined {
  const variables = read(`/proc/${pid}/environ`);
  return variables && `\0${variables}`;
}

/** The value of one of these variables. */
export function valueIn(variables: string, name: string): string | undefined {
  const start = variables.indexOf(`\0${name}=`);
  return start < 0 ? undefined : variables.slice(start + name.length + 2).split("\0", 1)[0];
}

/** The limits of a process, one a line. */
export function limitsOf(pid: number): string {
  return read(`/proc/${pid}/limits`) ?? "";
}

/** The fields of `stat` below /proc from the third, the state, on: the second may contain anything. */
function stat(which: number | string): string[] {
  const line = read(`/proc/${which}/stat`);
  return line === undefined ? [] : line.slice(line.lastIndexOf(")") + 2).split(" ");
}

function threadsOf(pid: number): string[] {
  try {
    return Array.from(Deno.readDirSync(`/proc/${pid}/task`), (entry) => entry.name);
  } catch {
    // It has ended since.
    return [];
  }
}

function numbers(list: string | undefined): number[] {
  return list?.match(/\d+/g)?.map(Number) ?? [];
}

function read(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    // The process has ended since, or is somebody else's.
    return undefined;
  }
}
