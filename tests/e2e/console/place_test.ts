import { assertEquals } from "@std/assert";
import { Browser } from "../../support/browser.ts";
import { Nginx } from "../../support/nginx.ts";
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

const PREFIXES: [name: string, args: string[], page: string, to: string, first: string][] = [
  ["at a path of its own", ["--devconsole=/_console"], "/app/_console", "/", "/app/"],
  ["at a path with a slash", ["--route=/try/=console"], "/app/try/", "/", "/app/"],
  ["under another name", ["--devconsole=/_console"], "/tools", "/_console", "/"],
  ["at every path", ["--devconsole"], "/app/a/b", "/", "/app/a/b"],
];
for (const [name, args, page, to, first] of PREFIXES) {
  testBoth(`--devconsole ${name} keeps the prefix that a proxy takes off`, async (form) => {
    const all = [...args, "--route=/chat/:room=echo", "--route=/no=echo?origin=x", "--echo"];
    await using server = await TestServer.start(all, { form });
    const own = `http://127.0.0.1:${server.port}`;
    const begin = page.startsWith("/app/") ? "/app/" : page;
    await using nginx = await Nginx.start({ [begin]: own + to, "/": `${own}/` });
    await using browser = await Browser.launch();
    const host = `127.0.0.1:${nginx.port}`;
    const console = await ConsolePage.open(browser, `http://${host}${page}`);
    await console.page.locator("#routes").waitFor();
    assertEquals(await console.shown("target"), `ws://${host}${first}`);
    await console.connect();
    await console.page.click("#disconnect");
    const prefix = page.startsWith("/app/") ? "/app" : "";
    await console.page.selectOption("#route", { label: "/chat/:room · echo" });
    await console.page.getByLabel("room", { exact: true }).fill("hall");
    assertEquals(await console.shown("target"), `ws://${host}${prefix}/chat/hall`);
    await console.connect();
    await server.stdout.until(/\/chat\/hall' .*\| CONNECT$/);
    await console.page.click("#disconnect");
    await console.until("ready-state", "3 CLOSED");
    await console.page.selectOption("#route", { label: "/no · echo" });
    await console.page.click("#connect");
    await console.row("error", "status 403").waitFor();
  }, ["chromium", "nginx"]);
}
