import { button } from "../dom.js";

// The label, a name that begins with its letters, for who says what to press, and what is sent:
// as a terminal sends them; arrows depend on what the program has asked for.
const KEYS = [
  ["Esc", "Escape", "\x1b"],
  ["Tab", "Tab", "\t"],
  ["Ctrl", "Ctrl, for the next key", undefined],
  ["←", "Arrow left", "D"],
  ["↑", "Arrow up", "A"],
  ["↓", "Arrow down", "B"],
  ["→", "Arrow right", "C"],
  ["|", "Pipe", "|"],
  ["/", "Slash", "/"],
  ["-", "Minus", "-"],
  ["~", "Tilde", "~"],
];

/**
 * Keys that the keyboard of a phone has not, in a bar below the terminal.
 *
 * @param {any} terminal
 * @param {HTMLElement} bar
 * @param {(text: string) => void} type
 * @returns {(text: string) => string} Makes of what is typed what it is with the Ctrl of the bar.
 */
export function setUpKeys(terminal, bar, type) {
  let control = false;
  let controlButton;
  const hold = (held) => {
    control = held;
    controlButton.setAttribute("aria-pressed", String(held));
  };
  const press = (sent) => {
    if (sent === undefined) hold(!control);
    else if (/^[A-D]$/.test(sent)) {
      type((terminal.modes.applicationCursorKeysMode ? "\x1bO" : "\x1b[") + sent);
    } else type(withControl(sent));
    terminal.focus();
  };
  const withControl = (text) => {
    if (!control) return text;
    hold(false);
    const code = text.length === 1 ? text.toUpperCase().charCodeAt(0) : 0;
    return code >= 0x40 && code <= 0x5f ? String.fromCharCode(code & 0x1f) : text;
  };
  for (const [label, name, sent] of KEYS) {
    const made = button(label, "", () => press(sent));
    made.setAttribute("aria-label", name);
    // Otherwise the keyboard of the phone goes away.
    made.addEventListener("pointerdown", (event) => event.preventDefault());
    if (sent === undefined) controlButton = made;
    bar.append(made);
  }
  hold(false);
  const coarse = matchMedia("(pointer: coarse)");
  const show = () => bar.hidden = !coarse.matches;
  coarse.addEventListener("change", show);
  show();
  return withControl;
}
