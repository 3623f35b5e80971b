import { quoteWord } from "../../lib/base/quote_word.ts";
import { inTime } from "./in_time.ts";
import { Screen } from "./screen.ts";
import { type Form, wordsOf } from "./server.ts";

/** How somebody sits at a terminal. */
export interface SittingOptions {
  readonly form?: Form;
  readonly env?: Record<string, string>;
  /** A file that is the input in place of the keys. */
  readonly stdin?: string;
  /** Where standard error goes; default: to the terminal. */
  readonly stderr?: string;
}

const COLUMNS = 80;
const encoder = new TextEncoder();

// What ends within a sequence that steers the terminal: the rest of it comes with what is read next.
// deno-lint-ignore no-control-regex -- control characters are what it is about
const BEGUN = /\x1b(?:\[[?\d;]*)?$/;

/** `stdws` at a terminal of the system, 80 characters wide, which `script` (util-linux) makes. */
export class Sitting implements AsyncDisposable {
  readonly screen: Screen = new Screen(COLUMNS);
  readonly #child: Deno.ChildProcess;
  readonly #keys: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reading: Promise<void>;
  #wake = Promise.withResolvers<void>();
  #isOver = false;

  constructor(args: readonly string[], options: SittingOptions = {}) {
    const { form, env, stdin, stderr } = options;
    const redirected = [
      ...stdin === undefined ? [] : [`<${quoteWord(stdin)}`],
      ...stderr === undefined ? [] : [`2>${quoteWord(stderr)}`],
    ];
    const words = [...wordsOf(form), ...args].map((word) => quoteWord(word));
    const script = [
      // The keys that are signals are for the program alone, which goes on after Ctrl-Z.
      "set -m",
      `stty cols ${COLUMNS} rows 24`,
      "tty",
      "before=$(stty -g)",
      [...words, ...redirected].join(" "),
      "status=$?",
      "while [ $status = 148 ]; do printf '\\nstopped\\n'; fg >/dev/null; status=$?; done",
      'echo "exit status $status"',
      '[ "$before" = "$(stty -g)" ] || echo "the terminal is not as it was"',
    ];
    this.#child = new Deno.Command("script", {
      args: ["--quiet", "--flush", "--command", script.join("; "), "/dev/null"],
      env: { NO_COLOR: "1", TERM: "xterm-256color", SHELL: "/bin/sh", ...env },
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#keys = this.#child.stdin.getWriter();
    this.#reading = this.#read();
    // Whoever waits for something is told.
    this.#reading.catch(() => {});
  }

  /** Types. */
  async type(keys: string): Promise<void> {
    await this.#keys.write(encoder.encode(keys));
  }

  /** The rows that are shown, without the first one, as soon as they end with one that matches. */
  async until(pattern: RegExp): Promise<string[]> {
    return await this.untilRows((rows) => pattern.test(rows.at(-1) ?? ""), String(pattern));
  }

  /** The same, as soon as they are as they should be. */
  async untilRows(fits: (rows: string[]) => boolean, what: string): Promise<string[]> {
    for (;;) {
      const rows = this.screen.rows.slice(1);
      if (fits(rows)) return rows;
      if (this.#isOver) {
        await this.#reading;
        throw new Error(`no ${what} in:\n${this.screen.text}`);
      }
      await inTime(this.#wake.promise, () => `${what} in:\n${this.screen.text}`);
    }
  }

  /** Makes the terminal wider or narrower. */
  async resize(columns: number): Promise<void> {
    const [tty = ""] = this.screen.rows;
    this.screen.resize(columns);
    await new Deno.Command("stty", { args: ["-F", tty, "cols", String(columns)] }).output();
  }

  /** Waits for its end, and answers the rows that were shown until then. */
  async end(): Promise<string[]> {
    await inTime(this.#reading, () => `the end of:\n${this.screen.text}`);
    return this.screen.rows.slice(1);
  }

  async #read(): Promise<void> {
    let begun = "";
    try {
      for await (const text of this.#child.stdout.pipeThrough(new TextDecoderStream())) {
        const all = begun + text;
        begun = BEGUN.exec(all)?.[0] ?? "";
        this.screen.write(all.slice(0, all.length - begun.length));
        this.#wake.resolve();
        this.#wake = Promise.withResolvers();
      }
      this.screen.write(begun);
    } finally {
      this.#isOver = true;
      this.#wake.resolve();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await this.#keys.abort().catch(() => {});
    await Promise.all([this.#child.status, this.#reading.catch(() => {})]);
  }
}
