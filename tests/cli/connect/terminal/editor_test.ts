import { assert, assertEquals } from "@std/assert";
import { Printer } from "../../../../lib/cli/connect/printer.ts";
import { Editor } from "../../../../lib/cli/connect/terminal/editor.ts";
import { Screen } from "../../../support/screen.ts";

const UP = "\x1b[A";
const DOWN = "\x1b[B";
const LEFT = "\x1b[D";
const RIGHT = "\x1b[C";
const HOME = "\x1b[H";
const END = "\x1b[F";
const DELETE = "\x1b[3~";
const ctrl = (letter: string) => String.fromCharCode(letter.toUpperCase().charCodeAt(0) - 64);

/** An editor, with somebody who types and looks at the screen. */
class Sitting implements AsyncDisposable {
  readonly screen: Screen;
  readonly editor: Editor;
  isRaw = false;
  columns: number;
  resize: (() => void) | undefined;
  goOn: (() => void) | undefined;
  readonly #printer: Printer;
  readonly #lines: ReadableStreamDefaultReader<Uint8Array>;
  #keys: ReadableStreamDefaultController<Uint8Array> | undefined;
  /** Resolves when keys are waited for. */
  #asked = Promise.withResolvers<void>();

  constructor(columns = 80, hasColors = false) {
    this.columns = columns;
    const screen = this.screen = new Screen(columns);
    const decoder = new TextDecoder();
    this.#printer = new Printer((bytes) => {
      screen.write(decoder.decode(bytes, { stream: true }));
      return Promise.resolve(bytes.length);
    });
    const input = new ReadableStream<Uint8Array>({
      start: (controller) => void (this.#keys = controller),
      pull: () => this.#asked.resolve(),
    }, { highWaterMark: 0 });
    const columnsNow = () => this.columns;
    this.editor = new Editor(input, this.#printer, {
      get columns() {
        return columnsNow();
      },
      hasColors,
      setRaw: (isRaw) => this.isRaw = isRaw,
      onResize: (listener) => {
        this.resize = listener;
        return () => this.resize = undefined;
      },
      onReturn: (listener) => {
        this.goOn = listener;
        return () => this.goOn = undefined;
      },
    });
    this.#lines = this.editor.lines.getReader();
  }

  static open(columns?: number, hasColors?: boolean): Sitting {
    const sitting = new Sitting(columns, hasColors);
    sitting.editor.open();
    return sitting;
  }

  /** Types, and waits until all of it was taken. */
  async type(...keys: string[]): Promise<void> {
    for (const key of keys) {
      await this.#asked.promise;
      this.#asked = Promise.withResolvers();
      this.#keys?.enqueue(new TextEncoder().encode(key));
    }
    await this.#asked.promise;
    await this.seen();
  }

  /** Types the last key, after which no more is asked for. */
  async typeLast(key: string): Promise<void> {
    await this.#asked.promise;
    this.#keys?.enqueue(new TextEncoder().encode(key));
  }

  /** Waits until the screen shows everything. */
  async seen(): Promise<void> {
    await this.editor.shown();
  }

  /** The next line that was typed; undefined at the end. */
  async line(): Promise<string | undefined> {
    const { value } = await this.#lines.read();
    return value && new TextDecoder().decode(value);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.editor.close();
    await this.seen();
  }
}

Deno.test("Editor shows a prompt, takes keys, and gives the terminal back", async () => {
  await using sitting = new Sitting();
  assertEquals([sitting.isRaw, sitting.screen.text], [false, ""]);
  sitting.editor.open();
  await sitting.seen();
  assertEquals([sitting.isRaw, sitting.screen.marksPastes, sitting.screen.text], [true, true, ">"]);
  await sitting.type("hello");
  assertEquals(sitting.screen.text, "> hello");
  await sitting.type("\r");
  assertEquals(await sitting.line(), "hello\n");
  assertEquals(sitting.screen.text, "> hello\n>");
  sitting.editor.close();
  await sitting.seen();
  assertEquals([sitting.isRaw, sitting.screen.marksPastes], [false, false]);
  assertEquals([sitting.screen.text, sitting.screen.cursor], ["> hello", [1, 0]]);
  assertEquals([sitting.resize, sitting.goOn], [undefined, undefined]);
  assertEquals(await sitting.line(), undefined);
});

