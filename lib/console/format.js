const COUNTS = new Intl.NumberFormat("en");
const UNITS = ["B", "KiB", "MiB", "GiB"];

/**
 * Writes a count with separators: `10,000`.
 *
 * @param {number} count
 * @returns {string}
 */
export function formatCount(count) {
  return COUNTS.format(count);
}

/**
 * Writes a size in its largest whole unit: `0 B`, `1.5 KiB`.
 *
 * @param {number} bytes
 * @returns {string}
 */
export function formatSize(bytes) {
  let size = bytes;
  let unit = 0;
  // 1023.95 would be shown as 1024.0.
  while (size >= (unit === 0 ? 1024 : 1023.95) && unit < UNITS.length - 1) {
    size /= 1024;
    unit++;
  }
  return `${unit === 0 ? size : size.toFixed(1)} ${UNITS[unit]}`;
}

/**
 * Writes the time of day where the person is, to the millisecond: `09:05:01.007`.
 *
 * @param {number} time Milliseconds since 1970.
 * @returns {string}
 */
export function formatTime(time) {
  const date = new Date(time);
  const parts = [date.getHours(), date.getMinutes(), date.getSeconds()];
  const clock = parts.map((part) => String(part).padStart(2, "0")).join(":");
  return `${clock}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}
