import { Writable } from "node:stream";
import type { Terminal } from "./terminal.ts";

/** The stream that `readline` draws on. */
export class Canvas extends Writable {
  readonly #terminal: Terminal;

  constructor(print: (text: string) => void, terminal: Terminal) {
    super({
      decodeStrings: false,
      write(text: string, _encoding, taken) {
        print(text);
        taken();
      },
    });
    this.#terminal = terminal;
  }

  get columns(): number {
    return this.#terminal.columns;
  }
}
