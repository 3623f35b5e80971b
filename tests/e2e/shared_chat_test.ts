import { assertEquals, assertMatch } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { readPages, shellBlocks, wordsFor } from "../support/pages.ts";
import { testEach, TestServer } from "../support/server.ts";

/** The chat as the page of handlers has it: its program in a folder, and the words that start it. */
async function chatOfPage(folder: string): Promise<string[]> {
  const pages = await readPages("lib/handlers/");
  const block = pages.flatMap(shellBlocks).find((text) => text.includes("chat.py"));
  const words = await wordsFor(block ?? "", folder);
  assertEquals(words.slice(0, 4), ["run", "-A", "main.ts", "--port=8080"]);
  return words.slice(4);
}

testEach("The page of handlers has a chat in Python that works", async (form) => {
  const folder = await Deno.makeTempDir();
  try {
    const words = await chatOfPage(folder);
    await using server = await TestServer.start(words, { form, cwd: folder });
    const enter = (room: string) => RawClient.open(server.url, { target: `/chat/${room}` });
    using one = await enter("tea");
    assertEquals(await one.text(), "Welcome to tea");
    using two = await enter("tea");
    assertEquals(await two.text(), "Welcome to tea");
    const [, id = ""] = /^(\S+) has come$/.exec(await one.text()) ?? [];
    using other = await enter("coffee");
    assertEquals(await other.text(), "Welcome to coffee");
    await two.send("hello, ü");
    assertEquals(await one.text(), `${id} says hello, ü`);
    await one.send("hi");
    assertMatch(await two.text(), / says hi$/);
    two[Symbol.dispose]();
    assertEquals(await one.text(), `${id} has left`);
    using last = await enter("coffee");
    assertEquals(await last.text(), "Welcome to coffee");
    // Nothing of the other room came in between.
    assertMatch(await other.text(), / has come$/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}, ["bash", "python3"]);

/** Reads events without a parser, as far as it has to. */
const BASH_CHAT = `
while read -r line; do
  id=\${line#*'"id":"'} id=\${id%%'"'*}
  case $line in
    '{"type":"open"'*) text='"has come"' ;;
    '{"type":"close"'*) text='"has left"' ;;
    *) text=\${line#*'"data":'} text=\${text%\\}} ;;
  esac
  echo "{\\"type\\":\\"send\\",\\"to\\":\\"*\\",\\"except\\":[\\"$id\\"],\\"data\\":$text}"
done`;

testEach("stdws shared serves a chat in ten lines of bash", async (form) => {
  const file = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(file, BASH_CHAT);
    const route = `--route=/=shared?framing=events bash ${file}`;
    await using server = await TestServer.start([route], { form });
    using one = await RawClient.open(server.url);
    using two = await RawClient.open(server.url);
    assertEquals(await one.text(), "has come");
    const words = 'a "quoted" word \\ and a\nline';
    await one.send(words);
    // It may have come before the program has heard of the first.
    let text = await two.text();
    if (text === "has come") text = await two.text();
    assertEquals(text, words);
    await two.send("bye");
    assertEquals(await one.text(), "bye");
    two[Symbol.dispose]();
    assertEquals(await one.text(), "has left");
  } finally {
    await Deno.remove(file);
  }
}, ["bash"]);