const EDITED: [what: string, keys: string[], line: string][] = [
  ["arrows", ["held", LEFT, LEFT, "l", RIGHT, "!"], "hell!d"],
  ["Home and End", ["b", HOME, "a", END, "c"], "abc"],
  ["Ctrl-A and Ctrl-E", ["b", ctrl("a"), "a", ctrl("e"), "c"], "abc"],
  ["Ctrl-B and Ctrl-F", ["ac", ctrl("b"), "b", ctrl("f"), "d"], "abcd"],
  ["Backspace and Delete", ["abc", "\x7f", HOME, DELETE], "b"],
  ["Ctrl-D within a line", ["abc", HOME, ctrl("d")], "bc"],
  ["Ctrl-K", ["abc def", ctrl("a"), RIGHT, RIGHT, ctrl("k")], "ab"],
  ["Ctrl-U", ["abc def", LEFT, ctrl("u")], "f"],
  ["Ctrl-W", ["abc def", ctrl("w"), "x"], "abc x"],
  ["Ctrl-W and Ctrl-Y", ["abc def", ctrl("w"), HOME, ctrl("y")], "defabc "],
  ["words by Ctrl-Left", ["abc def", "\x1b[1;5D", "x"], "abc xdef"],
  ["Ctrl-_", ["abc def", ctrl("w"), "\x1f"], "abc def"],
  ["Ctrl-H", ["abc", ctrl("h")], "ab"],
  ["words by Alt-B and Alt-F", ["abc def", "\x1bb", "\x1bb", "\x1bf", "x"], "abc xdef"],
  ["wide characters", ["中文", LEFT, "\x7f", "😀"], "😀文"],
  ["an emoji that is removed", ["a😀b", "\x7f", "\x7f"], "a"],
  ["keys that come in pieces", ["ab\x1b", "[D", "x"], "axb"],
  ["a character that comes in pieces", ["é"], "é"],
  ["a tab", ["a\tb"], "a\tb"],
  ["keys that nobody knows", ["a\x1b[99~\x1bOPb"], "ab"],
];
for (const [what, keys, line] of EDITED) {
  Deno.test(`Editor knows ${what}`, async () => {
    await using sitting = Sitting.open();
    await sitting.type(...keys);
    if (!line.includes("\t")) assertEquals(sitting.screen.text, `> ${line}`.trimEnd());
    await sitting.type("\r");
    assertEquals(await sitting.line(), `${line}\n`);
  });
}

Deno.test("Editor remembers lines, each once and none that is endless", async () => {
  await using sitting = Sitting.open();
  await sitting.type("one\r", "two\r", "one\r", `${"x".repeat(20_000)}\r`);
  await sitting.type(UP);
  assertEquals(sitting.screen.rows.at(-1), "> one");
  await sitting.type(UP);
  assertEquals(sitting.screen.rows.at(-1), "> two");
  // There is nothing behind it.
  await sitting.type(UP);
  assertEquals(sitting.screen.rows.at(-1), ">");
  await sitting.type(ctrl("n"), ctrl("n"), ctrl("p"), DOWN);
  assertEquals(sitting.screen.rows.at(-1), "> one");
  await sitting.type("!", "\r");
  const lines = [];
  for (let index = 0; index < 5; index++) lines.push(await sitting.line());
  assertEquals(lines.toSpliced(3, 1), ["one\n", "two\n", "one\n", "one!\n"]);
});

