import { ID_PREFIX } from "../base/request.ts";
import { idOfMark } from "./mark.ts";
import { adoptedBy, hasProc, limitsOf, parentOf, variableOf } from "./proc.ts";

/**
 * The processes of this server that have lost their parent, by the `UNIQUE_ID` that they inherited, or the mark
 * that stands for it.
 *
 * The kernel gives an orphan to one of the processes above the server (the first one or a "subreaper"),
 * so only the children of those have to be looked at; the server's own where it is the first.
 */
export function findOrphans(): Map<string, number[]> {
  const found = new Map<string, Set<number>>();
  if (hasProc()) {
    for (let pid = Deno.pid === 1 ? 1 : parentOf(Deno.pid); pid > 0; pid = parentOf(pid)) {
      lookAmong(pid, found);
    }
  }
  return new Map([...found].map(([id, pids]) => [id, [...pids]]));
}

// A list that changes while it is read can lack some (proc(5)): it is right when it is the same twice in a row. Of
// one that changes all the time, so many have to do.
const READS = 8;

function lookAmong(parent: number, found: Map<string, Set<number>>): void {
  const looked = new Set<number>();
  let before: string | undefined;
  for (let read = 0; read < READS; read++) {
    const children = adoptedBy(parent);
    for (const child of children) {
      if (looked.has(child)) continue;
      looked.add(child);
      const id = idOf(child);
      if (id === undefined) continue;
      const pids = found.get(id);
      if (pids) pids.add(child);
      else found.set(id, new Set([child]));
    }
    const now = children.join();
    if (now === before) return;
    before = now;
  }
}

function idOf(pid: number): string | undefined {
  const id = variableOf(pid, "UNIQUE_ID");
  return id?.startsWith(ID_PREFIX) ? id : idOfMark(limitsOf(pid));
}

// A look costs a millisecond or two where many processes run, so connections that end together share it.
const SHARED_MS = 50;

let look: Promise<Map<string, number[]>> | undefined;

/** Processes that a connection's program has left behind, by a look that begins within 50 ms. */
export async function findOrphansOf(id: string): Promise<readonly number[]> {
  look ??= new Promise((resolve) =>
    setTimeout(() => {
      look = undefined;
      resolve(findOrphans());
    }, SHARED_MS)
  );
  return (await look).get(id) ?? [];
}
