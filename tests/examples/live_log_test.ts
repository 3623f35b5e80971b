import { assertEquals } from "@std/assert";
import { Browser } from "../support/browser.ts";
import { needing } from "../support/programs.ts";
import { startExample, wordsOf } from "./example.ts";
import { checkLooks, openPage, until } from "./example_page.ts";

const FILE = "scripts/examples/live-log/app.log";

/** The log of the example, in a file of the test. */
class LiveLog implements AsyncDisposable {
  readonly path: string;
  readonly words: readonly string[];

  private constructor(path: string, words: readonly string[]) {
    this.path = path;
    this.words = words;
  }

  static async copy(): Promise<LiveLog> {
    const path = await Deno.makeTempFile();
    await Deno.copyFile(FILE, path);
    const words = await wordsOf("live-log/app.log");
    return new LiveLog(path, words.map((word) => word.replace(FILE, path)));
  }

  async say(line: string): Promise<void> {
    await Deno.writeTextFile(this.path, `${line}\n`, { append: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path);
  }
}

Deno.test({
  ...needing("The example live-log", "bash", "chromium", "tail"),
  async fn(t) {
    await using log = await LiveLog.copy();
    await using server = await startExample(log.words);
    await using browser = await Browser.launch();

    await t.step("shows what is there, and each line as it comes", async () => {
      const page = await openPage(browser, server);
      await until(page, "#log", "tries again in 30 s");
      await until(page, "#status", /^connected$/);
      await log.say('09:00:40 ERROR <b>"again"</b>');
      await until(page, "#log .error", '<b>"again"</b>');
      assertEquals(await page.locator("#log p").count(), 6);
      await page.fill("#filter", "error");
      assertEquals(await page.locator("#log p:visible").count(), 2);
      await page.close();
    });

    await t.step("can be used by everybody", async () => {
      await checkLooks(browser, server, "live-log", async (page) => {
        await until(page, "#log", "tries again in 30 s");
      });
    });

    await t.step(
      "begins anew with another server, without lines that are there twice",
      async () => {
        const page = await openPage(browser, server);
        await until(page, "#log", "tries again in 30 s");
        await server.stop();
        await until(page, "#status", "connecting again");
        await using _again = await startExample(log.words, server.port);
        await log.say("09:01:00 INFO  back");
        await until(page, "#log", "09:01:00 INFO  back");
        assertEquals(await page.locator("#log p").count(), 7);
        await page.close();
        // Each try that failed is one.
        browser.problems.length = 0;
      },
    );
  },
});
