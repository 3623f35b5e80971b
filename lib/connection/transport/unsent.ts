/**
 * Bytes that the kernel still holds for a peer, by its table of TCP connections.
 *
 * @param port The peer's port; where several peers have the same, the most counts.
 * @returns undefined where there is no such table: it is Linux's.
 */
export function unsentTo(port: number): number | undefined {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  // Number, local address, remote address, state, bytes to send and received.
  const row = new RegExp(`^ *\\d+: \\S+ \\S+:${hex} \\S+ ([0-9A-F]{8}):`, "gm");
  let most: number | undefined;
  for (const path of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    let table;
    try {
      table = Deno.readTextFileSync(path);
    } catch {
      continue;
    }
    for (const [, bytes = ""] of table.matchAll(row)) {
      most = Math.max(most ?? 0, parseInt(bytes, 16));
    }
  }
  return most;
}
