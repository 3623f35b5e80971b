import { assertEquals } from "@std/assert";
import { Browser } from "../support/browser.ts";
import { HttpClient } from "../support/http_client.ts";
import { testEach, TestServer } from "../support/server.ts";
import { Tree } from "../support/tree.ts";

const latin1 = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));

/** Pages, all of which show `für`, and what a browser takes them for. */
const PAGES: [name: string, page: string | Uint8Array, charset: string, type: string][] = [
  ["plain.html", "<title>t</title><p>für", "UTF-8", "text/html; charset=UTF-8"],
  ["says.html", "<meta charset=utf-8><p>für", "UTF-8", "text/html; charset=UTF-8"],
  ["mark.html", "\ufeff<p>für", "UTF-8", "text/html; charset=UTF-8"],
  ["old.html", latin1("<p>f\xfcr"), "windows-1252", "text/html"],
  ["own.html", latin1("<meta charset=iso-8859-1><p>f\xfcr"), "windows-1252", "text/html"],
  ["east.html", latin1("<meta charset=iso-8859-2><p>f\xfcr"), "ISO-8859-2", "text/html"],
  ["sub/index.html", latin1("<meta charset=iso-8859-15><p>f\xfcr"), "ISO-8859-15", "text/html"],
  ["wide.html", latin1("\xff\xfe<\0p\0>\0f\0\xfc\0r\0"), "UTF-16LE", "text/html"],
];

testEach("stdws --staticdir lets a page say its own charset", async (form) => {
  const files = PAGES.map(([name, page]) => [name, page]);
  await using tree = await Tree.make({ "favicon.ico": "", ...Object.fromEntries(files) });
  await using server = await TestServer.start([`--staticdir=${tree.root}`], { form });
  await using browser = await Browser.launch();
  for (const [name, , charset, type] of PAGES) {
    const path = name.replace(/index\.html$/, "");
    const page = await browser.open(server.url.replace("ws", "http") + path);
    const shown = await page.evaluate("[document.characterSet, document.body.innerText.trim()]");
    assertEquals(shown, [charset, "für"], name);
    await page.close();
    for (const request of ["GET", "HEAD"]) {
      const { headers } = await HttpClient.ask(server.url, `${request} /${path}`);
      assertEquals(headers.get("content-type"), type, `${request} ${name}`);
    }
    const { headers, status, body } = await HttpClient.ask(
      server.url,
      `GET /${path}\nRange: bytes=0-1`,
    );
    assertEquals([status, headers.get("content-type"), body.length], [206, type, 2], name);
  }
}, ["chromium"]);
