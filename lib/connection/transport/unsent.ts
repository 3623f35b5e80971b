// Number, local address, remote address, state, bytes to send and received. One that is over stays for a minute
// (TIME_WAIT, 06), and its port may be somebody else's by then.
const ROW = /^ *\d+: \S+ \S+:([0-9A-F]{4}) (?!06)\S+ ([0-9A-F]{8}):/gm;

/** By the peer's port; undefined where it has not been read in this turn of the event loop. */
let known: ReadonlyMap<number, number> | undefined;

/**
 * Bytes that the kernel still holds for a peer, by its table of TCP connections. That is read once in a turn of the
 * event loop, however many ask: it is as long as they are many.
 *
 * @param port The peer's port; where several peers have the same, the most counts.
 * @returns undefined where there is no such peer, or no such table: it is Linux's.
 */
export function unsentTo(port: number): number | undefined {
  if (!known) {
    known = readTables();
    queueMicrotask(() => known = undefined);
  }
  return known.get(port);
}

function readTables(): Map<number, number> {
  const most = new Map<number, number>();
  for (const path of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    let table;
    try {
      table = Deno.readTextFileSync(path);
    } catch {
      // There is none without IPv6, and Deno may not be allowed to look.
      continue;
    }
    for (const [, port = "", bytes = ""] of table.matchAll(ROW)) {
      const peer = parseInt(port, 16);
      most.set(peer, Math.max(most.get(peer) ?? 0, parseInt(bytes, 16)));
    }
  }
  return most;
}
