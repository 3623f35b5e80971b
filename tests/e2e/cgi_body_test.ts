import { assert, assertEquals } from "@std/assert";
import { HttpClient } from "../support/http_client.ts";
import { memoryOf, pidIn, untilGone, untilIdle } from "../support/processes.ts";
import { testEach } from "../support/server.ts";
import { PLAIN, serving } from "./serving.ts";

const MIB = 1024 * 1024;
const SIZE = 10_000_000;
testEach("stdws --cgidir sends back 10 MB while they still come", async (form) => {
  await serving(form, { script: `${PLAIN}; exec cat` }, async ({ url }) => {
    const bytes = Uint8Array.from({ length: SIZE }, (_, index) => index * 31 >> 4);
    using client = await HttpClient.connect(url);
    await client.send(`POST /script\nContent-Length: ${SIZE}`);
    const [text] = await Promise.all([
      client.head().then(() => readAll(client)),
      client.write(bytes),
    ]);
    assertEquals(text.length, SIZE);
    assert(bytes.every((byte, index) => byte === text.charCodeAt(index)));
  });
});

const IGNORANT = [
  `${PLAIN}; echo body`,
  `exec <&-; ${PLAIN}; echo body`,
  `head -c 1000000 > /dev/null; ${PLAIN}; echo body`,
  `${PLAIN}; echo body; exec >&-; exec sleep 600`,
];
for (const script of IGNORANT) {
  testEach(`stdws --cgidir answers a client that sends 10 MB to: ${script}`, async (form) => {
    await serving(form, { script }, async ({ url }) => {
      using client = await HttpClient.connect(url);
      await client.send(`POST /script\nContent-Length: ${SIZE}`);
      // Deno 2.6 hangs up when it has answered.
      const sent = client.write(new Uint8Array(SIZE)).catch((error) => {
        if (form === "deno run") throw error;
      });
      assertEquals((await client.head()).status, 200);
      assertEquals(await readAll(client), "body\n");
      await sent;
    });
  });
}

testEach("stdws --cgidir takes no more of a body than its script does", async (form) => {
  // Not after its headers: from the answer's begin on, Deno 2.9 itself takes all that a client sends.
  const script = `echo $$ > pid; read -r go < go; ${PLAIN}; wc -c`;
  await serving(form, { script }, async ({ url, pid }, { folder }) => {
    using client = await HttpClient.connect(url);
    const size = 100_000_000;
    await client.send(`POST /script\nContent-Length: ${size}`);
    const script = pidIn(await Deno.readTextFile(`${folder}/pid`));
    const before = memoryOf(pid);
    const chunk = new Uint8Array(100_000);
    const sent = (async () => {
      for (let count = 0; count < size; count += chunk.length) await client.write(chunk);
    })();
    await untilIdle(script);
    await untilIdle(pid);
    const grown = memoryOf(pid) - before;
    assert(grown < 32 * MIB, `grew by ${grown} bytes`);
    await Deno.writeTextFile(`${folder}/go`, "go\n");
    assertEquals((await client.head()).status, 200);
    assertEquals(await readAll(client), `${size}\n`);
    await sent;
  });
});

testEach("stdws --cgidir holds a script back whose client does not read", async (form) => {
  const size = 100_000_000;
  const script = `${PLAIN}; echo $$ > pid; exec head -c ${size} /dev/zero`;
  await serving(form, { script }, async ({ url, pid }, { folder }) => {
    using client = await HttpClient.connect(url);
    const before = memoryOf(pid);
    await client.send("GET /script");
    const script = pidIn(await Deno.readTextFile(`${folder}/pid`));
    await untilIdle(script);
    await untilIdle(pid);
    const grown = memoryOf(pid) - before;
    assert(grown < 32 * MIB, `grew by ${grown} bytes`);
    await client.head();
    let read = 0;
    for (let part; (part = await client.part());) read += part.length;
    assertEquals(read, size);
    await untilGone(script);
  });
});

async function readAll(client: HttpClient): Promise<string> {
  const parts: string[] = [];
  for (let part; (part = await client.part()) !== "";) {
    if (part === undefined) throw new Error("It broke off");
    parts.push(part);
  }
  return parts.join("");
}
