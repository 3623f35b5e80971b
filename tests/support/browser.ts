import { Buffer } from "node:buffer";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { which } from "../../lib/process/which.ts";
import { GUARD } from "./in_time.ts";

/** It asks nobody for anything by itself, and has nothing of another run. */
const ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** How a page is looked at. */
export interface PageOptions {
  readonly width?: number;
  readonly height?: number;
  readonly dark?: boolean;
  /** Whether it consists of several files of its server; default: of one. */
  readonly parts?: boolean;
}

/** A real Chromium without a window; disposing it ends it and fails if a page had any problem. */
export class Browser implements AsyncDisposable {
  /** Errors and warnings of the pages, and requests for anything but the page. */
  readonly problems: string[] = [];
  readonly context: BrowserContext;
  readonly #folder: string;

  private constructor(context: BrowserContext, folder: string) {
    this.context = context;
    this.#folder = folder;
  }

  /**
   * Starts one.
   *
   * @param touch Whether it has a screen to touch, as a phone.
   */
  static async launch({ touch = false } = {}): Promise<Browser> {
    const folder = await Deno.makeTempDir({ prefix: "stdws-browser-" });
    const path = Deno.env.get("PATH") ?? "";
    try {
      const context = await chromium.launchPersistentContext(folder, {
        timeout: GUARD,
        executablePath: which("chromium", { path, os: Deno.build.os }),
        args: ARGS,
        downloadsPath: folder,
        ...(touch && { hasTouch: true, isMobile: true }),
      });
      // A step that waits for what never comes shall fail before the run as a whole does.
      context.setDefaultTimeout(GUARD);
      return new Browser(context, folder);
    } catch (error) {
      await Deno.remove(folder, { recursive: true });
      throw error;
    }
  }

  /** Opens a page. */
  async open(url: string, options: PageOptions = {}): Promise<Page> {
    const { width = 1280, height = 800, dark = false, parts = false } = options;
    const page = await this.context.newPage();
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme: dark ? "dark" : "light" });
    page.on("pageerror", (error) => this.problems.push(`error: ${error.message}`));
    page.on("console", (message) => {
      // It tells of each connection that fails, which some tests are about.
      if (message.text().startsWith("WebSocket connection to")) return;
      this.problems.push(`${message.type()}: ${message.text()}`);
    });
    page.on("request", (request) => {
      // The console asks its server what a browser does not tell.
      const isPart = (parts || request.headers()["stdws-ask"] !== undefined) &&
        new URL(request.url()).origin === new URL(url).origin;
      if (!isPart && !request.isNavigationRequest()) {
        this.problems.push(`request: ${request.url()}`);
      }
    });
    await page.goto(url);
    return page;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.context.close();
    await Deno.remove(this.#folder, { recursive: true });
    if (this.problems.length > 0) throw new Error(`The page had ${this.problems.join("\n")}`);
  }
}

/** What a page's file field takes. */
export interface PageFile {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

/** Makes a file for a page's file field. */
export function fileOf(name: string, bytes: Uint8Array): PageFile {
  return { name, mimeType: "application/octet-stream", buffer: Buffer.from(bytes) };
}
