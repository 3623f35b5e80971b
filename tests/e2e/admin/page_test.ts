import { assert, assertEquals, assertMatch } from "@std/assert";
import { echo, process, type Route, serve, shared } from "../../../lib/mod.ts";
import type { Page } from "playwright-core";
import { Artefacts } from "../../support/artefacts.ts";
import { Browser } from "../../support/browser.ts";
import { RawClient } from "../../support/client.ts";
import { needing } from "../../support/programs.ts";
import { findFaint } from "../console/contrast.js";

const MARKUP = "<img src=x onerror=document.title='hacked'>";
const ROUTES: readonly Route[] = [
  { path: "/echo/:name", handler: echo(), guards: [{ check: () => ({ user: MARKUP }) }] },
  { path: "/cat", handler: process(["cat"]) },
  { path: "/*", handler: echo(), guards: [{ check: () => new Response(null, { status: 403 }) }] },
];

/** A server of which somebody has the page, in this process. */
async function serveRoutes(routes: readonly Route[]) {
  const admin = { at: { hostname: "127.0.0.1", port: 0 } };
  const server = await serve({ port: 0, addresses: ["127.0.0.1"], routes, admin });
  return { server, url: server.addresses[0] ?? "", admin: server.admin ?? "" };
}

const rows = (page: Page) => page.locator("#rows tr");
const state = (page: Page, text: RegExp) =>
  page.locator("#state").filter({ hasText: text }).waitFor();

