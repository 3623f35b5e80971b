import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { Browser } from "../support/browser.ts";
import { testExample } from "./example.ts";
import { checkLooks, openPage, until } from "./example_page.ts";

async function open(browser: Browser, server: Parameters<typeof openPage>[1]): Promise<Page> {
  const page = await openPage(browser, server);
  await page.click("text=Connect");
  await until(page, "#ready-state", "1 OPEN");
  return page;
}

/** The log's lines of a kind. */
async function lines(page: Page, kind: string): Promise<string[]> {
  const texts = await page.locator(`#log .${kind}`).allTextContents();
  return texts.map((text) => text.slice(kind.length + 1));
}

/** Presses buttons at once, before any event can come, and tells the state after each. */
function press(page: Page, ...selectors: string[]): Promise<unknown> {
  return page.evaluate((selectors: string[]) => {
    const { document } = globalThis as unknown as { document: Dom };
    return selectors.map((selector) => {
      document.querySelector(selector).click();
      return document.querySelector("#ready-state").textContent;
    });
  }, selectors);
}
interface Dom {
  querySelector(selector: string): { click(): void; textContent: string };
}

testExample("The example of the client API", "/client-api", async (server, t) => {
  await using browser = await Browser.launch();

  await t.step("connects, and says what the event open has", async () => {
    const page = await openPage(browser, server);
    assert(await page.isDisabled("text=Send bytes") && await page.isDisabled("#close button"));
    assertEquals(await press(page, "#connect button"), ["0 CONNECTING"]);
    await until(page, "#ready-state", "1 OPEN");
    assertEquals(await lines(page, "call"), [`new WebSocket("${server.url}echo")`]);
    assertEquals(await lines(page, "open"), ['protocol "", extensions ""']);
    assert(await page.isDisabled("#connect button"));
    await page.close();
  });

  await t.step("sends text and bytes, which come back as what they are", async () => {
    const page = await open(browser, server);
    await page.fill("[name=message]", 'Wörld <b>"');
    await page.press("[name=message]", "Enter");
    await until(page, ".message", "Wörld");
    await page.fill("[name=message]", "é");
    await page.click("text=Send bytes");
    await until(page, ".message", "ArrayBuffer");
    assertEquals(await lines(page, "message"), [
      'data: "Wörld <b>\\""',
      "data: ArrayBuffer of 2: c3 a9",
    ]);
    const [, text = "", bytes = ""] = await lines(page, "call");
    assert(text.startsWith('send("Wörld <b>\\"") → bufferedAmount '), text);
    assert(bytes.startsWith("send(Uint8Array of 2: c3 a9) → bufferedAmount "), bytes);
    await page.close();
  });

  await t.step("shows bufferedAmount as it rises and falls", async () => {
    const page = await open(browser, server);
    await page.click("text=KiB");
    await until(page, "#most", "1,048,576");
    await page.locator("#log .message").nth(15).waitFor();
    await page.locator("#buffered-amount", { hasText: /^0$/ }).waitFor();
    const calls = await lines(page, "call");
    const amounts = calls.slice(1).map((call) => Number(call.match(/\d+$/)?.[0]));
    assertEquals(amounts, Array.from({ length: 16 }, (_, index) => 65536 * (index + 1)));
    assertEquals(
      await lines(page, "message"),
      Array(16).fill(`data: ArrayBuffer of 65536: ${"00 ".repeat(16)}…`),
    );
    await page.close();
  });

  await t.step("closes with a code and a reason", async () => {
    const page = await open(browser, server);
    await page.fill("[name=code]", "4001");
    await page.fill("[name=reason]", "genug für heute");
    assertEquals(await press(page, "#close button"), ["2 CLOSING"]);
    await until(page, "#ready-state", "3 CLOSED");
    assertEquals(await lines(page, "close"), [
      'code 4001, reason "genug für heute", wasClean true',
    ]);
    assertEquals(await lines(page, "error"), []);
    // It is lost, and counted all the same.
    await page.fill("[name=message]", "too late");
    await page.press("[name=message]", "Enter");
    await until(page, ".call", 'send("too late")');
    await until(page, "#ready-state", "3 CLOSED");
    assert(Number(await page.textContent("#buffered-amount")) >= "too late".length);
    await page.click("text=Connect");
    await until(page, "#ready-state", "1 OPEN");
    assertEquals(await page.textContent("#buffered-amount"), "0");
    // The browser says it as well.
    assertEquals(browser.problems.splice(0), [
      "error: WebSocket is already in CLOSING or CLOSED state.",
    ]);
    await page.close();
  });

  await t.step("says what the API throws", async () => {
    const page = await openPage(browser, server);
    await press(page, "#connect button", "#send button");
    await until(page, "#ready-state", "1 OPEN");
    for (const [code, reason] of [["1001", ""], ["1000", "ü".repeat(62)], ["code", ""]] as const) {
      await page.fill("[name=code]", code);
      await page.fill("[name=reason]", reason);
      await page.click("#close button");
    }
    const names = (await lines(page, "exception")).map((line) => line.split(":")[0]);
    assertEquals(names, [
      "InvalidStateError",
      "InvalidAccessError",
      "SyntaxError",
      "InvalidAccessError",
    ]);
    assertEquals(await page.textContent("#ready-state"), "1 OPEN");
    await page.close();
  });

  await t.step("shows a refused connection as error and close", async () => {
    const page = await openPage(browser, server);
    await page.fill("[name=path]", "/nowhere");
    await page.press("[name=path]", "Enter");
    // The state is there with the error, before the event that comes last.
    await until(page, ".close", "code");
    assertEquals(await page.textContent("#ready-state"), "3 CLOSED");
    assertEquals((await lines(page, "error")).length, 1);
    assertEquals(await lines(page, "close"), ['code 1006, reason "", wasClean false']);
    await page.close();
  });

  await t.step("clears its log", async () => {
    const page = await open(browser, server);
    await page.click("text=Clear");
    assertEquals(await page.locator("#log p").count(), 0);
    await page.close();
  });

  await t.step("can be used by everybody", async () => {
    await checkLooks(browser, server, "client-api", async (page) => {
      await page.click("text=Connect");
      await until(page, "#ready-state", "1 OPEN");
      for (const how of ["text", "bytes"]) await page.click(`[value=${how}]`);
      await page.locator("#log .message").nth(1).waitFor();
      await page.fill("[name=code]", "1001");
      await page.click("#close button");
      await page.fill("[name=code]", "4001");
      await page.click("#close button");
      await until(page, "#ready-state", "3 CLOSED");
      await page.fill("[name=path]", "/nowhere");
      await page.click("text=Connect");
      await until(page, "#log", /error/);
      await until(page, "#ready-state", "3 CLOSED");
    });
  });

  await t.step("shows that the server ends", async () => {
    const page = await open(browser, server);
    await server.stop();
    await until(page, ".close", 'code 1001, reason "Server shutting down"');
    await page.close();
  });
}, ["chromium"]);
