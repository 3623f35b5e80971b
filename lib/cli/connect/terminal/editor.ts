import { Buffer } from "node:buffer";
import { clearScreenDown, createInterface, cursorTo, Interface, moveCursor } from "node:readline";
import { FLUSH_TIME } from "../../../base/limits.ts";
import { within } from "../../../base/within.ts";
import type { Printer } from "../printer.ts";
import { Canvas } from "./canvas.ts";
import { Keys } from "./keys.ts";
import { cleanPaste, isBulk, Pastes, PASTES_OFF, PASTES_ON } from "./pastes.ts";
import type { Terminal } from "./terminal.ts";

const MOST_LINES = 500;
// In UTF-16 code units; longer ones are not remembered.
const LONGEST_LINE = 16 * 1024;
// Bytes of lines that nobody takes; then nothing is read, but Ctrl-C stays a signal.
const HIGH_WATER_MARK = 64 * 1024;

const encoder = new TextEncoder();

/**
 * Has somebody edit lines at a terminal, by `node:readline`, while other lines are shown above the one that is
 * edited.
 */
export class Editor {
  /** The lines, as if they had been typed at a terminal that edits none; ends at Ctrl-D. */
  readonly lines: ReadableStream<Uint8Array>;
  readonly #input: ReadableStreamDefaultReader<Uint8Array>;
  readonly #printer: Printer;
  readonly #terminal: Terminal;
  readonly #canvas: Canvas;
  #room = Promise.withResolvers<void>();
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #readline: Interface | undefined;
  #unlisten: (() => void)[] = [];
  #isOver = false;
  #shown = "";

  /** @param printer Prints everything that the terminal shows. */
  constructor(input: ReadableStream<Uint8Array>, printer: Printer, terminal: Terminal) {
    this.#input = input.getReader();
    this.#printer = printer;
    this.#terminal = terminal;
    this.#canvas = new Canvas(this.#print, terminal);
    this.lines = new ReadableStream({
      start: (controller) => {
        this.#controller = controller;
      },
      pull: () => this.#goOn(),
      cancel: () => this.close(),
    }, { highWaterMark: HIGH_WATER_MARK, size: ({ length }) => length });
  }

  /** Shows the prompt and takes keys from now on; nothing more where it does so already. */
  open(): void {
    if (this.#readline || this.#isOver) return;
    const terminal = this.#terminal;
    const keys = new Keys();
    terminal.setRaw(true);
    this.#print(PASTES_ON);
    const readline: Interface = createInterface({
      // It has all that `readline` uses of a stream.
      input: keys as unknown as NodeJS.ReadableStream,
      output: this.#canvas,
      terminal: true,
      prompt: this.#colored(32, "> "),
      historySize: MOST_LINES,
      removeHistoryDuplicates: true,
    });
    this.#readline = readline;
    readline.on("line", (line) => {
      this.#controller?.enqueue(encoder.encode(`${line}\n`));
      if (!this.#isOver) readline.prompt();
    });
    readline.on("history", (history) => {
      if ((history[0]?.length ?? 0) > LONGEST_LINE) history.shift();
    });
    readline.on("close", () => this.close());
    this.#unlisten = [
      terminal.onResize(() => this.#redraw(readline)),
      terminal.onReturn(() => this.#return(readline)),
    ];
    readline.prompt();
    this.#read(keys, readline).catch((error) => this.#end(error));
  }

  /**
   * Shows a message above the line that is edited.
   *
   * @param text Without anything that steers a terminal.
   */
  message(text: string): void {
    this.#show(`${this.#colored(36, "< ")}${text}\n`);
  }

  /** Shows what is no message. */
  note(text: string): void {
    this.#show(`${this.#colored(2, text)}\n`);
  }

  /** Gives the terminal back, and ends the lines. */
  close(): void {
    this.#end();
  }

  /** Resolves when the terminal shows everything, or takes nothing any more. */
  async shown(): Promise<void> {
    this.#flush();
    await within(this.#printer.flushed(), FLUSH_TIME);
  }

  #end(error?: unknown): void {
    if (this.#isOver) return;
    this.#flush();
    this.#isOver = true;
    this.#goOn();
    if (this.#readline) {
      const { line } = this.#readline;
      this.#hide(this.#readline);
      // What was typed and not sent stays to be seen.
      if (line !== "") this.#print(`${this.#readline.getPrompt()}${line}\n`);
      this.#print(PASTES_OFF);
      for (const unlisten of this.#unlisten) unlisten();
      this.#readline.close();
      this.#terminal.setRaw(false);
    }
    // What is typed from now on is nobody's; where that fails, it has ended already.
    this.#input.cancel().catch(() => {});
    try {
      if (error === undefined) this.#controller?.close();
      else this.#controller?.error(error);
    } catch {
      // Nobody takes them any more.
    }
  }

  async #read(keys: Keys, readline: Interface): Promise<void> {
    const decoder = new TextDecoder();
    const pastes = new Pastes();
    while (!this.#isOver) {
      const { value, done } = await this.#input.read();
      if (done) return this.#end();
      for (const { text, isPasted } of pastes.split(decoder.decode(value, { stream: true }))) {
        if (this.#isOver) return;
        if (isPasted || isBulk(text)) readline.write(cleanPaste(text));
        else keys.emit("data", Buffer.from(text));
      }
      if ((this.#controller?.desiredSize ?? 0) <= 0) await this.#room.promise;
    }
  }

  /** Has keys be read again. */
  #goOn(): void {
    this.#room.resolve();
    this.#room = Promise.withResolvers();
  }

  #show(text: string): void {
    // What comes in one go is shown in one go: the line is drawn again only once.
    if (this.#shown === "") queueMicrotask(() => this.#flush());
    this.#shown += text;
  }

  #flush(): void {
    const text = this.#shown;
    this.#shown = "";
    if (text === "") return;
    if (!this.#readline || this.#isOver) return this.#print(text);
    this.#hide(this.#readline);
    this.#print(text);
    this.#readline.prompt(true);
  }

  #hide(readline: Interface): void {
    const { rows } = readline.getCursorPos();
    if (rows > 0) moveCursor(this.#canvas, 0, -rows);
    cursorTo(this.#canvas, 0);
    clearScreenDown(this.#canvas);
    this.#drawsFromHere(readline);
  }

  #drawsFromHere(readline: Interface & { prevRows?: number }): void {
    // The rows that `readline` goes up before it draws.
    readline.prevRows = 0;
  }

  /** Draws the line for another width, into which terminals have put by now what is on them. */
  #redraw(readline: Interface): void {
    this.#hide(readline);
    readline.prompt(true);
  }

  /** Takes the terminal again from a shell, which has left the cursor in a line of its own. */
  #return(readline: Interface): void {
    this.#terminal.setRaw(false);
    this.#terminal.setRaw(true);
    this.#print(PASTES_ON);
    this.#drawsFromHere(readline);
    readline.prompt(true);
  }

  readonly #print = (text: string): void => {
    this.#printer.print(encoder.encode(text), false);
  };

  #colored(color: number, text: string): string {
    return this.#terminal.hasColors ? `\x1b[${color}m${text}\x1b[0m` : text;
  }
}
