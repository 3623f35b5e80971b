import { binaryString } from "./binary_string.js";
import { formatTime } from "./format.js";
import { hexOf } from "./hex.js";

/** @typedef {import("./journal.js").Entry} Entry */

/**
 * Writes an entry as a line of a JSON Lines file. Binary data is in `base64`, text in `text`.
 *
 * @param {Entry} entry
 * @returns {string} With its line feed.
 */
export function toJsonLine({ number, kind, time, size, data, facts, shortened }) {
  const payload = typeof data === "string" ? { text: data } : { base64: btoa(binaryString(data)) };
  const line = { number, time: new Date(time).toISOString(), kind, size, ...payload, ...facts };
  return `${JSON.stringify({ ...line, ...(shortened && { shortened }) })}\n`;
}

/**
 * Writes an entry as a line for people: time, kind, payload; binary data as hex.
 *
 * @param {Entry} entry
 * @returns {string} With its line feed.
 */
export function toPlainLine({ kind, time, data, facts }) {
  const named = Object.entries(facts ?? {}).map(([name, value]) =>
    `${name}=${JSON.stringify(value)}`
  );
  return `${[formatTime(time), kind, ...named, plainPayload(data)].join(" ").trimEnd()}\n`;
}

/**
 * Writes a payload as text: bytes as hex.
 *
 * @param {string | Uint8Array} data
 * @returns {string}
 */
export function plainPayload(data) {
  return typeof data === "string" ? data : hexOf(data);
}
