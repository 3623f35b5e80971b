import { assert, assertEquals } from "@std/assert";
import { Browser } from "../../support/browser.ts";
import { needing } from "../../support/programs.ts";
import { TestServer } from "../../support/server.ts";
import { ConsolePage } from "./console_page.ts";
import { Peer } from "./peer.ts";

/** Notes every text of the countdown. */
const WATCH = `{
  const countdown = document.getElementById("countdown");
  globalThis.countdowns_ = new Set();
  new MutationObserver(() => countdown.textContent && countdowns_.add(countdown.textContent))
    .observe(countdown, { childList: true, characterData: true, subtree: true });
}`;

Deno.test(needing("the dev console's auto-reconnect", "chromium"), async (t) => {
  await using server = await TestServer.start(["--echo", "--devconsole"]);
  await using browser = await Browser.launch();

  await t.step("counts down, longer each time, until the server is back", async () => {
    const first = new Peer();
    const { port, url } = first;
    const console = await ConsolePage.open(browser, server.url);
    await console.value(WATCH);
    await console.page.check("#auto-reconnect");
    await console.connectTo(url);
    (await first.next()).socket.close(1012);
    await first[Symbol.asyncDispose]();
    // The first attempt finds nobody.
    await console.row("close", "1006").waitFor();
    await using _second = new Peer(port);
    await console.until("ready-state", "1 OPEN");
    assertEquals(await console.shown("countdown"), "");
    const texts = await console.value<string[]>("[...countdowns_]");
    assertEquals(texts.filter((text) => !/^Attempt \d in \d\.\d s$/.test(text)), []);
    for (const attempt of [1, 2]) {
      const shown = texts.filter((text) => text.startsWith(`Attempt ${attempt} `));
      assert(shown.length >= 3, `${texts}`);
    }
  });

  await t.step("is cancelled by Disconnect", async () => {
    const peer = new Peer();
    const console = await ConsolePage.open(browser, server.url);
    await console.page.check("#auto-reconnect");
    await console.connectTo(peer.url);
    (await peer.next()).socket.close(1012);
    await peer[Symbol.asyncDispose]();
    // It waits for two seconds at least: long enough to press a button.
    await console.until("countdown", /Attempt 3/);
    await console.page.click("#disconnect");
    await console.page.locator("#countdown:empty").waitFor({ state: "attached" });
    assert(await console.page.isDisabled("#disconnect"));
    assertEquals((await console.rows("connect")).length, 3);
  });

  await t.step("does not follow a close of the user's own", async () => {
    await using peer = new Peer();
    const console = await ConsolePage.open(browser, server.url);
    await console.page.check("#auto-reconnect");
    await console.connectTo(peer.url);
    await console.page.click("#disconnect");
    await console.row("close", "1000").waitFor();
    assertEquals(await console.shown("countdown"), "");
    assert(await console.page.isDisabled("#disconnect"));
  });

  await t.step("does not happen unless it is asked for", async () => {
    await using peer = new Peer();
    const console = await ConsolePage.open(browser, server.url);
    await console.connectTo(peer.url);
    (await peer.next()).socket.close(1012);
    await console.row("close", "1012").waitFor();
    assertEquals(await console.shown("countdown"), "");
  });
});
