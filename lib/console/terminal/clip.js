import { copyText } from "../clipboard.js";

/**
 * Copies what is selected, and pastes.
 *
 * @param {any} terminal
 * @param {{ copy: HTMLElement, paste: HTMLElement, notify(text: string): void }} options
 * @returns {{ copy(): Promise<void>, paste(): Promise<void> }}
 */
export function setUpClip(terminal, { copy, paste, notify }) {
  const deeds = {
    async copy() {
      const text = terminal.getSelection();
      if (text === "") return notify("Nothing is selected");
      notify(await copyText(text) ? "Copied" : "The browser does not copy");
      terminal.focus();
    },
    async paste() {
      // At once: Enter would press the button a second time, and paste twice, while the browser asks.
      terminal.focus();
      try {
        terminal.paste(await navigator.clipboard.readText());
      } catch {
        // Only pages from https and from this machine may, and only if a person lets them.
        notify("The browser does not say what it has: paste with Ctrl+Shift+V");
      }
    },
  };
  copy.addEventListener("click", deeds.copy);
  paste.addEventListener("click", deeds.paste);
  return deeds;
}
