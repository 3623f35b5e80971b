import { lookFor } from "../support/look_for.ts";

/** What a process has of the system. */
export interface Possessions {
  readonly descriptors: number;
  /** Processes below it, at any depth, zombies included. */
  readonly processes: number;
}

/** Counts what a process has; Linux only. */
export function possessionsOf(pid: number): Possessions {
  const descriptors = Array.from(Deno.readDirSync(`/proc/${pid}/fd`)).length;
  return { descriptors, processes: below(pid).length };
}

/** The processes below one, at any depth, zombies included. */
export function below(pid: number): number[] {
  const parents = new Map<number, number[]>();
  for (const { name } of Deno.readDirSync("/proc")) {
    const parent = parentOf(name);
    if (parent !== undefined) parents.set(parent, [...parents.get(parent) ?? [], Number(name)]);
  }
  const found = [...parents.get(pid) ?? []];
  // It grows while it is gone through.
  for (const child of found) found.push(...parents.get(child) ?? []);
  return found;
}

/**
 * Waits until a process has no more than it had before. Nobody tells when a descriptor is closed, so it has to be
 * looked for.
 */
export async function isAsBefore(pid: number, before: Possessions): Promise<void> {
  let now = before;
  await lookFor(() => {
    now = possessionsOf(pid);
    return now.descriptors <= before.descriptors && now.processes <= before.processes;
  }, () => {
    return `${before.descriptors} descriptors and ${before.processes} processes: there are ` +
      `${now.descriptors} and ${now.processes}`;
  });
}

function parentOf(name: string): number | undefined {
  if (!/^\d+$/.test(name)) return undefined;
  try {
    const stat = Deno.readTextFileSync(`/proc/${name}/stat`);
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}
