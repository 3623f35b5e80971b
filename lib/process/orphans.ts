import { ID_PREFIX } from "../base/request.ts";
import { idOfMark } from "./mark.ts";
import { adoptedBy, hasProc, limitsOf, parentOf, valueIn, variablesOf } from "./proc.ts";

/** The outcome of a look at all processes that have lost their parent. */
export interface Look {
  /** Orphans of this server, by the `UNIQUE_ID` that they inherited, or the mark that stands for it. */
  readonly orphans: ReadonlyMap<string, readonly number[]>;
  /** Whether none can have been missed that was there. */
  readonly isWhole: boolean;
}

/**
 * The processes of this server that have lost their parent.
 *
 * The kernel gives an orphan to one of the processes above the server (the first one or a "subreaper"),
 * so only the children of those have to be looked at; the server's own where it is the first.
 */
export function findOrphans(): Look {
  const orphans = new Map<string, number[]>();
  const nameless = new Set<number>();
  let isWhole = true;
  if (hasProc()) {
    for (let pid = Deno.pid === 1 ? 1 : parentOf(Deno.pid); pid > 0; pid = parentOf(pid)) {
      if (!lookAmong(pid, orphans, nameless)) isWhole = false;
    }
  }
  // One that is ending can still have children, which are nobody's orphans yet.
  if (!nameless.isSubsetOf(latest)) isWhole = false;
  latest = nameless;
  return { orphans, isWhole };
}

/** Processes of the last look whose variables could not be read, as of one that is ending. */
let latest: ReadonlySet<number> = new Set();

// A list that changes while it is read can lack some (proc(5)): it is right when it is the same twice in a row. Of
// one that changes all the time, so many have to do.
const READS = 8;

/** Looks among the children of a process; answers whether it has seen all. */
function lookAmong(
  parent: number,
  found: Map<string, number[]>,
  nameless: Set<number>,
): boolean {
  const looked = new Set<number>();
  let before: string | undefined;
  for (let read = 0; read < READS; read++) {
    const children = adoptedBy(parent);
    for (const child of children) {
      if (looked.has(child)) continue;
      looked.add(child);
      const variables = variablesOf(child);
      if (variables === "") nameless.add(child);
      const id = idIn(variables ?? "") ?? idOfMark(limitsOf(child));
      if (id === undefined) continue;
      const pids = found.get(id);
      if (pids) pids.push(child);
      else found.set(id, [child]);
    }
    const now = children.join();
    if (now === before) return true;
    before = now;
  }
  return false;
}

function idIn(variables: string): string | undefined {
  const id = valueIn(variables, "UNIQUE_ID");
  return id?.startsWith(ID_PREFIX) ? id : undefined;
}

// A look costs a millisecond or two where many processes run, so connections that end together share it.
const SHARED_MS = 50;

let look: Promise<Look> | undefined;

/** Looks for what a connection's programs have left behind, within 50 ms. */
export async function lookForOrphans(): Promise<Look> {
  look ??= new Promise((resolve) =>
    setTimeout(() => {
      look = undefined;
      resolve(findOrphans());
    }, SHARED_MS)
  );
  return await look;
}
