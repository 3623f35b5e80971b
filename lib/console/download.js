/** The browser has taken a small file long before, and a large one holds its own reference by then. */
const REVOKE_MS = 60_000;

/**
 * Lets the browser save a file.
 *
 * @param {string} name
 * @param {BlobPart[]} parts
 * @param {string} type
 */
export function download(name, parts, type) {
  const url = URL.createObjectURL(new Blob(parts, { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), REVOKE_MS);
}

/**
 * Makes a name that sorts by time: `stdws-2025-01-31T12-00-00.jsonl`.
 *
 * @param {string} ending
 * @param {Date} [date]
 * @returns {string}
 */
export function fileName(ending, date = new Date()) {
  return `stdws-${date.toISOString().slice(0, 19).replaceAll(":", "-")}.${ending}`;
}
