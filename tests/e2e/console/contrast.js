/**
 * Runs in a page: names the texts that are hard to read, by WCAG 2.2 §1.4.3 (4.5 to 1).
 *
 * @returns {string[]}
 */
export function findFaint() {
  /** @param {string} css */
  function parse(css) {
    const [red = 0, green = 0, blue = 0, alpha = 1] = css.match(/[\d.]+/g)?.map(Number) ?? [];
    const scale = css.startsWith("color(") ? 1 : 255;
    return { channels: [red / scale, green / scale, blue / scale], alpha };
  }
  function luminance(channels) {
    const [red, green, blue] = channels.map((channel) =>
      channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
    );
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  }
  function groundOf(node) {
    const { channels, alpha } = parse(getComputedStyle(node).backgroundColor);
    if (alpha === 1) return channels;
    const under = node.parentElement ? groundOf(node.parentElement) : [1, 1, 1];
    return channels.map((channel, i) => channel * alpha + under[i] * (1 - alpha));
  }
  const found = [];
  for (const node of document.querySelectorAll("body *:not(option)")) {
    const hasText = [...node.childNodes].some((child) =>
      child.nodeType === Node.TEXT_NODE && child.textContent.trim() !== ""
    ) || (node.matches("input, textarea") && node.value !== "");
    // What is disabled is exempt.
    if (!hasText || !node.checkVisibility() || node.matches(":disabled")) {
      continue;
    }
    const [text, ground] = [parse(getComputedStyle(node).color).channels, groundOf(node)];
    const [low, high] = [luminance(text), luminance(ground)].sort((one, other) =>
      one - other
    );
    const ratio = (high + 0.05) / (low + 0.05);
    if (ratio < 4.5) found.push(`${node.tagName}.${node.className}#${node.id} ${ratio.toFixed(2)}`);
  }
  return found;
}
