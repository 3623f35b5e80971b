const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\uff01-\uff60]/u;
const NARROWLESS = /[\p{Mn}\p{Me}\u200b-\u200d\ufe0f]/u;
// deno-lint-ignore no-control-regex -- control characters are what it is about
const SEQUENCE = /\x1b\[([?\d;]*)([A-Za-z])|[\x00-\x1f\x7f-\x9f]|[^]/uy;

interface Row {
  /** A text for each column; empty behind a wide character. */
  readonly cells: string[];
  /** Whether the text goes on in the next row. */
  readonly isWrapped: boolean;
}

/**
 * What a terminal shows, with all that has gone up. It knows the few sequences that draw a line, and refuses all
 * others, so that nobody else can steer it.
 */
export class Screen {
  /** Whether pastes are to be marked. */
  marksPastes = false;
  /** How often a colour was chosen. */
  colors = 0;
  #columns: number;
  #rows: Row[] = [{ cells: [], isWrapped: false }];
  #row = 0;
  #column = 0;

  constructor(columns = 80) {
    this.#columns = columns;
  }

  /** What is on it, without spaces at the ends of rows and empty rows at the end. */
  get text(): string {
    const rows = this.#rows.map(({ cells }) => {
      return Array.from(cells, (cell) => cell ?? " ").join("").trimEnd();
    });
    return rows.join("\n").trimEnd();
  }

  /** Its rows. */
  get rows(): string[] {
    return this.text.split("\n");
  }

  /** Where the cursor is, counted from 0. */
  get cursor(): [row: number, column: number] {
    return [this.#row, this.#column];
  }

  /** Shows a text. */
  write(text: string): void {
    for (const [found, numbers, letter] of text.matchAll(new RegExp(SEQUENCE, "gu"))) {
      if (letter !== undefined) this.#steer(letter, numbers ?? "");
      else if (found === "\n") this.#down();
      else if (found === "\r") this.#column = 0;
      else if (found === "\b") this.#column = Math.max(0, this.#column - 1);
      else if (found === "\t") this.#column = Math.min(this.#columns - 1, (this.#column | 7) + 1);
      // deno-lint-ignore no-control-regex -- the same
      else if (/[\x00-\x1f\x7f-\x9f]/.test(found)) {
        throw new Error(`A terminal gets ${JSON.stringify(found)} in ${JSON.stringify(text)}`);
      } else this.#put(found);
    }
  }

  /** Gives it another width, as terminals do that put what they show into it. */
  resize(columns: number): void {
    const offset = this.#row;
    let cursor: [row: number, column: number] | undefined;
    const rows: Row[] = [];
    for (let index = 0; index < this.#rows.length; index++) {
      const cells: string[] = [];
      const first = index;
      let at = first <= offset ? this.#column : 0;
      for (;; index++) {
        const row = this.#rows[index] as Row;
        if (index < offset && row.isWrapped) at += row.cells.length;
        cells.push(...row.cells);
        if (!row.isWrapped) break;
      }
      if (first <= offset && offset <= index) {
        cursor = [rows.length + Math.floor(at / columns), at % columns];
      }
      do {
        const part = cells.splice(0, columns);
        rows.push({ cells: part, isWrapped: cells.length > 0 });
      } while (cells.length > 0);
    }
    this.#columns = columns;
    this.#rows = rows;
    [this.#row, this.#column] = cursor ?? [0, 0];
    while (this.#rows.length <= this.#row) this.#rows.push({ cells: [], isWrapped: false });
  }

  #steer(letter: string, numbers: string): void {
    const number = Number(numbers || (letter === "J" || letter === "K" ? 0 : 1));
    if (letter === "m") return void this.colors++;
    if (/^[hl]$/.test(letter) && numbers === "?2004") this.marksPastes = letter === "h";
    else if (letter === "G") this.#column = number - 1;
    else if (letter === "A") this.#row = Math.max(0, this.#row - number);
    else if (letter === "B") this.#row = Math.min(this.#rows.length - 1, this.#row + number);
    else if (letter === "C") this.#column = Math.min(this.#columns - 1, this.#column + number);
    else if (letter === "D") this.#column = Math.max(0, this.#column - number);
    else if (letter === "J" && number === 0) {
      this.#clearRow(this.#column);
      this.#rows.length = this.#row + 1;
    } else if (letter === "K" && number === 0) this.#clearRow(this.#column);
    else if (letter === "K" && number === 2) this.#clearRow(0);
    else throw new Error(`A terminal gets ESC [${numbers}${letter}`);
  }

  #clearRow(from: number): void {
    const cells = this.#rows[this.#row]?.cells.slice(0, from) ?? [];
    this.#rows[this.#row] = { cells, isWrapped: false };
  }

  #put(character: string): void {
    const width = NARROWLESS.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
    if (width === 0) {
      const { cells } = this.#rows[this.#row] as Row;
      const last = cells.findLastIndex((cell) => cell !== "");
      if (last >= 0) cells[last] += character;
      return;
    }
    // Only now: a row that is full has the cursor behind it.
    if (this.#column + width > this.#columns) {
      this.#rows[this.#row] = { cells: this.#rows[this.#row]?.cells ?? [], isWrapped: true };
      this.#down();
    }
    const { cells } = this.#rows[this.#row] as Row;
    while (cells.length < this.#column) cells.push(" ");
    cells[this.#column++] = character;
    if (width === 2) cells[this.#column++] = "";
  }

  #down(): void {
    this.#row++;
    // The system gives terminals a carriage return with it.
    this.#column = 0;
    if (this.#row === this.#rows.length) this.#rows.push({ cells: [], isWrapped: false });
  }
}
