import { assert, assertEquals } from "@std/assert";
import { Browser } from "../support/browser.ts";
import { RawClient } from "../support/client.ts";
import { testExample } from "./example.ts";
import { checkLooks, openPage, until } from "./example_page.ts";

testExample("The example of a folder of handlers", "--handlers=", async (server) => {
  const bytes = Uint8Array.of(0, 255);
  using echo = await RawClient.open(`${server.url}echo`);
  await echo.send("hello");
  await echo.send(bytes);
  assertEquals(await echo.next(), { kind: "text", data: "hello" });
  assertEquals(await echo.next(), { kind: "binary", data: bytes });
  await echo.send("Goodbye");
  assertEquals(await echo.rest(), { texts: ["Goodbye"], closed: "1000 Goodbye" });

  for (
    const [sent, closed] of [["4001 that's it", "4001 that's it"], ["3000", "3000"], [
      "?",
      "1003",
    ]] as const
  ) {
    using close = await RawClient.open(`${server.url}close`);
    await close.send(sent);
    assertEquals(await close.rest(), { texts: [], closed });
  }
  using other = await RawClient.request(`${server.url}other`);
  assertEquals(other.answer.status, 404);
});

testExample("The page of a folder of handlers", "--handlers=", async (server, t) => {
  await using browser = await Browser.launch();

  await t.step("shows what comes back, as text", async () => {
    const page = await openPage(browser, server);
    await until(page, "#status", "connected");
    await page.fill("#text", "<b>hello</b>");
    await page.press("#text", "Enter");
    await until(page, "#answers li", "<b>hello</b>");
    assertEquals(await page.inputValue("#text"), "");
    await page.fill("#text", "Goodbye");
    await page.click("#send");
    await until(page, "#status", "closed: 1000 Goodbye");
    assertEquals(await page.locator("#answers li").allTextContents(), ["<b>hello</b>", "Goodbye"]);
    assert(await page.isDisabled("#send"));
    await page.close();
  });

  await t.step("can be used by everybody", async () => {
    await checkLooks(browser, server, "standalone", async (page) => {
      await until(page, "#status", "connected");
      await page.fill("#text", "a".repeat(200));
      await page.click("#send");
      await until(page, "#answers li", "aaa");
    });
  });
}, ["chromium"]);
