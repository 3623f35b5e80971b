const DARK = {
  background: "#0f1217",
  foreground: "#e3e7ee",
  cursor: "#e3e7ee",
  cursorAccent: "#0f1217",
  selectionBackground: "#34508a",
  black: "#2b323d",
  red: "#ff8f8a",
  green: "#83d9a2",
  yellow: "#f0b45a",
  blue: "#82aaff",
  magenta: "#dba8ff",
  cyan: "#4fd3b6",
  white: "#c7cfdb",
  brightBlack: "#8a96a8",
  brightRed: "#ffb0ac",
  brightGreen: "#a8ebbf",
  brightYellow: "#ffd08a",
  brightBlue: "#a9c4ff",
  brightMagenta: "#ecccff",
  brightCyan: "#86e6d0",
  brightWhite: "#ffffff",
};

const LIGHT = {
  background: "#ffffff",
  foreground: "#1a202b",
  cursor: "#1a202b",
  cursorAccent: "#ffffff",
  selectionBackground: "#b9cdfb",
  black: "#1a202b",
  red: "#b9202a",
  green: "#0a6f3c",
  yellow: "#8a5200",
  blue: "#2352cf",
  magenta: "#87309f",
  cyan: "#0a6f75",
  white: "#5f6877",
  brightBlack: "#576070",
  brightRed: "#a3131d",
  brightGreen: "#075a30",
  brightYellow: "#744500",
  brightBlue: "#1a40a8",
  brightMagenta: "#6f2485",
  brightCyan: "#075a5f",
  brightWhite: "#444c59",
};

const [SMALLEST, LARGEST] = [8, 32];
const KEY = "stdws-terminal-font-size";

/**
 * Gives the terminal its colours, as the system has them, and letters of the size that a person has chosen.
 *
 * @param {any} terminal
 * @param {{ smaller: HTMLElement, larger: HTMLElement, changed(): void }} options
 */
export function setUpLook(terminal, { smaller, larger, changed }) {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const paint = () => terminal.options.theme = dark.matches ? DARK : LIGHT;
  dark.addEventListener("change", paint);
  paint();
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const blink = () => terminal.options.cursorBlink = !still.matches;
  still.addEventListener("change", blink);
  blink();

  const size = (by) => {
    const now = Math.min(LARGEST, Math.max(SMALLEST, terminal.options.fontSize + by));
    terminal.options.fontSize = now;
    remember(now);
    changed();
  };
  smaller.addEventListener("click", () => size(-1));
  larger.addEventListener("click", () => size(1));
}

/** @returns {number} The size that was chosen last, in pixels. */
export function chosenSize() {
  try {
    const size = Number(localStorage.getItem(KEY));
    return size >= SMALLEST && size <= LARGEST ? size : 14;
  } catch {
    // A browser that keeps nothing.
    return 14;
  }
}

function remember(size) {
  try {
    localStorage.setItem(KEY, size);
  } catch {
    // Only this page has it then.
  }
}
