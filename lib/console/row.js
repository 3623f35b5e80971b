import { element } from "./dom.js";
import { formatSize, formatTime } from "./format.js";
import { preview } from "./preview.js";

/** A sign for each kind of entry, so that no kind is told by its colour alone. */
export const SIGNS = { sent: "↑", received: "↓", open: "●", close: "■", error: "▲", connect: "○" };

/**
 * Makes the line of an entry in the list.
 *
 * @param {import("./journal.js").Entry} entry
 * @returns {HTMLElement}
 */
export function rowOf(entry) {
  const { number, kind, time, size } = entry;
  const sign = element("span", "sign", SIGNS[kind]);
  sign.setAttribute("aria-hidden", "true");
  const row = element(
    "div",
    `row ${kind}`,
    element("span", "time", formatTime(time)),
    element("span", "kind", sign, element("span", "kind-name", kind)),
    element("span", "preview", preview(entry)),
    element("span", "size", formatSize(size)),
  );
  row.id = `entry-${number}`;
  row.setAttribute("role", "option");
  return row;
}
