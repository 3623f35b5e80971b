import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { Browser, fileOf } from "../../support/browser.ts";
import { needing } from "../../support/programs.ts";
import { TestServer } from "../../support/server.ts";
import { ConsolePage } from "./console_page.ts";
import { Peer } from "./peer.ts";

Deno.test(needing("the dev console's list", "chromium"), async (t) => {
  await using server = await TestServer.start(["--echo", "--devconsole"]);
  await using browser = await Browser.launch();
  await browser.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  /** The console after it has sent these, and got each back before the next. */
  const having = async (...texts: string[]) => {
    const console = await ConsolePage.open(browser, server.url);
    await console.connect();
    for (const [index, text] of texts.entries()) {
      await console.send(text);
      await console.until("received-messages", String(index + 1));
    }
    return console;
  };

  await t.step("tells sent and received messages apart, by sign, word and colour", async () => {
    const console = await having("ping");
    const [sent, received] = [console.row("sent"), console.row("received")];
    assertMatch(await sent.innerText(), /↑\s*sent/);
    assertMatch(await received.innerText(), /↓\s*received/);
    const colour = (kind: string) =>
      console.value(`getComputedStyle(document.querySelector(".row.${kind} .kind")).color`);
    assertNotEquals(await colour("sent"), await colour("received"));
  });

  await t.step("filters by text and by hex", async () => {
    const console = await having("Apple", "banana", "apple pie");
    await console.mode("file");
    await console.page.setInputFiles("#file", fileOf("f", Uint8Array.of(0xca, 0xfe)));
    await console.page.click("#send");
    await console.until("received-messages", "4");
    await console.page.fill("#filter", "APPLE");
    await console.until("listed", "4 of 10 entries");
    assertEquals(await console.rows(), ["Apple", "Apple", "apple pie", "apple pie"]);
    await console.page.fill("#filter", "ca fe");
    await console.until("listed", "2 of 10 entries");
    await console.page.fill("#filter", "no such text");
    await console.page.getByText("Nothing passes the filter").waitFor();
    await console.page.fill("#filter", "");
    await console.until("listed", "10 entries");
  });

  await t.step("filters by kind", async () => {
    const console = await having("a");
    const kinds = async () => await console.page.locator("#list .kind-name").allTextContents();
    assertEquals(await kinds(), ["connect", "open", "sent", "received"]);
    await console.page.uncheck("#filter-events");
    await console.until("listed", "2 of 4 entries");
    assertEquals(await kinds(), ["sent", "received"]);
    await console.page.uncheck("#filter-sent");
    await console.until("listed", "1 of 4 entries");
    assertEquals(await kinds(), ["received"]);
    await console.page.uncheck("#filter-received");
    await console.page.check("#filter-events");
    await console.until("listed", "2 of 4 entries");
    assertEquals(await kinds(), ["connect", "open"]);
  });

  await t.step("stands still while paused, and has everything afterwards", async () => {
    const console = await having("before");
    await console.page.click("#pause");
    await console.until("paused", "Paused · 0 new");
    await console.send("meanwhile");
    await console.until("paused", "Paused · 2 new");
    assertEquals(await console.rows("received"), ["before"]);
    assertEquals(await console.shown("received-messages"), "2");
    await console.page.click("#pause");
    await console.row("received", "meanwhile").waitFor();
    assertEquals(await console.rows("received"), ["before", "meanwhile"]);
  });

  await t.step("is emptied by Clear", async () => {
    const console = await having("a", "b");
    await console.page.click("#clear");
    await console.until("listed", "0 entries");
    assertEquals(await console.rows(), []);
    await console.until("received-messages", "0");
    await console.send("c");
    await console.row("received", "c").waitFor();
  });

  await t.step("is copied as it is filtered", async () => {
    const console = await having("one", "two");
    await console.page.fill("#filter", "two");
    await console.page.click("#copy");
    await console.until("notice", "Copied 2 entries");
    assertMatch(await console.clipboard(), /^[\d:.]{12} sent two\n[\d:.]{12} received two\n$/);
  });

  await t.step("is saved as JSON Lines", async () => {
    const console = await having('{"a":"<b>"}');
    const { name, bytes } = await console.saved("#save");
    assertMatch(name, /^stdws-[\dT-]+\.jsonl$/);
    const lines = new TextDecoder().decode(bytes).trimEnd().split("\n");
    const entries = lines.map((line) => JSON.parse(line));
    assertEquals(entries.map(({ kind }) => kind), ["connect", "open", "sent", "received"]);
    assertEquals([entries[3].text, entries[3].size], ['{"a":"<b>"}', 11]);
    assert(Math.abs(new Date(entries[3].time).getTime() - Date.now()) < 60_000);
    await console.until("notice", `Saved 4 entries as ${name}`);
  });

  await t.step("stays where it was scrolled to, and goes on at the newest", async () => {
    await using peer = new Peer();
    const console = await having();
    await console.page.click("#disconnect");
    await console.until("ready-state", "3 CLOSED");
    await console.connectTo(peer.url);
    const { socket } = await peer.next();
    for (let i = 0; i < 200; i++) socket.send(`first ${i}.`);
    await console.row("received", "first 199.").waitFor();
    await console.page.hover("#list");
    await console.page.mouse.wheel(0, -2_000);
    await console.page.locator("#latest").waitFor();
    const top = "document.getElementById('list').scrollTop";
    const before = await console.value(top);
    for (let i = 0; i < 200; i++) socket.send(`second ${i}.`);
    await console.until("received-messages", "400");
    assertEquals(await console.value(top), before);
    await console.page.click("#latest");
    await console.row("received", "second 199.").waitFor();
    socket.send("third");
    await console.row("received", "third").waitFor();
  });

  await t.step("is walked through with the keyboard", async () => {
    const console = await having("a", "b", "c");
    const { page } = console;
    const press = async (key: string) => {
      await page.press("#list", key);
      return await page.locator("[aria-selected=true] .preview").innerText();
    };
    assertEquals(await press("ArrowUp"), "c");
    assertEquals([await press("ArrowUp"), await press("ArrowUp")], ["c", "b"]);
    assertEquals(await console.detail(), "b");
    assertEquals(await page.getAttribute("#list", "aria-activedescendant"), "entry-6");
    assertMatch(await press("Home"), /^url/);
    assertEquals(await press("End"), "c");
    await page.press("#list", "Escape");
    await page.locator("#detail").waitFor({ state: "hidden" });
  });

  await t.step("has a graph of the messages of each second", async () => {
    const console = await having("a", "b", "c");
    // Received ones upward, sent ones downward.
    for (const [kind, bar] of [["sent", "h4v"], ["received", "h4v-"]]) {
      await console.page.locator(`#rate-${kind}[d*="${bar}"]`).waitFor({ state: "attached" });
    }
    assertEquals(await console.page.locator('#rate-sent[d*="v-"]').count(), 0);
    const colour = (kind: string) =>
      console.value(`getComputedStyle(document.getElementById("rate-${kind}")).fill`);
    assertNotEquals(await colour("sent"), await colour("received"));
    await console.page.locator("#rate-peak").filter({ hasText: /^[1-6]\/s$/ }).waitFor();
  });
});
