import { ID_PREFIX } from "../base/request.ts";
import { adoptedBy, hasProc, parentOf, variableOf } from "./proc.ts";

/**
 * The processes of this server that have lost their parent, by the `UNIQUE_ID` that they inherited.
 *
 * The kernel gives an orphan to one of the processes above the server (the first one or a "subreaper"),
 * so only the children of those have to be looked at; the server's own where it is the first.
 */
export function findOrphans(): Map<string, number[]> {
  const found = new Map<string, number[]>();
  if (!hasProc()) return found;
  for (let pid = Deno.pid === 1 ? 1 : parentOf(Deno.pid); pid > 0; pid = parentOf(pid)) {
    for (const child of adoptedBy(pid)) {
      const id = variableOf(child, "UNIQUE_ID");
      if (!id?.startsWith(ID_PREFIX)) continue;
      const pids = found.get(id);
      if (pids) pids.push(child);
      else found.set(id, [child]);
    }
  }
  return found;
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
