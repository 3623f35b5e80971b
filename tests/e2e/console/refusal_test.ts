import { assertEquals } from "@std/assert";
import { Browser } from "../../support/browser.ts";
import { testEach, TestServer } from "../../support/server.ts";
import { ConsolePage } from "./console_page.ts";

const MODULE = `export default { accept(request) {
  if (request.path === "/teapot") return new Response("no", { status: 418 });
  if (request.path === "/broken") throw new Error("a secret of the handler");
  return { open() {} };
} };`;

const REFUSALS: [path: string, facts: Record<string, string>][] = [
  ["origin", { status: "403", reason: "Origin 'ORIGIN' is not allowed" }],
  ["nothing", { status: "404", reason: "NOT FOUND: /nothing" }],
  ["teapot", { status: "418", reason: "empty" }],
  ["broken", { status: "500", reason: "its log says why" }],
];

testEach("the dev console says why a handshake was refused", async (form) => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/module.js`, MODULE);
    const args = [
      "--route=/_console=console",
      "--route=/origin=echo?origin=good.example",
      `--route=/teapot=module ${folder}/module.js`,
      `--route=/broken=module ${folder}/module.js`,
    ];
    await using server = await TestServer.start(args, { form });
    await using browser = await Browser.launch();
    const view = await ConsolePage.open(browser, `${server.url}_console`);
    const origin = new URL(server.url.replace("ws:", "http:")).origin;
    for (const [path, { status = "", reason = "" }] of REFUSALS) {
      await view.page.fill("#url", server.url + path);
      await view.page.click("#connect");
      const row = view.row("error", `status ${status}`);
      await row.click();
      assertEquals(await view.page.locator(".event-facts dd").allInnerTexts(), [
        status,
        reason.replace("ORIGIN", origin),
      ]);
      await view.page.click("#clear");
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}, ["chromium"]);

testEach("the dev console does not ask about connections to other servers", async (form) => {
  await using server = await TestServer.start(["--devconsole", "--echo"], { form });
  await using other = await TestServer.start(["--origin=nobody.example", "--echo"], { form });
  await using browser = await Browser.launch();
  const view = await ConsolePage.open(browser, server.url);
  await view.page.fill("#url", other.url);
  await view.page.click("#connect");
  await view.row("error", "The browser tells pages no reason").waitFor();
  assertEquals(await view.page.locator("#list .row.error").count(), 1);
}, ["chromium"]);
