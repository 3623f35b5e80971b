import { assertEquals } from "@std/assert";
import { Browser } from "../../support/browser.ts";
import { testBoth, TestServer } from "../../support/server.ts";
import { ConsolePage } from "./console_page.ts";

testBoth(
  "--devconsole is a page at every path, and the browser asks for nothing else",
  async (form) => {
    await using server = await TestServer.start(["--devconsole", "--", "cat"], { form });
    await using browser = await Browser.launch();
    for (const path of ["", "a/b.js?c=%22d"]) {
      const console = await ConsolePage.open(browser, server.url + path);
      await console.connect();
      await console.send("hello");
      await console.row("received", "hello").waitFor();
    }
    const asked = server.stdout.all.filter((line) => line.includes("| ACCESS | http "));
    assertEquals(asked.map((line) => line.split(" | ")[4]), ["DEVCONSOLE", "DEVCONSOLE"]);
  },
  ["chromium", "cat"],
);

testBoth(
  "--devconsole=/_console is beside what else is served, and connects to /",
  async (form) => {
    const folder = await Deno.makeTempDir();
    try {
      await Deno.writeTextFile(`${folder}/index.html`, "a page of the site");
      const args = ["--devconsole=/_console", `--staticdir=${folder}`, "--echo"];
      await using server = await TestServer.start(args, { form });
      const other = await fetch(server.url.replace("ws:", "http:"));
      assertEquals(await other.text(), "a page of the site");
      await using browser = await Browser.launch();
      const console = await ConsolePage.open(browser, `${server.url}_console?x=y`);
      assertEquals(await console.shown("target"), server.url);
      await console.connect();
      await server.stdout.until(new RegExp(`url:'http://[^/]*/' .*\\| CONNECT`));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
  ["chromium"],
);
