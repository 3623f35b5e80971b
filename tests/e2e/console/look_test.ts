import { assert, assertEquals } from "@std/assert";
import { Browser } from "../../support/browser.ts";
import { needing } from "../../support/programs.ts";
import { TestServer } from "../../support/server.ts";
import { ConsolePage } from "./console_page.ts";
import { findFaint } from "./contrast.js";
import { Demo } from "./demo.ts";

Deno.test(needing("the dev console's looks", "chromium"), async (t) => {
  await using server = await TestServer.start(["--echo", "--devconsole"]);
  await using browser = await Browser.launch();

  for (const dark of [false, true]) {
    const theme = dark ? "dark" : "light";
    await t.step(`can be read in the ${theme} theme`, async () => {
      await using demo = await Demo.open(browser, server.url, { dark });
      const { view } = demo;
      // Colours on their way from one to the other count as nothing.
      await view.page.emulateMedia({ reducedMotion: "reduce" });
      assertEquals(
        await view.value("matchMedia('(prefers-color-scheme: dark)').matches"),
        dark,
      );
      const ground = await view.value<string>("getComputedStyle(document.body).backgroundColor");
      assertEquals(Number(ground.match(/\d+/)?.[0]) < 128, dark);
      await view.mode("json");
      await view.send("{no}");
      assertEquals(await view.page.evaluate(findFaint), []);
      for (const text of ["status", "left", "binary"]) {
        await view.select("received", text);
        assertEquals(await view.page.evaluate(findFaint), []);
      }
      await view.page.click("#close-with");
      await view.page.fill("#close-code", "1001");
      assertEquals(await view.page.evaluate(findFaint), []);
    });
  }

  await t.step("gives the headings of all events the same form", async () => {
    const view = await ConsolePage.open(browser, server.url);
    await view.connect();
    await view.page.click("#disconnect");
    const forms = [];
    for (const kind of ["connect", "open", "close"]) {
      await view.row(kind).click();
      await view.page.locator(`#detail-title.${kind}`).waitFor();
      forms.push(
        await view.value<string>(`(({ fontSize, lineHeight, padding }) =>
          [fontSize, lineHeight, padding].join())(getComputedStyle(
            document.getElementById("detail-title")))`),
      );
    }
    assertEquals(new Set(forms).size, 1, forms.join("; "));
  });

  await t.step("names every control to who cannot see it", async () => {
    await using demo = await Demo.open(browser, server.url, {});
    const { view } = demo;
    await view.select("received", "status");
    await view.page.click("#close-with");
    const session = await browser.context.newCDPSession(view.page);
    const names = async () => {
      const { nodes } = await session.send("Accessibility.getFullAXTree");
      const controls =
        /^(button|textbox|searchbox|checkbox|radio|spinbutton|listbox|combobox|dialog|img)$/i;
      return nodes.filter(({ role, ignored }) => !ignored && controls.test(role?.value ?? ""))
        .map(({ role, name }) => `${role?.value}: ${name?.value ?? ""}`);
    };
    assertEquals((await names()).filter((name) => name.endsWith(": ")), []);
    await view.page.keyboard.press("Escape");
    await view.mode("file");
    const all = await names();
    assertEquals(all.filter((name) => name.endsWith(": ")), []);
    for (const name of ["textbox: URL", "textbox: Query", "checkbox: Auto-reconnect"]) {
      assert(all.includes(name), `${name} in ${all.join("; ")}`);
    }
    assert(all.length > 20, `${all.length} controls`);
    // Not by its placeholder, which is an example here.
    await view.mode("json");
    assert((await names()).includes("textbox: Message"));
    // Where there is room for few labels.
    await view.page.setViewportSize({ width: 360, height: 740 });
    const few = await names();
    assertEquals(few.filter((name) => name.endsWith(": ")), []);
    assert(few.includes("textbox: URL"), few.join("; "));
    await session.detach();
  });

  await t.step("says aloud what happens to the connection", async () => {
    await using demo = await Demo.open(browser, server.url, {});
    const { view } = demo;
    const announcer = view.page.locator("#announcer[role=status]");
    assertEquals(await announcer.textContent(), "open: Connected");
    await view.page.click("#disconnect");
    await announcer.filter({ hasText: "close with code 1000: Normal closure" }).waitFor({
      state: "attached",
    });
  });

  await t.step("moves nothing for who wants it so", async () => {
    const view = await ConsolePage.open(browser, server.url);
    const duration = "getComputedStyle(document.getElementById('connect')).transitionDuration";
    assertEquals(await view.value(duration), "0.12s");
    await view.page.emulateMedia({ reducedMotion: "reduce" });
    assertEquals(await view.value(duration), "0s");
  });

  for (const [width, height] of [[360, 740], [320, 568], [740, 360], [1024, 768]] as const) {
    await t.step(`fits into ${width} × ${height} pixels`, async () => {
      await using demo = await Demo.open(browser, server.url, { width, height });
      const { view } = demo;
      const wide = "document.documentElement.scrollWidth";
      assert(await view.value<number>(wide) <= width);
      const list = await view.page.locator("#list").boundingBox();
      assert(list && list.height >= 100 && list.width > width * 0.8, JSON.stringify(list));
      await view.mode("text");
      await view.send("still here");
      await view.until("sent-messages", "4");
      await view.select("received", "status");
      assert(await view.value<number>(wide) <= width);
      const detail = await view.page.locator("#detail").boundingBox();
      assert(detail && detail.x >= 0 && detail.x + detail.width <= width + 1);
      await view.page.click("#detail-close");
    });
  }
});
