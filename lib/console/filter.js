import { hexOf } from "./hex.js";

/** Bytes of a binary message that are searched. */
const SEARCHED = 4096;

/**
 * Makes the test that an entry has to pass to be listed.
 *
 * @param {object} options
 * @param {string} options.text Has to be in the text, in any case, or in the hex of a binary message.
 * @param {boolean} options.sent Whether sent messages are listed.
 * @param {boolean} options.received Whether received messages are.
 * @param {boolean} options.events Whether everything else is.
 * @returns {(entry: import("./journal.js").Entry) => boolean}
 */
export function makeFilter({ text, sent, received, events }) {
  const kinds = { sent, received };
  const wanted = text && new RegExp(text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"), "iu");
  return ({ kind, data }) => {
    if (!(kinds[kind] ?? events)) return false;
    return !wanted ||
      wanted.test(typeof data === "string" ? data : hexOf(data.subarray(0, SEARCHED)));
  };
}
