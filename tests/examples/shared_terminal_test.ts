import { assertEquals } from "@std/assert";
import { TerminalClient } from "../e2e/terminal_client.ts";
import { TerminalPage } from "../e2e/terminal_page.ts";
import { Browser } from "../support/browser.ts";
import { testExample } from "./example.ts";
import { openPage } from "./example_page.ts";

const NEEDS = ["setsid", "top"];

testExample(
  "The example of a shared terminal has everybody at one shell",
  "shared-terminal",
  async (server) => {
    const ann = await TerminalClient.open(`${server.url}term`);
    await ann.until("Everybody who opens this page is at this shell.");
    await ann.type("name=kept\r");
    await ann.until("name=kept\r\n");
    ann[Symbol.dispose]();
    // It lives on without anybody.
    using bob = await TerminalClient.open(`${server.url}term`);
    await bob.until("name=kept");
    await bob.type("echo still $name\r");
    await bob.until("still kept");
    using top = await TerminalClient.open(`${server.url}top`);
    await top.until("PID");
    await top.type("q");
    assertEquals((await top.rest()).closed, "1008 Messages are not allowed here");
  },
  NEEDS,
);

testExample("The page of the shared terminal leads to both", "shared-terminal", async (server) => {
  await using browser = await Browser.launch();
  const page = await openPage(browser, server);
  await page.click("text=What this machine does");
  await page.locator("#state", { hasText: "Shared, Read only" }).waitFor();
  await page.goBack();
  await page.click("text=The shell");
  await page.locator("#state", { hasText: "Shared" }).waitFor();
  const other = await TerminalPage.open(browser, server, "term");
  await other.until("Everybody");
  await other.line("echo seen by $((1 + 1))");
  await page.locator(".xterm-rows", { hasText: "seen by 2" }).waitFor();
}, [...NEEDS, "chromium"]);
