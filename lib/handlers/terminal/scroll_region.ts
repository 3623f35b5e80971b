import type { Terminal } from "./xterm.d.ts";

/**
 * Output behind that of `SerializeAddon` (0.14) that sets the lines which scroll (DECSTBM), and puts the cursor where it
 * is: it goes home by that, and by the origin mode, which the addon sets last.
 */
export function scrollRegion({ buffer, modes, rows, _core }: Terminal): string {
  // Nothing public knows them (6.0); they are those of the screen that is shown.
  const { scrollTop, scrollBottom } = _core.buffer;
  const { originMode } = modes;
  const isWhole = scrollTop === 0 && scrollBottom === rows - 1;
  if (isWhole && !originMode) return "";
  const { cursorX, cursorY } = buffer.active;
  const row = cursorY - (originMode ? scrollTop : 0) + 1;
  return `\x1b[${scrollTop + 1};${scrollBottom + 1}r\x1b[${row};${cursorX + 1}H`;
}
