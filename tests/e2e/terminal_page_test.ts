import type { WebSocketRoute } from "playwright-core";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { Browser } from "../support/browser.ts";
import { CuttingProxy } from "../support/cutting_proxy.ts";
import { needing } from "../support/programs.ts";
import { TestServer } from "../support/server.ts";
import { Tree } from "../support/tree.ts";
import { TerminalPage } from "./terminal_page.ts";

const SHOWN_ROWS = 'document.querySelectorAll(".xterm-rows > div").length';
// The colours of all that lies behind the text of a terminal.
const GROUNDS = `[...new Set(
  [document.body, ...document.querySelectorAll("#screen, #screen :has(.xterm-rows), .xterm-viewport")]
    .map((it) => getComputedStyle(it).backgroundColor),
)].filter((it) => it !== "rgba(0, 0, 0, 0)")`;
const LOWEST = 'document.querySelector(".xterm-rows").getBoundingClientRect().bottom';
const SHELL = "bash --norc --noprofile";

Deno.test(
  needing("the page of terminal", "chromium", "setsid", "bash", "vi", "less", "top"),
  async (t) => {
    await using tree = await Tree.make();
    // The other engine loses a close that crosses what the page says (Deno 2.9).
    await using server = await TestServer.start([
      `--route=/term=terminal?cwd=${tree.root}&env=PS1=%24%20 ${SHELL}`,
      "--route=/look=terminal?write=false sh -c 'echo looked at; exec sleep 1000'",
      "--route=/end=terminal sh -c 'echo bye; exit 3'",
      "--route=/flood=terminal yes",
      `--route=/keep=terminal?resume=60s&env=PS1=%24%20 ${SHELL}`,
      `--route=/ours=terminal?shared=true&env=PS1=%24%20 ${SHELL}`,
    ], { form: "node" });
    await using browser = await Browser.launch();
    const open = (path: string, options = {}) => TerminalPage.open(browser, server, path, options);

    await t.step("runs a shell, of the size that it shows", async () => {
      const terminal = await open("term");
      const { page } = terminal;
      await terminal.prompt();
      await terminal.line("echo $((40 + 2)) h\u00e9llo \u{1F30D}");
      await terminal.until(/^42 h\u00e9llo \u{1F30D}$/mu);
      const size = async (name: string) => {
        await terminal.line(`echo ${name}=$(stty size)`);
        const sizes = new RegExp(`^${name}=(\\d+) (\\d+)$`, "m");
        await terminal.until(sizes);
        const [, rows, columns] = sizes.exec(await terminal.screen()) ?? [];
        return [Number(rows), Number(columns)] as const;
      };
      const [rows, columns] = await size("before");
      assert(rows > 30 && columns > 100, `${columns} × ${rows}`);
      await page.setViewportSize({ width: 640, height: 400 });
      // The page hears of it in its next frame.
      await terminal.when(`${SHOWN_ROWS} < ${rows}`);
      const [fewer, narrower] = await size("after");
      assert(fewer < rows && narrower < columns, `${narrower} × ${fewer}`);
      // Of whatever height the window is, its last row is whole.
      for (let height = 399; height > 380; height -= 3) {
        await page.setViewportSize({ width: 640, height });
        await terminal.when(`innerHeight === ${height} && ${LOWEST} <= innerHeight`);
      }
      await page.close();
    });

    await t.step("has editors, pagers and what draws by itself", async () => {
      const terminal = await open("term");
      const { page } = terminal;
      await terminal.prompt();
      await terminal.line("vi -u NONE note.txt");
      await terminal.until("~");
      await terminal.type("iwritten in vim");
      await terminal.until(/^written in vim/m);
      await terminal.picture("vim-light");
      await page.keyboard.press("Escape");
      await terminal.line(":wq");
      await terminal.prompt();
      await terminal.line("cat note.txt; echo end");
      await terminal.until(/^written in vim\nend$/m);
      assertEquals(await Deno.readTextFile(`${tree.root}/note.txt`), "written in vim\n");

      await terminal.line("seq 1000 | less");
      await terminal.until(/^1\n2\n/);
      await page.keyboard.press("G");
      await terminal.until(/^1000\n\(END\)$/m);
      await page.keyboard.press("q");
      // What is typed before a program has given back the terminal, it may throw away.
      await terminal.prompt();

      await terminal.line("clear; top");
      await terminal.until(/PID USER/);
      await terminal.picture("top-light");
      await page.keyboard.press("q");
      await terminal.prompt();
      await terminal.line("exit 4");
      await terminal.untilState("Ended: exit status 4");
      assertMatch(await page.title(), /^✗ /);
      await page.click("#again");
      await terminal.prompt();
      await page.close();
    });

    await t.step("copies, pastes and searches", async () => {
      await browser.context.grantPermissions(["clipboard-read", "clipboard-write"]);
      const terminal = await open("term");
      const { page } = terminal;
      const clipboard = () => page.evaluate("navigator.clipboard.readText()");
      await terminal.prompt();
      await terminal.line("clear; seq -s ' ' 5; echo needle in hay; echo needle");
      await terminal.until(/^needle$/m);
      const word = await terminal.place("needle in", 2);
      await page.mouse.dblclick(...word);
      // It stands there for some seconds only.
      await Promise.all([
        terminal.untilState("Copied"),
        page.keyboard.press("Control+Shift+C"),
      ]);
      assertEquals(await clipboard(), "needle");
      // With something selected it is a copy, and a signal afterwards.
      await page.mouse.click(...word, { clickCount: 3 });
      await page.keyboard.press("Control+C");
      await terminal.when(
        "navigator.clipboard.readText().then((text) => text.includes('hay'))",
      );
      await terminal.line("sh -c 'echo go$((1))es; exec sleep 1000'");
      await terminal.until("go1es");
      await page.keyboard.press("Control+C");
      await terminal.line("echo status $?");
      await terminal.until(/^status 130$/m);

      await page.evaluate("navigator.clipboard.writeText('echo pasted as $((1+1))')");
      await page.keyboard.press("Control+Shift+V");
      await page.keyboard.press("Enter");
      await terminal.until(/^pasted as 2$/m);
      // However long the browser takes for it, Enter does not press the button again.
      const isLeft = await page.evaluate(`(() => {
        const button = document.getElementById("paste");
        button.focus();
        button.click();
        return document.activeElement !== button;
      })()`);
      assertEquals(isLeft, true);
      await terminal.until(/\+1\)\)$/);
      await page.keyboard.press("Enter");
      await terminal.until(/^pasted as 2\n[^]*^pasted as 2$/m);

      await page.keyboard.press("Control+Shift+F");
      await page.locator("#search-text").fill("needle");
      await page.locator("#search-found", { hasText: /^\d of 2$/ }).waitFor();
      await page.keyboard.press("Enter");
      await terminal.picture("search-light");
      await page.locator("#search-text").fill("nowhere");
      await page.locator("#search-found", { hasText: "Nothing found" }).waitFor();
      await page.keyboard.press("Escape");
      // The keys are the program's again.
      await terminal.line("echo typed again");
      await terminal.until(/^typed again$/m);
      await page.close();
    });

    await t.step("has letters of the size that a person likes, and remembers it", async () => {
      const before = await open("term");
      await before.prompt();
      const rows = await before.page.evaluate(SHOWN_ROWS);
      for (let more = 0; more < 4; more++) await before.page.click("#larger");
      await before.when(`${SHOWN_ROWS} < ${rows}`);
      const fewer = await before.page.evaluate(SHOWN_ROWS);
      await before.page.close();
      const after = await open("term");
      await after.prompt();
      await after.when(`${SHOWN_ROWS} === ${fewer}`);
      for (let less = 0; less < 4; less++) await after.page.click("#smaller");
      await after.when(`${SHOWN_ROWS} === ${rows}`);
      await after.page.close();
    });

    await t.step("opens links elsewhere", async () => {
      const terminal = await open("term");
      const { page } = terminal;
      await terminal.prompt();
      const url = `${server.url.replace("ws:", "http:")}end`;
      await terminal.line(`clear; echo see ${url}`);
      const place = await terminal.place("see http", 8);
      await page.mouse.move(...place);
      await page.locator(".xterm-cursor-pointer").waitFor();
      const opened = browser.context.waitForEvent("page");
      await page.mouse.click(...place);
      const other = await opened;
      await other.waitForURL(url);
      assertEquals(await other.evaluate("opener"), null);
      await other.close();
      await page.close();
    });

    await t.step("says how a program ended, and that one may only look", async () => {
      const ended = await open("end");
      await ended.until("bye");
      await ended.untilState("Ended: exit status 3");
      await ended.picture("ended-light");
      await ended.page.close();
      const looked = await open("look");
      await looked.until("looked at");
      await looked.untilState("Read only");
      await looked.type("x");
      await looked.page.keyboard.press("Control+C");
      await looked.untilState("Read only");
      await looked.page.close();
    });

    await t.step("is one for all where it is shared, and as large as all can see", async () => {
      const ann = await open("ours");
      await ann.prompt();
      await ann.untilState("Shared");
      await ann.line("echo from ann");
      await ann.until(/^from ann$/m);
      const rows = await ann.page.evaluate(SHOWN_ROWS);
      const bob = await open("ours", { width: 700, height: 500 });
      await bob.until(/^from ann$/m);
      await ann.when(`${SHOWN_ROWS} < ${rows}`);
      await ann.picture("shared");
      await bob.line("echo and from bob");
      for (const each of [ann, bob]) {
        await each.until(/^and from bob$/m);
        await each.prompt();
      }
      assertEquals(await ann.screen(), await bob.screen());
      await bob.page.close();
      await ann.when(`${SHOWN_ROWS} === ${rows}`);
      // A name is no news for a screen reader, and takes no notice away.
      await ann.page.evaluate(`globalThis.told = 0;
        new MutationObserver(() => told++).observe(document.getElementById("state"), { childList: true })`);
      await ann.line("printf '\\033]2;named\\007'");
      await ann.when('document.title === "named"');
      assertEquals(await ann.page.evaluate("told"), 0);
      await ann.page.close();
    });

    await t.step("leaves the focus where it is when it comes back by itself", async () => {
      const terminal = await open("ours");
      const { page } = terminal;
      const first = Promise.withResolvers<WebSocketRoute>();
      const second = Promise.withResolvers<void>();
      let made = 0;
      await page.routeWebSocket(/./, (socket) => {
        socket.connectToServer();
        if (++made === 1) first.resolve(socket);
        else second.resolve();
      });
      await page.reload();
      await terminal.untilState("Shared");
      await page.keyboard.press("Control+Shift+ArrowUp");
      await (await first.promise).close({ code: 1012 });
      await second.promise;
      await terminal.untilState("Shared");
      assertEquals(await page.evaluate("document.activeElement.id"), "copy");
      await page.close();
    });

    await t.step("takes no part of a line while it comes back to a shared terminal", async () => {
      const terminal = await open("ours");
      const { page } = terminal;
      const sockets: WebSocketRoute[] = [];
      const second = Promise.withResolvers<void>();
      const typed = Promise.withResolvers<void>();
      await page.routeWebSocket(/./, async (socket) => {
        if (sockets.push(socket) > 1) {
          second.resolve();
          await typed.promise;
        }
        socket.connectToServer();
      });
      await page.reload();
      await terminal.untilState("Shared");
      await sockets[0]?.close({ code: 1012 });
      await Promise.all([
        terminal.untilState("nothing is typed until it is back"),
        terminal.type("echo lost"),
      ]);
      await second.promise;
      await terminal.type(" halves");
      typed.resolve();
      await terminal.untilState("Shared");
      await terminal.line("echo whole");
      await terminal.until(/^whole$/m);
      assert(!/lost|halves/.test(await terminal.screen()), await terminal.screen());
      await page.close();
    });

    await t.step("goes on when it is loaded again, where the route has resume", async () => {
      const terminal = await open("keep");
      const { page } = terminal;
      await terminal.prompt();
      await terminal.line("name=kept; echo before $$");
      await terminal.until(/^before \d+$/m);
      await terminal.prompt();
      const before = await terminal.screen();
      const typed = Promise.withResolvers<void>();
      await page.routeWebSocket(/./, async (socket) => {
        await typed.promise;
        socket.connectToServer();
      });
      await page.reload();
      await terminal.when(`${SHOWN_ROWS} > 0`);
      await terminal.until(/^before \d+$/m);
      await terminal.prompt();
      assertEquals(await terminal.screen(), before);
      // Before it is connected.
      await terminal.line("echo still $name");
      typed.resolve();
      await terminal.until(/^still kept$/m);
      await terminal.line("exit 6");
      await terminal.untilState("Ended: exit status 6");
      // That one has ended: there is nothing to go on with.
      await page.reload();
      await terminal.prompt();
      assert(!(await terminal.screen()).includes("still"));
      await page.close();
    });

    await t.step("goes on where the network was cut", async () => {
      await using proxy = new CuttingProxy(server.url);
      const terminal = await TerminalPage.open(browser, proxy, "keep");
      const { page } = terminal;
      await terminal.prompt();
      await terminal.line("name=kept");
      const made = proxy.made;
      proxy.cut();
      // What is typed meanwhile comes later.
      await terminal.line("echo still $name");
      await terminal.until(/^still kept$/m);
      assert(proxy.made > made);
      await terminal.when('document.getElementById("state").textContent === ""');
      await page.close();
    });

    await t.step("shows a flood, and goes on to be used", async () => {
      const terminal = await open("flood");
      await terminal.until(/^y\ny\ny$/m);
      await terminal.page.keyboard.press("Control+C");
      await terminal.untilState("Ended: SIGINT");
      await terminal.page.close();
    });

    await t.step("can be used on a phone, with the keys that it has not", async () => {
      await using phone = await Browser.launch({ touch: true });
      const terminal = await TerminalPage.open(phone, server, "term", { width: 390, height: 740 });
      const { page } = terminal;
      await terminal.prompt();
      await terminal.line("sh -c 'echo go$((1))es; exec sleep 1000'");
      await terminal.until("go1es");
      await page.getByRole("button", { name: "Ctrl, for the next key" }).tap();
      await terminal.type("c");
      await terminal.line("echo status $?");
      await terminal.until(/^status 130$/m);
      await page.getByRole("button", { name: "Arrow up" }).tap();
      await page.keyboard.press("Enter");
      await terminal.until(/^status 0$/m);
      await terminal.picture("phone");
      await page.close();
    });

    await t.step("is dark where the system is", async () => {
      const terminal = await open("term", { dark: true });
      await terminal.prompt();
      await terminal.line(
        "for n in 1 2 3 4 5 6 7; do printf '\\033[3%dmcolour %d\\033[0m \\033[38;2;200;120;%dmtrue\\033[0m\\n' $n $n $((n * 30)); done",
      );
      await terminal.until(/^colour 7 true$/m);
      await terminal.picture("dark");
      await terminal.page.close();
    });

    await t.step("has one colour behind its text, to its edges", async () => {
      for (const dark of [false, true]) {
        const terminal = await open("term", { dark });
        await terminal.prompt();
        const shown = await terminal.page.evaluate(GROUNDS);
        assertEquals(shown, dark ? ["rgb(15, 18, 23)"] : ["rgb(255, 255, 255)"]);
        await terminal.page.close();
      }
    });

    await t.step("can be left by keys alone, and tells a screen reader", async () => {
      const terminal = await open("term");
      const { page } = terminal;
      await terminal.prompt();
      await page.keyboard.press("Control+Shift+ArrowUp");
      assertEquals(await page.evaluate("document.activeElement.id"), "copy");
      await page.click("#reader");
      await terminal.line("echo read out");
      await page.locator(".xterm-accessibility", { hasText: "read out" }).first()
        .waitFor({ state: "attached" });
      await page.close();
    });
  },
);
