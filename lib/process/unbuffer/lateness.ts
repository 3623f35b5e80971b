import { duration } from "../../base/duration.ts";

/** The evidence that a program's output came late, in words. */
export type Finding = string;

/** Options of {@linkcode Lateness}. */
export interface LatenessOptions {
  /** Gets the first evidence, and there is no second. */
  found(finding: Finding): void;
  /** Whether the program says nothing before the end of its input by its nature, as `sort`. */
  readonly answersAtEnd: boolean;
  /** Milliseconds on a clock that never goes back. */
  readonly now?: () => number;
}

// The C library's buffer of a pipe, in bytes; those of languages are multiples of it.
const BUFFER = 4096;

// So long nothing follows where a buffer fills slowly, in ms: a program that merely writes much goes on at once.
const PAUSE = 1_000;

// So long somebody waits for an answer, in ms.
const PATIENCE = 5_000;

// How much later than its first output a program ends that has emptied a buffer at its end, in ms.
const AT_ONCE = 1_000;

// What is at the end of a message: of lines, of records, of a JSON value.
const ENDS = [0x0a, 0x00, 0x7d, 0x5d];

/**
 * Looks for output of one process that lay in a buffer of it. What counts as evidence:
 *
 * - it stops for a second after as many bytes as buffers have, in the middle of a message: only a full buffer is
 *   cut there;
 * - nothing of it came while somebody who had said something waited for five seconds, and at the end of the input or
 *   of the program as many lines came at once as there were messages.
 *
 * Nothing is said of output that came late after nothing was said: a program may have had to work for it.
 */
export class Lateness {
  readonly #options: LatenessOptions;
  readonly #now: () => number;
  #over = false;
  #left = false;
  #messages = 0;
  #sentAt: number | undefined;
  /** When the first output came, and how many lines that was. */
  #first: { readonly at: number; readonly lines: number } | undefined;
  /** Bytes since the last pause. */
  #burst = 0;
  #isCut = false;

  constructor(options: LatenessOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Messages were given to the process. */
  sent(messages: number): void {
    if (this.#first || this.#over) return;
    this.#sentAt ??= this.#now();
    this.#messages += messages;
  }

  /** The input of the process ends now. */
  left(): void {
    this.#left = true;
  }

  /**
   * Output was read.
   *
   * @param waited Milliseconds for which there was none.
   */
  read(bytes: Uint8Array, waited: number): void {
    if (this.#over) return;
    if (waited >= PAUSE) {
      if (this.#isCut && this.#burst % BUFFER === 0) {
        return this.#tell(
          `it stopped for ${
            seconds(waited)
          } after ${this.#burst} bytes, in the middle of a message, as a buffer that is full`,
        );
      }
      this.#burst = 0;
    }
    this.#burst += bytes.length;
    this.#isCut = !ENDS.includes(bytes[bytes.length - 1] ?? 0);
    if (this.#first) return;
    this.#first = { at: this.#now(), lines: linesIn(bytes) };
    if (this.#left) this.#judge("its input");
  }

  /** All of the output was read. */
  end(): void {
    // Where it has gone on to write after the first of it, that was no buffer that is emptied at the end.
    if (this.#first && this.#now() - this.#first.at < AT_ONCE) this.#judge("the program");
  }

  /** All of the output came at an end: whether that was long after somebody had asked for it. */
  #judge(end: string): void {
    const { at, lines } = this.#first ?? { at: 0, lines: 0 };
    if (this.#over || this.#sentAt === undefined || this.#options.answersAtEnd) return;
    const waited = at - this.#sentAt;
    if (waited < PATIENCE || lines < this.#messages) return;
    this.#tell(`all of it came at the end of ${end}, ${seconds(waited)} after the first message`);
  }

  #tell(finding: Finding): void {
    this.#over = true;
    this.#options.found(finding);
  }
}

function seconds(ms: number): string {
  return duration(Math.floor(ms / 1_000) * 1_000);
}

function linesIn(bytes: Uint8Array): number {
  let lines = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) lines++;
  return lines;
}
