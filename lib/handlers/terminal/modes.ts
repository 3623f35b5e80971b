import type { Parser } from "./xterm.d.ts";

const CURSOR = 25;
// How the mouse is told (xterm's ctlseqs, "Extended coordinates"); the last one said holds, and none after its end.
const MOUSE = [1006, 1016];

/**
 * The modes of a terminal that its picture needs, and that `SerializeAddon` (0.14) leaves out: whether the cursor is
 * hidden, and how the mouse is told to the program, which would take another way for typed text.
 */
export class Modes {
  #isHidden = false;
  #mouse: number | undefined;

  constructor(parser: Parser) {
    // All go on to the terminal.
    const on = (isOn: boolean) => (modes: readonly (number | number[])[]) => {
      for (const mode of modes) this.#set(mode, isOn);
      return false;
    };
    parser.registerCsiHandler({ prefix: "?", final: "h" }, on(true));
    parser.registerCsiHandler({ prefix: "?", final: "l" }, on(false));
    parser.registerCsiHandler({ intermediates: "!", final: "p" }, () => {
      this.#isHidden = false;
      return false;
    });
    parser.registerEscHandler({ final: "c" }, () => {
      this.#isHidden = false;
      this.#mouse = undefined;
      return false;
    });
  }

  /** Output that sets them on a terminal that was reset. */
  get output(): string {
    const mouse = this.#mouse === undefined ? "" : `\x1b[?${this.#mouse}h`;
    return `${mouse}${this.#isHidden ? `\x1b[?${CURSOR}l` : ""}`;
  }

  #set(mode: number | number[], isOn: boolean): void {
    if (mode === CURSOR) this.#isHidden = !isOn;
    else if (typeof mode === "number" && MOUSE.includes(mode)) {
      this.#mouse = isOn ? mode : undefined;
    }
  }
}
