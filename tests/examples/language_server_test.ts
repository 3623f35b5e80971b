import { assertEquals } from "@std/assert";
import { Browser } from "../support/browser.ts";
import { RawClient } from "../support/client.ts";
import { testExample } from "./example.ts";
import { checkLooks, openPage, until } from "./example_page.ts";

const PART = "json-rpc/language_server.py";
const PATH = "editor.html";
const URI = "file:///a.txt";

testExample("The example language-server speaks as any other", PART, async (server) => {
  using client = await RawClient.open(`${server.url}server`);
  const send = (message: object) => client.send(JSON.stringify({ jsonrpc: "2.0", ...message }));
  const receive = async () => JSON.parse(await client.text());
  await send({ id: 1, method: "initialize", params: { capabilities: {} } });
  const { id, result } = await receive();
  assertEquals([id, result.serverInfo.name], [1, "words"]);
  const text = "😀 TODO wörter\nwö";
  await send({
    method: "textDocument/didOpen",
    params: { textDocument: { uri: URI, languageId: "plaintext", version: 0, text } },
  });
  assertEquals((await receive()).params, {
    uri: URI,
    diagnostics: [{
      // In UTF-16, in which the character before it counts twice.
      range: { start: { line: 0, character: 3 }, end: { line: 0, character: 7 } },
      severity: 3,
      message: "Something is left to be done",
    }],
  });
  const position = { line: 1, character: 2 };
  await send({
    id: 2,
    method: "textDocument/completion",
    params: { textDocument: { uri: URI }, position },
  });
  assertEquals((await receive()).result, [{ label: "wörter" }]);
  await send({ id: 3, method: "textDocument/hover", params: {} });
  assertEquals((await receive()).error.code, -32601);
  await send({ id: 4, method: "shutdown" });
  assertEquals((await receive()).result, null);
  await send({ method: "exit" });
  assertEquals((await client.rest()).closed, "1000");
}, ["python3"]);

testExample("The page of the example language-server", PART, async (server, t) => {
  await using browser = await Browser.launch();

  await t.step("shows problems while one writes, and completes words", async () => {
    const page = await openPage(browser, server, { path: PATH });
    await until(page, "#status", "connected to words");
    await until(page, "#problems p", "Line 2, 1: Something is left to be done");
    await page.fill("#text", `lengthy ${"x".repeat(80)}\n`);
    await until(page, "#problems p", "Line 1, 81: The line has 88 characters");
    assertEquals(await page.locator("#problems p").count(), 1);
    await page.press("#text", "Control+End");
    await page.keyboard.type("len");
    await page.getByRole("button", { name: "lengthy" }).click();
    assertEquals((await page.inputValue("#text")).split("\n")[1], "lengthy");
    await page.close();
  });

  await t.step("can be used by everybody", async () => {
    await checkLooks(browser, server, "language-server", async (page) => {
      await until(page, "#status", "connected");
      await page.fill("#text", "completion complete compile\nTODO\ncomp");
      await until(page, "#words button", "complete");
      await until(page, "#problems p", "Line 2");
    }, PATH);
  });
}, ["python3", "chromium"]);
