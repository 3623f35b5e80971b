import { assert, assertEquals } from "@std/assert";
import { Browser } from "../../support/browser.ts";
import { ConfigFile } from "../../support/config_file.ts";
import { testEach, TestServer } from "../../support/server.ts";
import { ConsolePage } from "./console_page.ts";

const LOCAL = { port: 0, address: "127.0.0.1", devconsole: "/_console" };
const ROUTES = {
  "/chat/:room": { handler: "broadcast", subprotocol: ["chat.v2", "chat.v1"] },
  "/files/:id(\\d+)/*": "echo",
  "/secret": {
    handler: "process",
    framing: "json",
    command: ["sh", "-c", "cat # pass=word"],
    env: { TOKEN: "hidden" },
  },
};

/** The routes that are offered, without the invitation before them. */
async function offered({ page }: ConsolePage): Promise<string[]> {
  return (await page.locator("#route option").allTextContents()).slice(1);
}

testEach(
  "the dev console offers the routes of the server, and what a reload makes of them",
  async (form) => {
    await using file = await ConfigFile.write({ ...LOCAL, routes: ROUTES, echo: true });
    await using server = await TestServer.startAt([`--config=${file.path}`], { form });
    await using browser = await Browser.launch();
    const view = await ConsolePage.open(browser, `${server.url}_console`);
    await view.page.locator("#routes").waitFor();
    assertEquals(await offered(view), [
      "/chat/:room · broadcast",
      "/files/:id(\\d+)/* · echo",
      "/secret · process, json",
      "* (any other path) · echo",
    ]);
    assertEquals(await view.shown("target"), server.url);
    const wide = view.page.viewportSize();
    await view.page.setViewportSize({ width: 360, height: 740 });
    // Its label has no room there, and is its name all the same.
    await view.page.getByRole("combobox", { name: "Route" }).waitFor();
    if (wide) await view.page.setViewportSize(wide);

    await view.page.selectOption("#route", { label: "/chat/:room · broadcast" });
    assertEquals(await view.shown("target"), `${server.url}chat/:room`);
    assertEquals(await view.page.inputValue("#protocols"), "chat.v2, chat.v1");
    // The browser asks for what is missing.
    await view.page.click("#connect");
    assertEquals(await view.rows(), []);
    await view.page.getByLabel("room", { exact: true }).fill("a/ü");
    await view.connect();
    assertEquals(await view.shown("protocol"), "chat.v2");
    await server.stdout.until(/url:'http:\/\/[^']*\/chat\/a%2F%C3%BC'.* \| CONNECT$/);
    await view.page.click("#disconnect");
    await view.until("ready-state", "3 CLOSED");

    await view.page.selectOption("#route", { label: "/files/:id(\\d+)/* · echo" });
    await view.page.getByLabel("id", { exact: true }).fill("12");
    await view.page.getByLabel("path", { exact: true }).fill("a b/c");
    assertEquals(await view.shown("target"), `${server.url}files/12/a%20b/c`);
    // Whoever types another URL has picked no route.
    await view.page.fill("#url", `${server.url}chat/x`);
    assertEquals(await view.page.inputValue("#route"), "");
    assertEquals(await view.page.locator("#route-fields input").count(), 0);

    await file.change({ ...LOCAL, routes: { "/new": "echo" }, echo: true });
    const known = server.stdout.all.length;
    Deno.kill(server.pid, "SIGHUP");
    await server.stdout.after(known, /Reloaded/);
    await view.page.locator("#route").dispatchEvent("pointerdown");
    await view.page.locator("#route option", { hasText: "/new" }).waitFor({ state: "attached" });
    assertEquals(await offered(view), ["/new · echo", "* (any other path) · echo"]);
  },
  ["chromium"],
);

testEach("the dev console is told nothing of commands and variables", async (form) => {
  await using file = await ConfigFile.write({ ...LOCAL, routes: ROUTES });
  await using server = await TestServer.startAt([`--config=${file.path}`], { form });
  const url = `${server.url.replace("ws:", "http:")}_console`;
  const answer = await fetch(url, { headers: { "stdws-ask": "routes" } });
  const text = await answer.text();
  assertEquals(JSON.parse(text), {
    path: "/_console",
    routes: [
      { path: "/chat/:room", handler: "broadcast", subprotocols: ["chat.v2", "chat.v1"] },
      { path: "/files/:id(\\d+)/*", handler: "echo" },
      { path: "/secret", handler: "process", framing: "json" },
    ],
  });
  for (const word of ["pass=word", "TOKEN", "hidden", "sh"]) {
    assert(!text.includes(`"${word}`), word);
  }
});

testEach("the dev console has nothing to pick where one route is for everything", async (form) => {
  await using server = await TestServer.start(["--devconsole", "--echo"], { form });
  await using browser = await Browser.launch();
  const view = await ConsolePage.open(browser, `${server.url}a/b`);
  await view.page.locator("#route option").last().waitFor({ state: "attached" });
  assert(await view.page.locator("#routes").isHidden());
}, ["chromium"]);
