import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Browser } from "../../support/browser.ts";
import { needing } from "../../support/programs.ts";
import { TestServer } from "../../support/server.ts";
import { ConsolePage } from "./console_page.ts";
import { Peer } from "./peer.ts";
import { StalledPeer } from "./stalled_peer.ts";

Deno.test(needing("the dev console's connection", "chromium"), async (t) => {
  await using server = await TestServer.start(["--echo", "--devconsole"]);
  await using browser = await Browser.launch();
  const open = async (path = "") => await ConsolePage.open(browser, server.url + path);

  await t.step(
    "starts with what the page was asked for, and connects when it is told to",
    async () => {
      const console = await open("chat/a%20b?room=1&x=%3Ci%3E");
      assertEquals(await console.page.inputValue("#url"), `${server.url}chat/a%20b`);
      assertEquals(await console.page.inputValue("#query"), "room=1&x=%3Ci%3E");
      assertEquals(await console.shown("target"), `${server.url}chat/a%20b?room=1&x=%3Ci%3E`);
      assertEquals(await console.shown("ready-state"), "–");
      assertEquals(server.stdout.all.filter((line) => line.includes("| CONNECT")), []);
      await console.connect();
      await server.stdout.until(/room=1&x=%3Ci%3E.*\| CONNECT/);
    },
  );

  await t.step("sends the url, the query and the subprotocols as they were edited", async () => {
    await using peer = new Peer();
    const console = await open("?old=1");
    await console.page.fill("#protocols", "chat.v1, chat.v2");
    // The query of a URL that is pasted moves to its own field.
    await console.page.fill("#url", `${peer.url}room?from=url`);
    await console.page.press("#url", "Tab");
    assertEquals(await console.page.inputValue("#query"), "from=url");
    await console.page.fill("#query", "a=b&c=d");
    assertEquals(await console.shown("target"), `${peer.url}room?a=b&c=d`);
    await console.connect();
    const { target, offered } = await peer.next();
    assertEquals([target, offered], ["/room?a=b&c=d", "chat.v1, chat.v2"]);
    await console.until("protocol", "chat.v2");
    await console.row("open", "chat.v2").waitFor();
  });

  await t.step("shows each readyState while it lasts", async () => {
    using peer = new StalledPeer();
    const console = await open();
    await console.page.fill("#url", peer.url);
    await console.page.click("#connect");
    await console.until("ready-state", "0 CONNECTING");
    await peer.answer();
    await console.until("ready-state", "1 OPEN");
    await console.page.click("#disconnect");
    await console.until("ready-state", "2 CLOSING");
    peer.drop();
    await console.until("ready-state", "3 CLOSED");
    await console.row("close", /code 1006.*wasClean false/).waitFor();
  });

  await t.step("shows bufferedAmount as it grows and as it goes out", async () => {
    using peer = new StalledPeer();
    const console = await open();
    await Promise.all([console.connectTo(peer.url), peer.answer()]);
    assertEquals(await console.shown("buffered-amount"), "0 B");
    const size = 32 * 2 ** 20;
    await console.mode("file");
    // Made in the page: a file of that size would take seconds to get there.
    await console.value(`{
      const chosen = new DataTransfer();
      chosen.items.add(new File([new Uint8Array(${size})], "zeros"));
      document.getElementById("file").files = chosen.files;
    }`);
    await console.page.click("#send");
    await console.until("buffered-amount", /[1-9].* MiB/);
    await peer.read(size);
    await console.until("buffered-amount", "0 B");
  });

  await t.step("shows a close by the server with code, reason and wasClean", async () => {
    await using peer = new Peer();
    const console = await open();
    await console.connectTo(peer.url);
    (await peer.next()).socket.close(4001, '<b>"bye"');
    await console.row("close", 'code 4001reason "<b>\\"bye\\""wasClean true').waitFor();
    assertMatch(await console.row("close").innerText(), /^\d\d:\d\d:\d\d\.\d{3}[^]*10 B$/);
    await console.select("close", "4001");
    assertStringIncludes(await console.detail(), '<b>"bye"');
    assertEquals(await console.shown("ready-state"), "3 CLOSED");
  });

  await t.step("shows the error and the close of a connection that cannot be made", async () => {
    const gone = new Peer();
    await gone[Symbol.asyncDispose]();
    const console = await open();
    await console.page.fill("#url", gone.url);
    await console.page.click("#connect");
    await console.row("error").waitFor();
    await console.row("close", /code 1006reason ..wasClean false.*Abnormal closure/).waitFor();
    assertEquals(await console.shown("ready-state"), "3 CLOSED");
  });

  await t.step("closes with the code and the reason that a person chose", async () => {
    await using peer = new Peer();
    const console = await open();
    const { page } = console;
    await console.connectTo(peer.url);
    await page.click("#close-with");
    await page.fill("#close-code", "1001");
    assert(await page.isDisabled("#close-now"));
    assertEquals(
      await page.innerText("#close-error"),
      "A page may close with code 1000 or 3000 to 4999",
    );
    await page.fill("#close-code", "4999");
    await page.fill("#close-reason", "ü".repeat(62));
    assertStringIncludes(await page.innerText("#close-error"), "124 bytes");
    await page.fill("#close-reason", "done für heute");
    await page.press("#close-reason", "Enter");
    assertEquals(await (await peer.next()).closed, "4999 done für heute");
    await console.row("close", /code 4999.*done für heute.*wasClean true/).waitFor();
  });

  await t.step(
    "says what is wrong with a URL or a subprotocol, and connects to nothing",
    async () => {
      const console = await open();
      await console.page.fill("#url", "ftp://example.com/<b>");
      await console.page.click("#connect");
      await console.until("target", /"ftp:" is not the scheme of a WebSocket/);
      assertEquals(await console.rows(), []);
      await console.page.fill("#url", server.url);
      await console.page.fill("#protocols", "not/a/token");
      await console.page.click("#connect");
      await console.row("error", "not/a/token").waitFor();
      assertEquals(await console.shown("ready-state"), "–");
    },
  );
});
