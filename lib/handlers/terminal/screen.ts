import type { TerminalSize } from "../../process/pty/pty.ts";
import { Modes } from "./modes.ts";
import { scrollRegion } from "./scroll_region.ts";
import type { SerializeAddon, Terminal } from "./xterm.d.ts";

// Lines above the screen that whoever comes later can scroll back to.
const SCROLLBACK = 1_000;
const MOST_TITLE = 256;

/** The parts of xterm.js that a {@linkcode Screen} is made of. */
export interface ScreenParts {
  readonly Terminal: typeof Terminal;
  readonly SerializeAddon: typeof SerializeAddon;
}

/** Loads them, which nobody needs who has no shared terminal; a second time costs nothing. */
export async function loadScreen(): Promise<ScreenParts> {
  const [headless, serialize] = await Promise.all([
    // @ts-types="./xterm.d.ts"
    import("npm:@xterm/headless@6.0.0"),
    // @ts-types="./xterm.d.ts"
    import("npm:@xterm/addon-serialize@0.14.0"),
  ]);
  return {
    Terminal: headless.default.Terminal,
    SerializeAddon: serialize.default.SerializeAddon,
  };
}

/** Options of {@linkcode Screen}. */
export interface ScreenOptions {
  readonly size: TerminalSize;
  /** Takes the answer to what a program has asked its terminal. */
  answer(text: string): void;
}

/** A terminal that nobody sees: what a program has drawn on it so far is there for whoever comes later. */
export class Screen implements Disposable {
  readonly #terminal: Terminal;
  readonly #addon: SerializeAddon;
  readonly #modes: Modes;
  #title = "";
  #waiting = 0;
  #drained = Promise.withResolvers<void>();

  constructor(parts: ScreenParts, { size, answer }: ScreenOptions) {
    const { columns: cols, rows } = size;
    this.#terminal = new parts.Terminal({
      cols,
      rows,
      scrollback: SCROLLBACK,
      allowProposedApi: true,
    });
    this.#addon = new parts.SerializeAddon();
    this.#terminal.loadAddon(this.#addon);
    this.#modes = new Modes(this.#terminal.parser);
    this.#terminal.onData(answer);
    this.#terminal.onTitleChange((title) => this.#title = title.slice(0, MOST_TITLE));
  }

  /** Bytes that it has not drawn yet. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Resolves when something of that was drawn. */
  get moved(): Promise<void> {
    return this.#drained.promise;
  }

  /**
   * Draws output.
   *
   * @param drawn Is called when that is done, before anything behind it is drawn.
   */
  write(bytes: Uint8Array, drawn: () => void): void {
    this.#waiting += bytes.length;
    this.#terminal.write(bytes, () => {
      this.#waiting -= bytes.length;
      drawn();
      this.#drained.resolve();
      this.#drained = Promise.withResolvers<void>();
    });
  }

  /** Has another size from now on. */
  resize({ columns, rows }: TerminalSize): void {
    this.#terminal.resize(columns, rows);
  }

  /** Output that draws on a terminal of the same size all that is on this one. */
  picture(): string {
    const title = this.#title === "" ? "" : `\x1b]2;${this.#title}\x07`;
    const region = scrollRegion(this.#terminal);
    return `\x1bc${title}${this.#addon.serialize()}${region}${this.#modes.output}`;
  }

  [Symbol.dispose](): void {
    this.#terminal.dispose();
    this.#drained.resolve();
  }
}
