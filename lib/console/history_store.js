const KEY = "stdws-history";
/** A storage has room for some megabytes; what is longer is not typed again anyway. */
const LONGEST = 10_000;

/**
 * Reads what was sent before the page was loaded again. It ends with the tab, because messages may have
 * passwords in them.
 *
 * @returns {string[]}
 */
export function loadHistory() {
  try {
    const items = JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
    return Array.isArray(items) ? items.filter((item) => typeof item === "string") : [];
  } catch {
    // Private windows and strict settings have no storage: the history starts empty.
    return [];
  }
}

/** @param {readonly string[]} items */
export function saveHistory(items) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(items.filter((item) => item.length <= LONGEST)));
  } catch {
    // As above; or it is full: the history lives on in the page.
  }
}
