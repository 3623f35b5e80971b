import type { Page } from "playwright-core";
import { Artefacts } from "../support/artefacts.ts";
import type { Browser, PageOptions } from "../support/browser.ts";
import { lookFor } from "../support/look_for.ts";
import type { TestServer } from "../support/server.ts";

/** The text on the screen, for the page: a place that nothing was written to is another space. */
const SHOWN = `[...document.querySelectorAll(".xterm-rows > div")].map((row) =>
  row.textContent.replaceAll("\\u00a0", " ").trimEnd()).join("\\n").trimEnd()`;

/** Pixels of a place on the screen: those of the W that the terminal measures, times as many. */
const CELL = `document.querySelector(".xterm-char-measure-element").getBoundingClientRect().width /
  document.querySelector(".xterm-char-measure-element").textContent.length`;

function escaped(text: string): RegExp {
  return new RegExp(text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&"));
}

/** The page of a terminal, as a person uses it. */
export class TerminalPage {
  readonly page: Page;

  private constructor(page: Page) {
    this.page = page;
  }

  /** Opens the page at a path of a server. */
  static async open(
    browser: Browser,
    server: Pick<TestServer, "url">,
    path: string,
    options: PageOptions = {},
  ): Promise<TerminalPage> {
    const page = await browser.open(server.url.replace("ws:", "http:") + path, options);
    return new TerminalPage(page);
  }

  /** Waits until there is a text on the screen, or what matches. */
  async until(text: string | RegExp): Promise<void> {
    const pattern = typeof text === "string" ? escaped(text) : text;
    await this.when(`${pattern}.test(${SHOWN})`);
  }

  /** Waits until a shell whose prompt is `$` has nothing to do, as its last line says. */
  async prompt(): Promise<void> {
    await this.until(/(?:^|\n)\$$/);
  }

  /** Waits until an expression in JavaScript is true for the page, whose policy lets it evaluate none by itself. */
  async when(expression: string): Promise<void> {
    let shown = "";
    await lookFor(async () => {
      if (await this.page.evaluate(expression)) return true;
      shown = await this.screen();
      return false;
    }, () => `${expression} of the screen:\n${shown}`);
  }

  /** The lines on the screen. */
  async screen(): Promise<string> {
    return await this.page.evaluate(SHOWN);
  }

  /** Waits until the line above the terminal says something. */
  async untilState(text: string): Promise<void> {
    await this.page.locator("#state", { hasText: text }).waitFor({ state: "attached" });
  }

  /** Types as a keyboard does; `Enter` is a key of its own. */
  async type(text: string): Promise<void> {
    await this.page.keyboard.type(text);
  }

  /** Types a line. */
  async line(text: string): Promise<void> {
    await this.type(text);
    await this.page.keyboard.press("Enter");
  }

  /** The place on the page of a character in the first line that has a text at its beginning. */
  async place(text: string, column: number): Promise<[x: number, y: number]> {
    await this.until(new RegExp(`^${escaped(text).source}`, "m"));
    const lines = (await this.screen()).split("\n");
    const row = this.page.locator(".xterm-rows > div").nth(
      lines.findIndex((line) => line.startsWith(text)),
    );
    const box = await row.boundingBox();
    const width = Number(await this.page.evaluate(CELL));
    if (!box) throw new Error(`"${text}" is not to be seen`);
    return [box.x + (column + 0.5) * width, box.y + box.height / 2];
  }

  /** Keeps a picture of it. */
  async picture(name: string): Promise<void> {
    await using artefacts = await Artefacts.open();
    await artefacts.write(`terminal-${name}.png`, await this.page.screenshot());
  }
}
