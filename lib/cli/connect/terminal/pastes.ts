/** A part of what comes from a terminal. */
export interface Typed {
  readonly text: string;
  /** Whether it was pasted, so that nothing in it is a key. */
  readonly isPasted: boolean;
}

/** Has the terminal put {@linkcode Pastes} between two marks (xterm's "bracketed paste"). */
export const PASTES_ON = "\x1b[?2004h";
/** Has it stop that. */
export const PASTES_OFF = "\x1b[?2004l";

const BEGIN = "\x1b[200~";
const END = "\x1b[201~";

/** Divides what comes from a terminal into keys and what was pasted, wherever its chunks are cut. */
export class Pastes {
  #isPasted = false;
  #rest = "";
  // Characters of the rest that were given already.
  #given = 0;

  /** Takes a chunk, and answers what is complete so far, in order. */
  split(chunk: string): Typed[] {
    const parts: Typed[] = [];
    let text = this.#rest + chunk;
    for (;;) {
      const isPasted = this.#isPasted;
      const mark = isPasted ? END : BEGIN;
      const at = text.indexOf(mark);
      const cut = at < 0 ? cutOf(text, mark) : 0;
      let end = at < 0 ? text.length - cut : at;
      // Escape is a key as well, for which nobody waits; a mark may begin with it all the same.
      if (cut === 1 && !isPasted) end++;
      if (end > this.#given) parts.push({ text: text.slice(this.#given, end), isPasted });
      if (at < 0) {
        this.#rest = text.slice(text.length - cut);
        this.#given = Math.max(0, Math.max(this.#given, end) - (text.length - cut));
        return parts;
      }
      text = text.slice(at + mark.length);
      this.#given = 0;
      this.#isPasted = !isPasted;
    }
  }
}

/** The length of the part of a mark that a text ends with, which the next chunk may complete. */
function cutOf(text: string, mark: string): number {
  for (let length = mark.length - 1; length > 0; length--) {
    if (text.endsWith(mark.slice(0, length))) return length;
  }
  return 0;
}

/** A pasted text as it may be put into a line: without characters that steer a terminal. */
export function cleanPaste(text: string): string {
  // deno-lint-ignore no-control-regex -- control characters are what it is about
  return text.replace(/\r\n?/g, "\n").replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, "");
}

/**
 * Whether that is so much that nobody has typed it, as a paste that the terminal did not mark: `readline` needs
 * quadratic time for a line that comes key by key.
 */
export function isBulk(text: string): boolean {
  // deno-lint-ignore no-control-regex -- control characters are what it is about
  return text.length > 64 && !/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/.test(text);
}