Deno.test("Editor shows messages above the line, which stays with its cursor", async () => {
  await using sitting = Sitting.open();
  await sitting.type("helo", LEFT);
  sitting.editor.message("first");
  sitting.editor.message("second");
  sitting.editor.note("stdws: a note");
  await sitting.seen();
  const rows = ["< first", "< second", "stdws: a note"];
  assertEquals(sitting.screen.rows, [...rows, "> helo"]);
  assertEquals(sitting.screen.cursor, [3, 5]);
  await sitting.type("l");
  assertEquals(sitting.screen.rows, [...rows, "> hello"]);
  await sitting.type("\r");
  assertEquals(await sitting.line(), "hello\n");
  sitting.editor.message("third");
  await sitting.seen();
  assertEquals(sitting.screen.rows, [...rows, "> hello", "< third", ">"]);
});

for (const length of [17, 18, 19, 37, 38, 39, 70]) {
  Deno.test(`Editor keeps a line of ${length} characters whole at a width of 20`, async () => {
    await using sitting = Sitting.open(20);
    const line = Array.from({ length }, (_, index) => String(index % 10)).join("");
    const rows = (text: string) => text.match(/.{1,20}/g) ?? [];
    await sitting.type(line);
    for (const message of ["a", "b".repeat(20), "c".repeat(21)]) {
      sitting.editor.message(message);
      await sitting.seen();
    }
    const above = ["< a", ...rows(`< ${"b".repeat(20)}`), ...rows(`< ${"c".repeat(21)}`)];
    assertEquals(sitting.screen.rows, [...above, ...rows(`> ${line}`)]);
    await sitting.type(HOME);
    sitting.editor.message("d");
    await sitting.seen();
    assertEquals(sitting.screen.rows, [...above, "< d", ...rows(`> ${line}`)]);
    assertEquals(sitting.screen.cursor, [above.length + 1, 2]);
    await sitting.type("x", "\r");
    assertEquals(await sitting.line(), `x${line}\n`);
    sitting.editor.message("e");
    await sitting.seen();
    // Behind a row that is full, there is an empty one.
    const shown = sitting.screen.rows.filter(Boolean);
    assertEquals(shown, [...above, "< d", ...rows(`> x${line}`), "< e", ">"]);
  });
}

Deno.test("Editor keeps wide characters whole at the right border", async () => {
  await using sitting = Sitting.open(9);
  await sitting.type("中文中文中文");
  sitting.editor.message("a");
  await sitting.seen();
  assertEquals(sitting.screen.rows, ["< a", "> 中文中", "文中文"]);
  await sitting.type("\x7f", "\x7f", "\x7f");
  sitting.editor.message("b");
  await sitting.seen();
  assertEquals(sitting.screen.rows, ["< a", "< b", "> 中文中"]);
});

for (const [from, to] of [[20, 10], [10, 20], [20, 7], [20, 20]] as const) {
  Deno.test(`Editor draws the line anew where the width of ${from} becomes ${to}`, async () => {
    await using sitting = Sitting.open(from);
    sitting.editor.message("mess");
    await sitting.type("0123456789012345678901234", LEFT, LEFT);
    sitting.screen.resize(to);
    sitting.columns = to;
    sitting.resize?.();
    await sitting.seen();
    const line = "> 0123456789012345678901234".match(new RegExp(`.{1,${to}}`, "g")) ?? [];
    assertEquals(sitting.screen.rows, ["< mess", ...line]);
    sitting.editor.message("age");
    await sitting.type("\x7f");
    const shorter = "> 012345678901234567890134".match(new RegExp(`.{1,${to}}`, "g")) ?? [];
    assertEquals(sitting.screen.rows, ["< mess", "< age", ...shorter]);
  });
}

Deno.test("Editor takes what is pasted as lines, and nothing in it as a key", async () => {
  await using sitting = Sitting.open();
  await sitting.type("a ", "\x1b[200~one\r\ntwo\x1b[A\x03\x04\n\r\tthree\x1b[2", "01~", "!");
  assertEquals(sitting.screen.rows.slice(0, 3), ["> a one", "> two[A", ">"]);
  await sitting.type("\r");
  const lines = [];
  for (let index = 0; index < 4; index++) lines.push(await sitting.line());
  assertEquals(lines, ["a one\n", "two[A\n", "\n", "\tthree!\n"]);
});

