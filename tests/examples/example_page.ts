import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Page } from "playwright-core";
import { findFaint } from "../e2e/console/contrast.js";
import { Artefacts } from "../support/artefacts.ts";
import type { Browser, PageOptions } from "../support/browser.ts";
import type { TestServer } from "../support/server.ts";

/** Where an example has its page. */
export interface ExampleOptions extends PageOptions {
  /** Default: the server's root. */
  readonly path?: string;
}

/** Opens the page of an example. */
export function openPage(
  browser: Browser,
  server: TestServer,
  { path = "", ...options }: ExampleOptions = {},
): Promise<Page> {
  return browser.open(server.url.replace("ws", "http") + path, { ...options, parts: true });
}

/** Waits until a part of the page has this text in it. */
export async function until(page: Page, selector: string, text: string | RegExp): Promise<void> {
  await page.locator(selector).filter({ hasText: text }).first().waitFor();
}

/**
 * Checks that a page can be used by everybody: in light and dark, on a phone, with a screen reader, and
 * that it takes nothing from elsewhere.
 *
 * @param name Of the pictures that are kept of it.
 * @param fill Makes the page show what it can show.
 */
export async function checkLooks(
  browser: Browser,
  server: TestServer,
  name: string,
  fill: (page: Page) => Promise<void>,
  path = "",
): Promise<void> {
  await using artefacts = await Artefacts.open();
  for (const width of [1280, 320]) {
    for (const dark of [false, true]) {
      const page = await openPage(browser, server, { path, width, height: 800, dark });
      await fill(page);
      assertEquals(await page.evaluate(findFaint), []);
      assert(await page.evaluate("document.documentElement.scrollWidth") as number <= width);
      assertEquals(await namelessControls(browser, page), []);
      const picture = `example-${name}-${width}-${dark ? "dark" : "light"}.png`;
      await artefacts.write(picture, await page.screenshot());
      await page.close();
    }
  }
  const html = await (await fetch(server.url.replace("ws", "http") + path)).text();
  assertMatch(html, /default-src 'none'/);
  assert(!/unsafe|https?:|<script>|<style| style=| on\w+=/.test(html), html);
}

async function namelessControls(browser: Browser, page: Page): Promise<string[]> {
  const session = await browser.context.newCDPSession(page);
  const { nodes } = await session.send("Accessibility.getFullAXTree");
  await session.detach();
  const controls = nodes.filter(({ role, ignored }) =>
    !ignored && /^(button|textbox|log|group)$/i.test(role?.value ?? "")
  );
  assert(controls.length >= 2);
  return controls.filter(({ name }) => !name?.value).map(({ role }) => role?.value);
}
