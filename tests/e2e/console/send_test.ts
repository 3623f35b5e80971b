import { assert, assertEquals, assertMatch } from "@std/assert";
import { Browser, fileOf } from "../../support/browser.ts";
import { needing } from "../../support/programs.ts";
import { TestServer } from "../../support/server.ts";
import { ConsolePage } from "./console_page.ts";

Deno.test(needing("the dev console's field for messages", "chromium"), async (t) => {
  await using server = await TestServer.start(["--echo", "--devconsole"]);
  await using browser = await Browser.launch();
  const connected = async () => {
    const console = await ConsolePage.open(browser, server.url);
    await console.connect();
    return console;
  };

  await t.step("sends a text with Enter, breaks the line with Shift+Enter", async () => {
    const console = await connected();
    const { page } = console;
    await page.fill("#message", "one");
    await page.press("#message", "Shift+Enter");
    await page.keyboard.type("two");
    await page.press("#message", "Enter");
    await console.row("received", "oneLFtwo").waitFor();
    assertEquals(await page.inputValue("#message"), "");
    await page.fill("#message", "");
    await page.click("#send");
    await console.until("received-messages", "2");
    assertEquals(await console.rows("sent"), ["oneLFtwo", ""]);
  });

  await t.step("cannot send before the connection is open, and says so", async () => {
    const console = await ConsolePage.open(browser, server.url);
    const { page } = console;
    assert(await page.isDisabled("#send"));
    await page.fill("#message", "kept");
    await page.press("#message", "Enter");
    assertEquals(await page.inputValue("#message"), "kept");
    assertEquals(await console.rows(), []);
  });

  await t.step("goes through its history with the arrow keys, and keeps the draft", async () => {
    const console = await connected();
    const { page } = console;
    const field = async (key: string) => {
      await page.press("#message", key);
      return await page.inputValue("#message");
    };
    await page.evaluate("sessionStorage.clear()");
    for (const text of ["first", "second"]) await console.send(text);
    await page.fill("#message", "draft");
    assertEquals(await field("ArrowUp"), "second");
    assertEquals(await field("ArrowUp"), "first");
    assertEquals(await field("ArrowDown"), "second");
    assertEquals(await field("ArrowDown"), "draft");
    // In a text of several lines the arrows move the caret first.
    await page.fill("#message", "line one\nline two");
    assertEquals(await field("ArrowUp"), "line one\nline two");
    assertEquals(await field("ArrowUp"), "second");
    await page.reload();
    assertEquals(await field("ArrowUp"), "second");
  });

  await t.step("sends JSON on one line, all values as they were typed", async () => {
    const console = await connected();
    await console.mode("json");
    await console.send('{\n  "id": 12345678901234567890,\n  "text": "a  b"\n}');
    await console.select("received", "id");
    await console.page.click("#detail-tabs button:has-text('Text')");
    assertEquals(await console.detail(), '{"id":12345678901234567890,"text":"a  b"}');
  });

  await t.step("does not send what is no JSON, and shows where it goes wrong", async () => {
    const console = await connected();
    await console.mode("json");
    await console.send('{"a": 1,\n "b" 2}');
    await console.until("send-error", /line 2, column 6: Unexpected 2: a colon is expected/);
    const caret = 'document.getElementById("message").selectionStart';
    assertEquals(await console.value(caret), '{"a": 1,\n "b" '.length);
    assertEquals(await console.rows("sent"), []);
    await console.send('{"a": 1, "b": 2}');
    await console.until("received-messages", "1");
    assertEquals(await console.shown("send-error"), "");
  });

  await t.step("formats JSON", async () => {
    const console = await connected();
    await console.mode("json");
    await console.page.fill("#message", '{"a":[1,1e400]}');
    await console.page.click("#format");
    assertEquals(
      await console.page.inputValue("#message"),
      '{\n  "a": [\n    1,\n    1e400\n  ]\n}',
    );
  });

  await t.step("sends a file as one binary message", async () => {
    const console = await connected();
    const { page } = console;
    await console.mode("file");
    await page.click("#send");
    await console.until("send-error", "Choose a file first");
    const bytes = Uint8Array.from({ length: 70_000 }, (_, i) => i * 7);
    await page.setInputFiles("#file", fileOf("data.bin", bytes));
    assertMatch(await page.innerText("#file-size"), /^68.4 KiB/);
    await page.click("#send");
    await console.select("received", "binary");
    const saved = await console.saved("#detail-save");
    assertMatch(saved.name, /\.bin$/);
    assertEquals(saved.bytes, bytes);
  });
});
