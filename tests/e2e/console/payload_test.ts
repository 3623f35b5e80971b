import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Browser, fileOf } from "../../support/browser.ts";
import { needing } from "../../support/programs.ts";
import { TestServer } from "../../support/server.ts";
import { ConsolePage } from "./console_page.ts";

Deno.test(needing("the dev console's details", "chromium"), async (t) => {
  await using server = await TestServer.start(["--echo", "--devconsole"]);
  await using browser = await Browser.launch();
  await browser.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const connected = async () => {
    const console = await ConsolePage.open(browser, server.url);
    await console.connect();
    return console;
  };
  const sendFile = async (console: ConsolePage, bytes: Uint8Array) => {
    await console.mode("file");
    await console.page.setInputFiles("#file", fileOf("file", bytes));
    await console.page.click("#send");
  };

  await t.step("shows time and size of a message, and its text", async () => {
    const console = await connected();
    await console.send("größe");
    const row = console.row("received", "größe");
    await row.waitFor();
    const now = Date.now();
    const [time = ""] = await row.locator(".time").allInnerTexts();
    const shown = new Date(`${new Date().toDateString()} ${time}`).getTime();
    assert(Math.abs(now - shown) < 60_000, time);
    assertEquals(await row.locator(".size").innerText(), "7 B");
    await console.select("received", "größe");
    assertEquals(await console.detail(), "größe");
    assertStringIncludes(await console.page.innerText("#detail-facts"), `${time} · 7 B`);
  });

  await t.step("folds and colours JSON", async () => {
    const console = await connected();
    const { page } = console;
    await console.send('{"list":[1,2.50,{"deep":"x"}],"yes":true,"none":null,"text":"a"}');
    await console.select("received", "list");
    assertEquals(
      (await console.detail()).replace(/[▾▸]/g, "").split("\n").map((line) => line.trim()),
      ["{4 keys}", '"list": [3 items]', "1", "2.50", "{1 key}", '"deep": "x"'].concat(
        ['"yes": true', '"none": null', '"text": "a"'],
      ),
    );
    const colour = (selector: string) =>
      console.value<string>(`getComputedStyle(document.querySelector("${selector}")).color`);
    for (const place of ["#detail-body", "#list"]) {
      const kinds = ["key", "string", "number", "literal"];
      const colours = await Promise.all(kinds.map((kind) => colour(`${place} .json-${kind}`)));
      assertEquals(new Set([...colours, await colour(place)]).size, 5);
    }
    await page.locator("#detail-body summary", { hasText: "list" }).click();
    assertEquals(await page.locator("#detail-body").getByText("2.50").isVisible(), false);
    await page.getByRole("button", { name: "Expand all" }).click();
    assert(await page.locator("#detail-body").getByText("2.50").isVisible());
    await page.getByRole("button", { name: "Collapse all" }).click();
    assertEquals((await console.detail()).trim().split("\n").length, 1);
  });

  await t.step("shows a large JSON message in parts", async () => {
    const console = await connected();
    const { page } = console;
    const items = Array.from({ length: 20_000 }, (_, i) => ({ i }));
    await page.fill("#message", JSON.stringify(items));
    await page.press("#message", "Enter");
    await console.select("received", '"i"');
    const elements = 'document.querySelectorAll("#detail-body *").length';
    assert(await console.value<number>(elements) < 2_000);
    await page.getByRole("button", { name: "Show more: 19,900 values left" }).click();
    await page.getByRole("button", { name: "Show more: 19,700 values left" }).waitFor();
    await page.getByRole("button", { name: "Expand all" }).click();
    assert(await console.value<number>(elements) < 20_000);
  });

  await t.step("shows a binary message as hex, in parts", async () => {
    const console = await connected();
    const { page } = console;
    await sendFile(console, Uint8Array.from({ length: 10_000 }, (_, i) => i));
    const row = console.row("received", "binary");
    await row.waitFor();
    assertStringIncludes(await row.innerText(), "00 01 02 03");
    await console.select("received", "binary");
    const lines = (await console.detail()).split("\n");
    const hex = "40 41 42 43 44 45 46 47  48 49 4a 4b 4c 4d 4e 4f";
    assertEquals(lines[4], `00000040 ${hex}  @ABCDEFGHIJKLMNO`);
    assertEquals(lines[256], "Show more: 5,904 bytes left");
    await page.click("#detail-body .more");
    assertStringIncludes(await console.detail(), "00002700 ");
    assertEquals(await page.locator("#detail-body .more").count(), 0);
    await page.click("#detail-copy");
    assertStringIncludes(await console.clipboard(), "fe ff 00 01");
  });

  await t.step("copies and saves a message as it came", async () => {
    const console = await connected();
    const text = 'a\tb\n\u202e"c" <b>';
    await console.page.fill("#message", text);
    await console.page.press("#message", "Enter");
    await console.select("received", "<b>");
    await console.page.click("#detail-copy");
    await console.until("notice", "Copied the payload");
    assertEquals(await console.clipboard(), text);
    const { name, bytes } = await console.saved("#detail-save");
    assert(name.endsWith(".txt"));
    assertEquals(new TextDecoder().decode(bytes), text);
  });

  await t.step("copies where the page may not use the clipboard", async () => {
    const console = await connected();
    await console.value(
      "Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true })",
    );
    await console.send("the old way");
    await console.select("received", "old");
    await console.page.click("#detail-copy");
    await console.until("notice", "Copied the payload");
    await console.value("delete navigator.clipboard");
    assertEquals(await console.clipboard(), "the old way");
  });

  await t.step("closes with Escape, and gives the focus back to the list", async () => {
    const console = await connected();
    await console.send("x");
    await console.select("received", "x");
    await console.page.focus("#detail-body");
    await console.page.keyboard.press("Escape");
    await console.page.locator("#detail").waitFor({ state: "hidden" });
    assertEquals(await console.value("document.activeElement.id"), "list");
  });
});
