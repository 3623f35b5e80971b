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

/** The value of a variable that a process was started with. */
export function variableOf(pid: number, name: string): string | undefined {
  const variables = `\0${read(`/proc/${pid}/environ`) ?? ""}`;
  const start = variables.indexOf(`\0${name}=`);
  return start < 0 ? undefined : variables.slice(start + name.length + 2).split("\0", 1)[0];
}

/** The limits of a process, one a line. */
export function limitsOf(pid: number): string {
  return read(`/proc/${pid}/limits`) ?? "";
}

/** The fields of /proc/PID/stat from the third, the state, on: the second may contain anything. */
function stat(pid: number): string[] {
  const line = read(`/proc/${pid}/stat`);
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
