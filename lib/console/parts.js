import { button } from "./dom.js";
import { formatCount } from "./format.js";

/**
 * Shows the beginning of something long, and twice as much more each time at the press of a button.
 *
 * @param {HTMLElement} container
 * @param {object} options
 * @param {number} options.total The amount that there is.
 * @param {number} options.step The amount that is shown first.
 * @param {number} options.most The most that a press shows.
 * @param {string} options.unit The name of what is counted, for the button.
 * @param {(from: number, to: number) => Node} options.show Makes a part.
 */
export function showInParts(container, { total, step, most, unit, show }) {
  let shown = 0;
  let size = step;
  const more = button("", "more", next);
  function next() {
    const focused = document.activeElement === more;
    const to = Math.min(total, shown + size);
    container.append(show(shown, to));
    shown = to;
    size = Math.min(most, size * 2);
    if (shown === total) return more.remove();
    more.textContent = `Show more: ${formatCount(total - shown)} ${unit} left`;
    container.append(more);
    if (focused) more.focus();
  }
  next();
}
