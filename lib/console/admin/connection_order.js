/**
 * Connections that are to be listed, in order.
 *
 * @template {Record<string, any>} T
 * @param {T[]} connections As `/connections` lists them.
 * @param {object} options
 * @param {string} options.text Has to be in the client, path, route, user or process number, in any case.
 * @param {string} options.by The key to sort by; where two are equal, the earlier one comes first.
 * @param {boolean} options.descending
 * @returns {T[]}
 */
export function orderConnections(connections, { text, by, descending }) {
  const wanted = text.trim().toLowerCase();
  const listed = connections.filter((connection) => {
    return SEARCHED.some((key) => String(connection[key] ?? "").toLowerCase().includes(wanted));
  });
  const sign = descending ? -1 : 1;
  return listed.sort((a, b) => {
    return sign * compare(a[by], b[by]) || compare(a.since, b.since) || compare(a.id, b.id);
  });
}

const SEARCHED = ["remote", "path", "route", "user", "pid"];

/** What is not known comes last where small comes first. */
function compare(a, b) {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  if (typeof a === "number") return a - b;
  return a < b ? -1 : 1;
}
