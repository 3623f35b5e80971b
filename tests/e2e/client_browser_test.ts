import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { Browser } from "../support/browser.ts";
import { CuttingProxy } from "../support/cutting_proxy.ts";
import { readPages } from "../support/pages.ts";
import { needing } from "../support/programs.ts";
import { TestServer } from "../support/server.ts";
import { Tree } from "../support/tree.ts";

const PARTS = { parts: true };

// Says which process it is, and then counts what it gets.
const COUNTER = 'echo $$; while read -r line; do echo \\"$((++n)) $line\\"; done';

/** A page that notes what its socket tells. */
const PAGE = `<!DOCTYPE html>
<link rel="icon" href="data:,">
<script type="module">
  import { ResumingWebSocket } from "/_stdws/client.js";
  window.told = [];
  const url = location.origin.replace("http", "ws") + location.hash.slice(1);
  const socket = window.socket = new ResumingWebSocket(url, [], { store: sessionStorage });
  for (const type of ["open", "resumed", "reconnecting", "error"]) {
    socket.addEventListener(type, () => told.push(type));
  }
  socket.onmessage = ({ data }) => told.push(data);
  socket.onlost = ({ count }) => told.push("lost " + count);
  socket.onclose = ({ code }) => told.push("close " + code);
</script>`;

/** What a page was told, when it is at least so much. */
async function told(page: Page, count: number): Promise<string[]> {
  await page.waitForFunction(`told.length >= ${count}`);
  return await page.evaluate("told.slice()") as string[];
}

/** A page at a server, behind a proxy. */
async function withPage(
  test: (page: Page, proxy: CuttingProxy, server: TestServer) => Promise<void>,
  path: string,
): Promise<void> {
  await using tree = await Tree.make({ "index.html": PAGE });
  const routes = [`--route=/count=process?resume=60s bash -c "${COUNTER}"`, "--route=/plain=echo"];
  await using server = await TestServer.start([...routes, `--staticdir=${tree.root}`]);
  await using proxy = new CuttingProxy(server.url);
  await using browser = await Browser.launch();
  const page = await browser.open(`${proxy.url.replace("ws", "http")}#${path}`, PARTS);
  await test(page, proxy, server);
}

Deno.test({
  ...needing("A page goes on with its session after a cut, and after a reload", "chromium", "bash"),
  async fn() {
    await withPage(async (page, proxy) => {
      const [open, pid] = await told(page, 2);
      assertEquals(open, "open");
      await page.evaluate('socket.send("a")');
      assertEquals(await told(page, 3), ["open", pid, "1 a"]);
      await page.evaluate('socket.addEventListener("reconnecting", () => socket.send("b"))');
      proxy.cut();
      assertEquals((await told(page, 6)).slice(3), ["reconnecting", "resumed", "2 b"]);
      await page.reload();
      assertEquals(await told(page, 2), ["open", "resumed"]);
      await page.evaluate('socket.send("c")');
      assertEquals((await told(page, 3)).slice(2), ["3 c"]);
      // As when a laptop is opened at another place.
      await page.context().setOffline(true);
      await page.context().setOffline(false);
      assertEquals((await told(page, 5)).slice(3), ["reconnecting", "resumed"]);
      await page.evaluate("socket.close(1000)");
      assertEquals((await told(page, 6)).slice(5), ["close 1000"]);
      await page.reload();
      const [again, other] = await told(page, 2);
      assert(again === "open" && /^\d+$/.test(other ?? "") && other !== pid);
    }, "/count");
  },
});

Deno.test({
  ...needing("A page has a plain WebSocket where the route has no sessions", "chromium"),
  async fn() {
    await withPage(async (page, proxy) => {
      assertEquals(await told(page, 1), ["open"]);
      assertEquals(await page.evaluate("socket.resumes"), false);
      await page.evaluate('socket.send("\\x10a")');
      assertEquals(await told(page, 2), ["open", "\x10a"]);
      proxy.cut();
      assertEquals((await told(page, 4)).slice(2), ["error", "close 1006"]);
    }, "/plain");
  },
});

Deno.test({
  ...needing("The page of the client's README shows what comes", "chromium", "bash"),
  async fn() {
    const readme = (await readPages()).find(({ path }) => path === "lib/client/README.md");
    const [, html = ""] = /```html\n([^]*?)```/.exec(readme?.text ?? "") ?? [];
    await using tree = await Tree.make({ "index.html": html, "favicon.ico": "" });
    const [, route = ""] = /(--route='[^']*')/.exec(readme?.text ?? "") ?? [];
    const args = [`--staticdir=${tree.root}`, route.replaceAll("'", "")];
    await using server = await TestServer.start(args);
    await using proxy = new CuttingProxy(server.url);
    await using browser = await Browser.launch();
    const page = await browser.open(proxy.url.replace("ws", "http"), PARTS);
    await page.waitForFunction('/^[1-9]/.test(document.querySelector("output").value)');
    // It may be back before it is drawn.
    await page.evaluate(`window.away = new Promise((resolve) => {
      const output = document.querySelector("output");
      const look = () => output.value.startsWith("Away") && resolve();
      new MutationObserver(look).observe(output, { childList: true, subtree: true });
    }), undefined`);
    proxy.cut();
    await page.evaluate("away");
    await page.waitForFunction('/^[1-9]/.test(document.querySelector("output").value)');
  },
});
