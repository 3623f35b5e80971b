import { barsOf } from "../bars.js";
import { byId } from "../dom.js";
import { formatCount, formatSize } from "../format.js";
import { makeGraph, spanOf } from "./graph.js";

/** Graphs by the name of their figure; those with an `out` show it below the middle. */
const GRAPHS = [
  { id: "connections", title: "Connections", of: "connections", format: formatCount },
  {
    id: "messages",
    title: "Messages",
    label: "Messages per second: of clients upward, to clients downward",
    of: "messagesIn",
    out: "messagesOut",
    format: perSecond,
  },
  {
    id: "bytes",
    title: "Bytes",
    label: "Bytes per second: of clients upward, to clients downward",
    of: "bytesIn",
    out: "bytesOut",
    format: sizePerSecond,
  },
  { id: "queued", title: "Queued for clients", of: "queued", format: formatSize },
  { id: "processes", title: "Processes", of: "processes", format: formatCount },
  { id: "refused", title: "Refused handshakes", of: "refused", format: perSecond },
];

/** Makes all graphs, which are empty. */
export function makeGraphs() {
  GRAPHS.forEach(makeGraph);
}

/**
 * Shows the latest figures of a server.
 *
 * @param {import("./samples.js").Samples} samples
 */
export function showGraphs(samples) {
  for (const { id, of, out, format } of GRAPHS) {
    const values = samples.series(of);
    const others = out ? samples.series(out) : [];
    const peak = Math.max(...values, ...others);
    const base = spanOf(out);
    const scale = peak === 0 ? 0 : base / peak;
    byId(`${id}-bars`).setAttribute("d", barsOf(values, { base, scale: -scale }));
    byId(`${id}-now`).textContent = format(values.at(-1));
    byId(`${id}-peak`).textContent = format(peak);
    if (!out) continue;
    byId(`${id}-out-bars`).setAttribute("d", barsOf(others, { base, scale }));
    byId(`${id}-out-now`).textContent = format(others.at(-1));
  }
}

function perSecond(value) {
  return `${formatCount(value < 10 ? Math.round(value * 10) / 10 : Math.round(value))}/s`;
}

function sizePerSecond(value) {
  return `${formatSize(Math.round(value))}/s`;
}
