/** Width of a graph, in its own units. */
const WIDTH = 300;

/**
 * Draws a bar for each value that is not 0, with a gap of a fifth; each at least one high.
 *
 * @param {number[]} values Oldest first.
 * @param {object} options
 * @param {number} options.base Where bars begin, from above.
 * @param {number} options.scale Height of a value of 1; negative ones are drawn upward.
 * @returns {string} The path, for a graph 300 wide.
 */
export function barsOf(values, { base, scale }) {
  const step = WIDTH / values.length;
  return values.map((value, index) => {
    if (value === 0) return "";
    const height = Math.sign(scale) * Math.max(1, Math.round(Math.abs(value * scale) * 10) / 10);
    return `M${index * step} ${base}h${step * 0.8}v${height}h${-step * 0.8}z`;
  }).join("");
}
