import { assert, assertEquals } from "@std/assert";
import { Browser } from "../support/browser.ts";
import { RawClient } from "../support/client.ts";
import type { TestServer } from "../support/server.ts";
import { startExample, testExample, wordsOf } from "./example.ts";
import { checkLooks, openPage, until } from "./example_page.ts";

/** Opens a connection that is in the room: it has got back what it said. */
async function join(server: TestServer, number: number): Promise<RawClient> {
  const client = await RawClient.open(`${server.url}chat`);
  await client.send("joining");
  assertEquals(await client.text(), `from${number}: joining`);
  return client;
}

for (const [program, needs] of [["chat.ts", []], ["chat.py", ["python3"]]] as const) {
  testExample(
    `The example ${program} tells everyone what somebody says`,
    program,
    async (server) => {
      using one = await join(server, 1);
      using two = await join(server, 2);
      assertEquals(await one.text(), "from2: joining");
      for (const text of ["hello", "", 'ü€😀\n"\\\0<b>', "a".repeat(100_000)]) {
        await one.send(text);
        assertEquals([await one.text(), await two.text()], Array(2).fill(`from1: ${text}`));
      }
      // Bytes are no text, and harm nobody.
      await two.send(Uint8Array.of(0, 255));
      await two.send("bye");
      assertEquals([await one.text(), await two.text()], Array(2).fill("from2: bye"));

      two[Symbol.dispose]();
      using three = await join(server, 3);
      assertEquals(await one.text(), "from3: joining");
      await one.send("still here");
      assertEquals([await one.text(), await three.text()], Array(2).fill("from1: still here"));
    },
    needs,
  );

  testExample(`The example ${program} says who comes and goes`, program, async (server) => {
    using one = await join(server, 1);
    using two = await join(server, 2);
    // Somebody who stays: a program that nobody needs is ended, whatever it was about to say.
    using _three = await join(server, 3);
    await two.close(4001);
    assertEquals((await two.rest()).closed, "4001");
    await server.stdout.until(/2 left with 4001$/);
    one[Symbol.dispose]();
    await server.stdout.until(/1 left with \d+$/);
    await server.stdout.until(/1 came$/);
  }, needs);

  testExample(`The page of the example ${program}`, program, async (server, t) => {
    await using browser = await Browser.launch();

    await t.step("shows what everybody says, as text and never as HTML", async () => {
      const [ann, bob] = [await openPage(browser, server), await openPage(browser, server)];
      for (const page of [ann, bob]) await until(page, "#status", "connected");
      const hostile = '<img src="//evil.example/" onerror="document.title=1"><script>1</script>';
      await ann.fill("#text", hostile);
      await ann.press("#text", "Enter");
      for (const page of [ann, bob]) {
        await until(page, "#log p", "from");
        const [shown = ""] = await page.locator("#log p").allTextContents();
        assertEquals(shown.replace(/^from\d+: /, ""), hostile);
        assertEquals(await page.locator("#log *").count(), 1);
        assertEquals(await page.title(), "Chat");
      }
      assertEquals(await ann.inputValue("#text"), "");
      for (const page of [ann, bob]) await page.close();
    });

    await t.step("can be used by everybody", async () => {
      await checkLooks(browser, server, "chat", async (page) => {
        await until(page, "#status", "connected");
        for (let n = 0; n < 12; n++) {
          await page.fill("#text", `Message ${n} `.repeat(10));
          await page.press("#text", "Enter");
        }
        await until(page, "#log p", "Message 11");
      });
    });

    await t.step("connects again when the server is back", async () => {
      const page = await openPage(browser, server);
      await until(page, "#status", "connected");
      await server.stop();
      await until(page, "#status", "connecting again");
      assert(await page.isDisabled("#send"));
      await using again = await startExample(await wordsOf(program), server.port);
      await until(page, "#status", /^connected/);
      await page.fill("#text", "back");
      await page.click("#send");
      await until(page, "#log p", "from1: back");
      assertEquals(again.port, server.port);
      await page.close();
    });
  }, ["chromium", ...needs]);
}
