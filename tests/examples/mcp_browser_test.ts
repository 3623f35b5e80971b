import { assertEquals, assertMatch } from "@std/assert";
import { Browser } from "../support/browser.ts";
import { RawClient } from "../support/client.ts";
import { testExample } from "./example.ts";
import { checkLooks, openPage, until } from "./example_page.ts";

const PART = "json-rpc/mcp_server.py";
const PATH = "tools.html";

testExample("The example mcp-browser speaks as any other server", PART, async (server) => {
  using client = await RawClient.open(`${server.url}mcp`);
  const send = (message: object) => client.send(JSON.stringify({ jsonrpc: "2.0", ...message }));
  const receive = async () => JSON.parse(await client.text());
  await send({ id: 1, method: "initialize", params: { protocolVersion: "2025-03-26" } });
  assertEquals((await receive()).result.protocolVersion, "2025-03-26");
  await send({ method: "notifications/initialized" });
  await send({ id: "two", method: "tools/list" });
  const { id, result } = await receive();
  assertEquals([id, result.tools.map(({ name }: { name: string }) => name)], [
    "two",
    ["roll", "count_words"],
  ]);
  for (
    const [name, args, text, isError] of [
      ["count_words", { text: "a b a" }, /^3 words; .*“a”, 2 times$/, false],
      ["roll", { sides: 1, times: 3 }, /^1 1 1$/, false],
      ["count_words", { text: "!" }, /^There is no word in it$/, true],
      ["nothing", {}, /nothing/, true],
    ] as const
  ) {
    await send({ id: 3, method: "tools/call", params: { name, arguments: args } });
    const { content, isError: failed } = (await receive()).result;
    assertMatch(content[0].text, text);
    assertEquals(failed, isError, name);
  }
  await send({ id: 4, method: "resources/list" });
  assertEquals((await receive()).error.code, -32601);
}, ["python3"]);

testExample("The page of the example mcp-browser", PART, async (server, t) => {
  await using browser = await Browser.launch();

  await t.step("shows the tools and calls them", async () => {
    const page = await openPage(browser, server, { path: PATH });
    await until(page, "#status", "connected to dice and words");
    const words = page.getByRole("form", { name: "count_words" });
    await words.getByLabel("text").fill("<b>bold</b> b");
    await words.getByRole("button").click();
    await until(page, "#log p", "count_words: 4 words; the most frequent is “b”, 3 times");
    const dice = page.getByRole("form", { name: "roll" });
    await dice.getByLabel("sides").fill("1");
    await dice.getByRole("button").click();
    await until(page, "#log p", "roll: 1 1");
    await words.getByLabel("text").fill("!");
    await words.getByRole("button").click();
    await until(page, "#log p", "count_words failed: There is no word in it");
    await page.close();
  });

  await t.step("can be used by everybody", async () => {
    await checkLooks(browser, server, "mcp-browser", async (page) => {
      await until(page, "#status", "connected");
      await page.getByRole("button", { name: "Call roll" }).click();
      await until(page, "#log p", "roll: ");
    }, PATH);
  });
}, ["python3", "chromium"]);
