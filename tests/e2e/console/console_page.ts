import type { Download, Locator, Page } from "playwright-core";
import type { Browser, PageOptions } from "../../support/browser.ts";

/** What shows a property of the connection, or what was counted. */
type Shown =
  | "ready-state"
  | "buffered-amount"
  | "protocol"
  | "received-messages"
  | "received-bytes"
  | "sent-messages"
  | "target"
  | "listed"
  | "notice"
  | "countdown"
  | "paused"
  | "send-error";

/** The console in a browser, as a person uses it. */
export class ConsolePage {
  readonly page: Page;

  private constructor(page: Page) {
    this.page = page;
  }

  /** Opens it. */
  static async open(browser: Browser, url: string, options?: PageOptions): Promise<ConsolePage> {
    return new ConsolePage(await browser.open(url.replace(/^ws/, "http"), options));
  }

  /** Connects, and waits until it is open. */
  async connect(): Promise<void> {
    await this.page.click("#connect");
    await this.until("ready-state", "1 OPEN");
  }

  /** Connects elsewhere than the page proposes. */
  async connectTo(url: string): Promise<void> {
    await this.page.fill("#url", url);
    await this.connect();
  }

  /** Waits until this is shown. */
  async until(id: Shown, text: string | RegExp): Promise<void> {
    const pattern = typeof text === "string" ? new RegExp(`^\\s*${escape(text)}\\s*$`) : text;
    await this.page.locator(`#${id}`).filter({ hasText: pattern }).waitFor();
  }

  /** What is shown now. */
  async shown(id: Shown): Promise<string> {
    return await this.page.locator(`#${id}`).innerText();
  }

  /** Types a text and sends it. */
  async send(text: string): Promise<void> {
    await this.page.fill("#message", text);
    await this.page.press("#message", "Enter");
  }

  /** Chooses what is sent: text, json or file. */
  async mode(mode: "text" | "json" | "file"): Promise<void> {
    await this.page.locator(`[name=mode][value=${mode}]`).check();
  }

  /** Waits until the list shows a row of this kind with this text, and selects it. */
  async select(kind: string, text: string | RegExp): Promise<void> {
    await this.row(kind, text).click();
    await this.page.locator("#detail").waitFor();
  }

  /** A row that the list shows. */
  row(kind: string, text: string | RegExp = ""): Locator {
    return this.page.locator(`#list .row.${kind}`).filter({ hasText: text }).last();
  }

  /** What the rows in sight say of their payloads, in order. */
  async rows(kind = "row"): Promise<string[]> {
    return await this.page.locator(`#list .${kind} .preview`).allTextContents();
  }

  /** What the details show. */
  async detail(): Promise<string> {
    return await this.page.locator("#detail-body").innerText();
  }

  /** What an expression of the page is. */
  async value<T>(expression: string): Promise<T> {
    return await this.page.evaluate(expression);
  }

  /** What the clipboard has. */
  async clipboard(): Promise<string> {
    return await this.value("navigator.clipboard.readText()");
  }

  /** The file that the browser saves at a press of a button. */
  async saved(button: string): Promise<{ name: string; bytes: Uint8Array }> {
    const [download] = await Promise.all([
      this.page.waitForEvent("download"),
      this.page.click(button),
    ]) as [Download, void];
    return {
      name: download.suggestedFilename(),
      bytes: await Deno.readFile(await download.path()),
    };
  }
}

function escape(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