Deno.test(needing("the page of whoever runs the server", "chromium"), async (t) => {
  const { server, url, admin } = await serveRoutes(ROUTES);
  await using _server = server;
  await using browser = await Browser.launch();
  await using artefacts = await Artefacts.open();
  await browser.context.clock.install();
  const page = await browser.open(admin, { parts: true });

  await t.step("says that nobody is there, and that the server is", async () => {
    await state(page, /^Live$/);
    await page.getByText("Nobody is connected.").waitFor();
    assertEquals(await page.textContent("#connections-now"), "0");
  });

  using talker = await RawClient.open(`${url}echo/${encodeURIComponent("é")}?access_token=hush`);
  using piped = await RawClient.open(`${url}cat`);

  await t.step("shows who is connected, and what they carry", async () => {
    await talker.send("hello");
    await piped.send("x");
    await rows(page).filter({ hasText: "1 · 5 B" }).waitFor();
    const row = rows(page).filter({ hasText: "/echo/:name" });
    assertMatch(await row.innerText(), /127\.0\.0\.1\s.*\/echo\/%C3%A9\s/s);
    assertEquals(await row.locator(".user").innerText(), MARKUP);
    await rows(page).filter({ hasText: "/cat" }).filter({ hasText: "1 · 1 B" }).waitFor();
    await page.locator("#processes-now").filter({ hasText: /^1$/ }).waitFor();
    await page.locator("#counts").filter({ hasText: "2 connected" }).waitFor();
    assert(!(await page.content()).includes("hush"));
  });

  await t.step("draws what was carried, and what was refused", async () => {
    await RawClient.request(`${url}nowhere`).then((client) => client[Symbol.dispose]());
    for (const bars of ["messages-bars", "messages-out-bars", "bytes-bars", "refused-bars"]) {
      await page.locator(`#${bars}[d^="M"]`).waitFor({ state: "attached" });
    }
  });

  await t.step("shows names as text, whatever is in them", async () => {
    const target = `/echo/${MARKUP.replaceAll(" ", "")}`;
    using hostile = await RawClient.open(url, { target });
    await rows(page).filter({ hasText: "onerror" }).filter({ hasText: target }).waitFor();
    assertEquals(await page.locator("main img, main b").count(), 0);
    assertEquals(await page.title(), "stdws connections");
    await hostile.close();
    await rows(page).filter({ hasText: target }).waitFor({ state: "detached" });
  });

  await t.step("lists those that match, in the order that is asked for", async () => {
    await page.fill("#filter", "CAT");
    assertEquals(await rows(page).count(), 1);
    await page.fill("#filter", "nobody");
    await page.getByText("None of them matches.").waitFor();
    await page.fill("#filter", "");
    const head = page.locator("th[data-by=route]");
    const firsts = [];
    for (const sort of ["ascending", "descending"]) {
      await head.locator("button").press("Enter");
      assertEquals(await head.getAttribute("aria-sort"), sort);
      firsts.push(await rows(page).first().locator(".at > span").innerText());
    }
    assertEquals(firsts, ["/cat", "/echo/:name"]);
    assertEquals(await page.locator("th[aria-sort]").count(), 1);
  });

  await t.step("tells a screen reader what has changed, and nothing again", async () => {
    await page.evaluate(`globalThis.told = 0;
      for (const id of ["counts", "state"]) {
        new MutationObserver(() => told++).observe(document.getElementById(id), { childList: true });
      }`);
    // The first is drawn before the second is asked for.
    for (let looks = 0; looks < 2; looks++) await page.waitForResponse(/connections$/);
    assertEquals(await page.evaluate("told"), 0);
  });

  for (const dark of [false, true]) {
    const theme = dark ? "dark" : "light";
    await t.step(`can be read in the ${theme} theme`, async () => {
      await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
      assertEquals(await page.evaluate(findFaint), []);
      await artefacts.write(`admin-${theme}.png`, await page.screenshot());
      await page.locator("button.end").first().click();
      assertEquals(await page.evaluate(findFaint), []);
      await page.keyboard.press("Escape");
    });
  }

  await t.step("fits a phone", async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    const width = await page.evaluate("document.documentElement.scrollWidth");
    assertEquals(width, 360);
    await artefacts.write("admin-phone.png", await page.screenshot({ fullPage: true }));
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  await t.step("ends a connection, when it was asked twice", async () => {
    const row = rows(page).filter({ hasText: "/cat" });
    await row.getByRole("button").focus();
    await page.keyboard.press("Enter");
    assertEquals(await page.textContent("#end-who"), "127.0.0.1 at /cat");
    await page.keyboard.press("Escape");
    assertEquals(await rows(page).count(), 2);
    await row.getByRole("button").click();
    await page.click("#end-now");
    assertEquals((await piped.rest()).closed, "1001 Ended by the operator");
    await piped.close(1001);
    await row.waitFor({ state: "detached" });
    assertEquals(await page.locator("dialog[open]").count(), 0);
    assertEquals(await rows(page).count(), 1);
  });

  await t.step("says so where it has ended already", async () => {
    await page.locator("button.end").click();
    await talker.close();
    await rows(page).waitFor({ state: "detached" });
    const before = browser.problems.length;
    await page.click("#end-now");
    await page.locator("#end-error").filter({ hasText: "It has ended already" }).waitFor();
    await page.keyboard.press("Escape");
    // The browser itself tells of an answer of 404.
    for (const problem of browser.problems.splice(before)) assertMatch(problem, /404/);
  });

  await t.step("looks at nothing while it is paused, or nobody can see it", async () => {
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    const hide = (hidden: boolean) =>
      page.evaluate(`Object.defineProperty(document, "hidden",
        { value: ${hidden}, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"))`);
    const later = async () => {
      asked.length = 0;
      await page.clock.fastForward(60_000);
      return asked.length;
    };
    await page.click("#pause");
    await state(page, /^Paused$/);
    assertEquals(await later(), 0);
    const looks = page.waitForRequest(/metrics$/);
    await page.click("#pause");
    await looks;
    await state(page, /^Live$/);
    await hide(true);
    assertEquals(await later(), 0);
    const looksAgain = page.waitForRequest(/metrics$/);
    await hide(false);
    await looksAgain;
    await page.waitForResponse(/connections$/);
  });

  await t.step("says that the server is gone", async () => {
    const before = browser.problems.length;
    await server.shutdown();
    await state(page, /does not answer, since/);
    await page.close();
    for (const problem of browser.problems.splice(before)) {
      assertMatch(problem, /Failed to load|ERR_CONNECTION|ERR_EMPTY/);
    }
  });
});

Deno.test(needing("the page of a server that is not ready says so", "chromium"), async () => {
  const { server, admin } = await serveRoutes([
    { path: "/all", handler: shared(["false"], { start: "now" }) },
  ]);
  await using _server = server;
  await using browser = await Browser.launch();
  const page = await browser.open(admin, { parts: true });
  await state(page, /^Not ready/);
});

Deno.test(
  needing("the page finds everybody of more than it lists in one go", "chromium"),
  async () => {
    const { server, url, admin } = await serveRoutes(ROUTES);
    await using _server = server;
    await using clients = new AsyncDisposableStack();
    const count = 1_003;
    const open = async (index: number) => clients.use(await RawClient.open(`${url}echo/${index}`));
    for (let at = 0; at < count; at += 50) {
      const some = Math.min(50, count - at);
      await Promise.all(Array.from({ length: some }, (_, index) => open(at + index)));
    }
    await using browser = await Browser.launch();
    const page = await browser.open(admin, { parts: true });
    const counts = (text: string) =>
      page.locator("#counts").filter({ hasText: new RegExp(`^${text}$`) }).waitFor();
    await counts("1,003 connected, 300 are shown");
    assertEquals(await page.textContent("#page"), "1 of 2");
    assert(await page.isDisabled("#previous"));

    await page.click("#next");
    await counts("1,003 connected, 3 are shown");
    assertEquals(await rows(page).count(), 3);
    assertEquals([await page.textContent("#page"), await page.isDisabled("#next")], [
      "2 of 2",
      true,
    ]);

    // Not on this page.
    await page.fill("#filter", "echo/77");
    await counts("11 of 1,003 match");
    assertEquals(await rows(page).count(), 11);
    assert(await page.isHidden("#pages"));
    await page.fill("#filter", "");
    await counts("1,003 connected, 300 are shown");
    assertEquals(await page.textContent("#page"), "1 of 2");
    assertEquals(await page.evaluate(findFaint), []);
  },
);
