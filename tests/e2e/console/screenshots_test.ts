import { Artefacts } from "../../support/artefacts.ts";
import { Browser, type PageOptions } from "../../support/browser.ts";
import { needing } from "../../support/programs.ts";
import { TestServer } from "../../support/server.ts";
import { Demo } from "./demo.ts";

/** What is selected, and whether the connection was closed before. */
interface Scene extends PageOptions {
  readonly select?: string;
  readonly closed?: boolean;
}

const PHONE = { width: 360, height: 740 };
const SCENES: Record<string, Scene> = {
  "console-light": { select: "status", closed: true },
  "console-dark": { select: "binary", dark: true },
  "console-phone": { ...PHONE, closed: true },
  "console-phone-details": { ...PHONE, select: "status", dark: true },
};

Deno.test(needing("the dev console is kept in pictures", "chromium"), async (t) => {
  await using server = await TestServer.start(["--echo", "--devconsole"]);
  await using browser = await Browser.launch();
  await using artefacts = await Artefacts.open();

  for (const [name, scene] of Object.entries(SCENES)) {
    await t.step(`as ${name}.png`, async () => {
      await using demo = await Demo.open(browser, server.url, scene);
      const { view } = demo;
      await view.page.locator("#rate-peak").filter({ hasText: /[1-9]/ })
        .waitFor({ state: "attached" });
      if (scene.closed) {
        await view.page.click("#disconnect");
        await view.row("close").waitFor();
      }
      await view.mode("text");
      await view.page.fill("#message", "goodbye");
      if (scene.select) await view.select("received", scene.select);
      await artefacts.write(`${name}.png`, await view.page.screenshot());
    });
  }
});
