// The types of the packages themselves are those of a page, which would hold for all of the server then.

/** A part that a terminal takes. */
interface Addon {
  dispose(): void;
}

/** The reader of a terminal's output; a handler that returns false leaves it to the others. */
export interface Parser {
  registerCsiHandler(
    id: { prefix?: string; intermediates?: string; final: string },
    handle: (params: (number | number[])[]) => boolean,
  ): void;
  registerEscHandler(id: { final: string }, handle: () => boolean): void;
}

/** The class of `npm:@xterm/headless`, as far as it is needed. */
export declare class Terminal {
  constructor(options: {
    cols: number;
    rows: number;
    scrollback: number;
    allowProposedApi: boolean;
  });
  readonly parser: Parser;
  readonly rows: number;
  readonly buffer: { readonly active: { readonly cursorX: number; readonly cursorY: number } };
  readonly modes: { readonly originMode: boolean };
  /** Private: the buffer that is shown, with the first and the last line that scroll. */
  readonly _core: {
    readonly buffer: { readonly scrollTop: number; readonly scrollBottom: number };
  };
  loadAddon(addon: Addon): void;
  onData(listener: (text: string) => void): void;
  onTitleChange(listener: (title: string) => void): void;
  write(data: Uint8Array, callback: () => void): void;
  resize(columns: number, rows: number): void;
  dispose(): void;
}

/** The class of `npm:@xterm/addon-serialize`, as far as it is needed. */
export declare class SerializeAddon implements Addon {
  serialize(): string;
  dispose(): void;
}

declare const both: {
  readonly Terminal: typeof Terminal;
  readonly SerializeAddon: typeof SerializeAddon;
};
export default both;
