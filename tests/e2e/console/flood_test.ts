import { assert, assertEquals } from "@std/assert";
import { Browser } from "../../support/browser.ts";
import { ignoreNetwork } from "../../support/ignore_network.ts";
import { needing } from "../../support/programs.ts";
import { TestServer } from "../../support/server.ts";
import { ConsolePage } from "./console_page.ts";
import { Peer } from "./peer.ts";

/** Notes in each frame how many messages were counted, and how many rows there are. */
const WATCH = `{
  globalThis.frames_ = { counts: new Set(), rows: 0 };
  requestAnimationFrame(function watch() {
    frames_.counts.add(document.getElementById("received-messages").textContent);
    frames_.rows = Math.max(frames_.rows, document.querySelectorAll("[role=option]").length);
    requestAnimationFrame(watch);
  });
}`;

Deno.test(needing("the dev console and ten thousand messages", "chromium", "seq"), async () => {
  await using server = await TestServer.start(["--devconsole", "seq", "10000"]);
  await using browser = await Browser.launch();
  const console = await ConsolePage.open(browser, server.url);
  await console.value(WATCH);
  await console.page.click("#connect");
  await console.until("received-messages", "10,000");
  await console.until("listed", "10,003 entries");
  const { counts, rows } = await console.value<
    { counts: number; rows: number }
  >("({ ...frames_, counts: frames_.counts.size })");
  assert(counts >= 3, "nothing was drawn while they came");
  assert(rows < 100, `${rows} elements`);

  assertEquals((await console.rows("received")).at(-1), "10000");
  await console.page.press("#list", "Home");
  await console.page.locator("#entry-1").waitFor();
  await console.page.fill("#filter", "5000");
  await console.until("listed", "1 of 10,003 entries");
  await console.page.fill("#filter", "");
  const { bytes } = await console.saved("#save");
  const lines = new TextDecoder().decode(bytes).trimEnd().split("\n");
  const texts = lines.map((line) => JSON.parse(line)).filter(({ kind }) => kind === "received");
  assertEquals(texts.map(({ text }) => text), Array.from({ length: 10_000 }, (_, i) => `${i + 1}`));
});

/** Sends numbers until the connection ends, ten thousand in a second where there is time for that. */
async function flood(socket: WebSocket): Promise<void> {
  for (let number = 1; socket.readyState === WebSocket.OPEN;) {
    for (let left = 200; left > 0; left--) socket.send(String(number++));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

Deno.test(needing("the dev console can be used in a flood", "chromium"), async () => {
  await using server = await TestServer.start(["--devconsole", "--echo"]);
  await using browser = await Browser.launch();
  await using peer = new Peer();
  const console = await ConsolePage.open(browser, server.url);
  await ignoreNetwork(console.page);
  await console.connectTo(peer.url);
  const flooding = flood((await peer.next()).socket);
  await console.until("received-messages", /[1-9]/);
  await console.page.click("#pause");
  await console.until("paused", /^Paused · [1-9].* new$/);
  const listed = await console.rows("received");
  await console.until("listed", /older ones dropped$/);
  assertEquals(await console.rows("received"), listed);
  await console.page.click("#disconnect");
  await console.until("ready-state", "3 CLOSED");
  await flooding;
  await console.page.click("#pause");
  await console.row("close", /code 1000.*wasClean true/).waitFor();

  const [, kept = "", dropped = ""] = /^(\S+) entries · (\S+) older ones dropped$/
    .exec(await console.shown("listed")) ?? [];
  const numbers = [kept, dropped, await console.shown("received-messages")]
    .map((text) => Number(text.replaceAll(",", "")));
  const [all = 0, rest = 0, total = 0] = numbers;
  assert(all >= 10_000);
  // Connecting, open and close are no messages.
  assertEquals(all + rest, total + 3);
  assertEquals((await console.rows("received")).at(-1), String(total));
});
