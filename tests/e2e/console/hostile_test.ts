import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Browser, fileOf } from "../../support/browser.ts";
import { needing } from "../../support/programs.ts";
import { TestServer } from "../../support/server.ts";
import { ConsolePage } from "./console_page.ts";

const MARKUP = [
  "<img src=x onerror=alert(1)>",
  "</script><script>alert(1)</script>",
  "</textarea></style><b>bold",
  "&lt;b&gt; &amp;",
  "javascript:alert(1)",
  "${alert(1)}",
];

Deno.test(needing("the dev console and hostile messages", "chromium"), async (t) => {
  await using server = await TestServer.start(["--echo", "--devconsole", "--maxframesize=0"]);
  // It fails at its end if a page had an error, or a violation of its policy.
  await using browser = await Browser.launch();
  const connected = async (path = "") => {
    const console = await ConsolePage.open(browser, server.url + path);
    console.page.on("dialog", (dialog) => browser.problems.push(`dialog: ${dialog.message()}`));
    await console.connect();
    return console;
  };
  const send = async (console: ConsolePage, text: string) => {
    const message = JSON.stringify(text);
    await console.value(`document.getElementById("message").value = ${message}`);
    await console.page.press("#message", "Enter");
  };

  await t.step("shows markup as text, in the list and in the details", async () => {
    const console = await connected();
    for (const text of MARKUP) {
      await send(console, text);
      await console.row("received", text).waitFor();
      await console.select("received", text);
      assertEquals(await console.detail(), text);
      const json = JSON.stringify({ [text]: [text] });
      await send(console, json);
      await console.select("received", json);
      assertStringIncludes(await console.detail(), JSON.stringify(text));
    }
    assertEquals(await console.page.locator("img, iframe, #list b, #detail b").count(), 0);
    assertEquals(await console.page.locator("script").count(), 1);
  });

  await t.step("shows markup in path, query and close reason as text", async () => {
    const path = '%22%3E%3Cimg%20src=x%20onerror=alert(1)%3E?q="><script>alert(1)</script>';
    const console = await connected(path);
    await console.page.click("#close-with");
    await console.page.fill("#close-reason", "<img src=x onerror=alert(1)>");
    await console.page.click("#close-now");
    await console.select("close", "<img src=x onerror=alert(1)>");
    assertEquals(await console.page.locator("img").count(), 0);
  });

  await t.step("is not stopped by a text of a mebibyte", async () => {
    const console = await connected();
    const text = "<b>".repeat(2 ** 20 / 3);
    await send(console, text);
    await console.select("received", "<b><b>");
    assert((await console.detail()).startsWith("<b><b><b>"));
    assert((await console.detail()).length < 20_000);
    await console.page.getByRole("button", { name: /^Show more: 1,032,191 characters left$/ })
      .click();
    await console.page.getByRole("button", { name: /^Show more: 999,423 characters left$/ })
      .waitFor();
    await console.page.click("#detail-copy");
    await console.until("notice", "Copied the payload");
    assertEquals(await console.row("received").locator(".size").innerText(), "1.0 MiB");
  });

  await t.step("is not stopped by JSON that is 10,000 levels deep", async () => {
    const console = await connected();
    await send(console, '[{"a":'.repeat(5_000) + "1" + "}]".repeat(5_000));
    await console.select("received", /^/);
    await console.page.getByRole("button", { name: "Expand all" }).click();
    const open = await console.page.locator("#detail-body details[open]").count();
    assert(open >= 20 && open <= 40, `${open} levels`);
    // The next level, by hand.
    await console.page.locator("#detail-body summary").last().click();
    await console.page.locator("#detail-body details[open]").nth(open).waitFor();
  });

  await t.step("shows __proto__ and keys that come twice, and no prototype changes", async () => {
    const console = await connected();
    await send(console, '{"__proto__":{"polluted":1},"constructor":{"prototype":2},"a":3,"a":4}');
    await console.select("received", "polluted");
    const shown = await console.detail();
    for (const part of ['"__proto__": {', '"polluted": 1', '"a": 3', '"a": 4']) {
      assertStringIncludes(shown, part);
    }
    assertEquals(await console.value("'polluted' in {}"), false);
  });

  await t.step("names NUL, escapes and what turns the direction of the text", async () => {
    const console = await connected();
    await console.mode("file");
    const bytes = new TextEncoder().encode("a\0b\x1b[31m user\u202etxt.exe\u2066");
    await console.page.setInputFiles("#file", fileOf("file", bytes));
    await console.page.click("#send");
    await console.select("received", "binary");
    await console.page.click("#detail-tabs button:has-text('Text')");
    assertEquals(await console.detail(), "aNULbESC[31m userU+202Etxt.exeU+2066");
    assertEquals(await console.page.locator("#detail-body .hidden-character").count(), 4);
    await console.mode("text");
    await send(console, "x\u202ey\0z");
    await console.row("received", "xU+202EyNULz").waitFor();
  });
});
