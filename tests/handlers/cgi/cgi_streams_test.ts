import { assertEquals } from "@std/assert";
import { nextTurn } from "../../../lib/base/next_turn.ts";
import { CapturedLog } from "../../base/captured_log.ts";
import { PLAIN, POST, read, Served, until, upload } from "../ask.ts";

const encoder = new TextEncoder();

Deno.test("cgi() streams both ways at once", async () => {
  await using served = await Served.scripts({ script: `${PLAIN}; echo first; exec cat` });
  const [body, client] = upload();
  const response = await served.ask("/script", { ...POST, body });
  const reader = response?.body?.getReader();
  assertEquals(await until(reader, "\n"), "first\n");
  await client.write(encoder.encode("ab"));
  assertEquals(await until(reader, "b"), "ab");
  await client.write(encoder.encode("cd"));
  assertEquals(await until(reader, "d"), "cd");
  // It has all of its input, so it ends, although the stream of the body has not.
  assertEquals((await reader?.read())?.done, true);
  await client.close();
});

Deno.test("cgi() gives a script as much of the body as was announced", async () => {
  await using served = await Served.scripts({ script: `${PLAIN}; exec cat` });
  const response = await served.ask("/script", { ...POST, body: "abcdef" });
  assertEquals(await read(response), [200, "abcd"]);
});

const SIZE = 10_000_000;

/** A body that comes as it is asked for, and what became of it. */
function large(
  size = SIZE,
): { body: ReadableStream<Uint8Array>; fate: Promise<"taken" | "cancelled"> } {
  const { promise: fate, resolve } = Promise.withResolvers<"taken" | "cancelled">();
  let taken = 0;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      // As from a socket, what else happens has its turn in between.
      await nextTurn();
      controller.enqueue(new Uint8Array(100_000));
      taken += 100_000;
      if (taken < size) return;
      controller.close();
      resolve("taken");
    },
    cancel: () => resolve("cancelled"),
  }, { highWaterMark: 0 });
  return { body, fate };
}

const LARGE = { method: "POST", headers: { "Content-Length": `${SIZE}` } };

const IGNORANT = [
  `${PLAIN}; echo body`,
  `head -c 100000 > /dev/null; ${PLAIN}; echo body`,
  `${PLAIN}; echo body; exec >&-; exec sleep 600`,
  `echo 'Content-Length: 5'; ${PLAIN}; echo body`,
];
for (const script of IGNORANT) {
  Deno.test(`cgi() leaves to the server what this does not read: ${script}`, async () => {
    using log = new CapturedLog("error");
    await using served = await Served.scripts({ script });
    // So much that it has not come before the script ends.
    const { body, fate } = large(1e12);
    const headers = { "Content-Length": `${1e12}` };
    const response = await served.ask("/script", { method: "POST", headers, body });
    // Otherwise the answer could be over before that.
    assertEquals(response?.headers.has("content-length"), false);
    assertEquals(await read(response), [200, "body\n"]);
    assertEquals(await fate, "cancelled");
    assertEquals(log.lines, []);
  });
}

Deno.test("cgi() takes from the client what a script that has closed its input leaves", async () => {
  await using served = await Served.scripts({ script: `exec <&-; ${PLAIN}; read -r go < go` });
  await new Deno.Command("mkfifo", { args: [`${served.folder}/go`] }).output();
  const { body, fate } = large();
  const response = await served.ask("/script", { ...LARGE, body });
  assertEquals(await fate, "taken");
  await Deno.writeTextFile(`${served.folder}/go`, "go\n");
  assertEquals(await read(response), [200, ""]);
});

Deno.test("cgi() keeps the length of an answer to a request that is complete", async () => {
  const script = `read -r line; echo 'Content-Length: 5'; ${PLAIN}; echo body`;
  await using served = await Served.scripts({ script });
  const response = await served.ask("/script", { ...POST, body: "abc\n" });
  assertEquals(response?.headers.get("content-length"), "5");
  assertEquals(await read(response), [200, "body\n"]);
});

Deno.test("cgi() sends back 10 MB that it gets", async () => {
  await using served = await Served.scripts({ script: `${PLAIN}; exec cat` });
  const response = await served.ask("/script", { ...LARGE, body: large().body });
  assertEquals((await response?.arrayBuffer())?.byteLength, SIZE);
});