Deno.test("Editor takes a quarter of a megabyte that is pasted as one line", async () => {
  await using sitting = Sitting.open();
  const line = "0123456789abcdef".repeat(16_384);
  await sitting.type("\x1b[200~" + line.slice(0, 70_000), line.slice(70_000) + "\x1b[201~");
  await sitting.typeLast("\r");
  assertEquals(await sitting.line(), `${line}\n`);
});

Deno.test("Editor takes lines that come without marks, as of a terminal that has none", async () => {
  await using sitting = Sitting.open();
  await sitting.type("one\ntwo\rthree\r\nfour");
  assertEquals(sitting.screen.rows, ["> one", "> two", "> three", "> four"]);
  assertEquals([await sitting.line(), await sitting.line()], ["one\n", "two\n"]);
});

Deno.test("Editor ends the lines at Ctrl-D in an empty line, and shows messages on", async () => {
  await using sitting = Sitting.open();
  await sitting.type("one\r");
  await sitting.typeLast(ctrl("d"));
  assertEquals([await sitting.line(), await sitting.line()], ["one\n", undefined]);
  assertEquals(sitting.isRaw, false);
  sitting.editor.message("late");
  await sitting.seen();
  assertEquals(sitting.screen.rows, ["> one", "< late"]);
});

Deno.test("Editor leaves to be seen what was typed and not sent", async () => {
  await using sitting = Sitting.open(10);
  await sitting.type("not sent, and longer", HOME);
  sitting.editor.note("closed");
  sitting.editor.close();
  sitting.editor.note("more");
  await sitting.seen();
  assertEquals(sitting.screen.rows, ["closed", "> not sent", ", and long", "er", "more"]);
});

Deno.test("Editor reads nothing more while nobody takes the lines", async () => {
  await using sitting = Sitting.open();
  await sitting.type("one\r", "two\r");
  assertEquals(await sitting.line(), "one\n");
  await sitting.typeLast(`${"x".repeat(100)}\r`.repeat(1_000));
  assertEquals(await sitting.line(), "two\n");
  let asked = false;
  const typing = sitting.type("last\r").then(() => asked = true);
  for (let turn = 0; turn < 1_000; turn++) await undefined;
  assertEquals(asked, false);
  for (let index = 0; index < 1_000; index++) await sitting.line();
  assertEquals(await sitting.line(), "last\n");
  await typing;
});

Deno.test("Editor takes the keys again when the program goes on after Ctrl-Z", async () => {
  await using sitting = Sitting.open(10);
  const line = "0123456789012345";
  await sitting.type(line);
  const states: boolean[] = [];
  Object.defineProperty(sitting, "isRaw", { set: (isRaw: boolean) => states.push(isRaw) });
  sitting.screen.write("\nshell\n\x1b[?2004l");
  sitting.goOn?.();
  await sitting.seen();
  assertEquals([states, sitting.screen.marksPastes], [[false, true], true]);
  const rows = ["> 01234567", "89012345"];
  assertEquals(sitting.screen.rows, [...rows, "shell", ...rows]);
  sitting.editor.message("a");
  await sitting.seen();
  assertEquals(sitting.screen.rows, [...rows, "shell", "< a", ...rows]);
});

Deno.test("Editor colours the marks where colours are wanted, and nothing else", async () => {
  await using plain = Sitting.open();
  await using colored = Sitting.open(80, true);
  for (const sitting of [plain, colored]) {
    await sitting.type("a\r");
    sitting.editor.message("b");
    sitting.editor.note("c");
    await sitting.seen();
    assertEquals(sitting.screen.rows, ["> a", "< b", "c", ">"]);
  }
  assert(colored.screen.colors > 0);
  assertEquals(plain.screen.colors, 0);
});
