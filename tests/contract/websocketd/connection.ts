import { assert, assertEquals, assertMatch } from "@std/assert";
import { RawClient } from "../../support/client.ts";
import { TestServer } from "../../support/server.ts";
import { inFolder, type Line, PLAIN, statuses, visit, writeScript } from "./line.ts";

const VERSION = "Sec-WebSocket-Version";
const KEY = "Sec-WebSocket-Key";

async function origins(
  form: Parameters<Line[1]>[0],
  args: readonly string[],
  found: readonly (string | undefined)[],
): Promise<number[]> {
  const requests = found.map((origin) => ({ headers: { Origin: origin } }));
  return await statuses(form, [...args, "--echo"], requests);
}

/**
 * What the log says of the end of a program whose client leaves.
 *
 * @param closeMs Added to each wait: a busy machine may need longer to end what it is asked to.
 */
async function logOfEnd(
  form: Parameters<Line[1]>[0],
  program: string,
  closeMs = 0,
): Promise<string> {
  const args = ["--loglevel=debug", `--closems=${closeMs}`, "sh", "-c", program];
  await using server = await TestServer.start(args, { form });
  using client = await RawClient.open(server.url);
  assertEquals(await client.text(), "ready");
  client[Symbol.dispose]();
  return await server.stdout.until(/Process \d+ terminated after/);
}

export const CONNECTION: readonly Line[] = [
  [
    "upgrade requests are Upgrade: websocket in any case and a Connection list with upgrade",
    async (form) => {
      const found = await statuses(form, ["--echo"], [
        { headers: { Upgrade: "WebSocket", Connection: "keep-alive, Upgrade" } },
        { headers: { Upgrade: "h2c" } },
        { headers: { Connection: "keep-alive" } },
      ]);
      assertEquals(found, [101, 426, 426]);
    },
  ],
  ["with a COMMAND every path is the endpoint", async (form) => {
    assertEquals((await visit(form, ["echo", "x"], { target: "/any/path" })).texts, ["x"]);
  }],
  [
    "with --dir folders are entered, the first file is the program, the rest is PATH_INFO",
    async (form) => {
      await inFolder(async (folder) => {
        await Deno.mkdir(`${folder}/sub`);
        await writeScript(`${folder}/sub/program`, 'echo "$SCRIPT_NAME $PATH_INFO"');
        const { texts } = await visit(form, [`--dir=${folder}`], { target: "/sub/program/a/b" });
        assertEquals(texts, ["/sub/program /a/b"]);
      });
    },
  ],
  ["with --dir 404 for no such file, a folder at the end, a path outside", async (form) => {
    await inFolder(async (folder) => {
      await Deno.mkdir(`${folder}/dir/sub`, { recursive: true });
      await writeScript(`${folder}/outside`, "echo outside");
      await Deno.symlink("../outside", `${folder}/dir/link`);
      const targets = ["/nothing", "/sub", "/", "/../outside", "/%2e%2e/outside", "/link"];
      const found = await statuses(
        form,
        [`--dir=${folder}/dir`],
        targets.map((target) => ({ target })),
      );
      assertEquals(found, targets.map(() => 404));
    });
  }],
  ["order for everything else: CGI, static, 404", async (form) => {
    await inFolder(async (folder) => {
      await Deno.mkdir(`${folder}/cgi`);
      await Deno.mkdir(`${folder}/static`);
      await writeScript(`${folder}/cgi/both`, "printf 'Content-Type: text/plain\\n\\ncgi'");
      await Deno.writeTextFile(`${folder}/static/both`, "static");
      await Deno.writeTextFile(`${folder}/static/page`, "static");
      const args = [`--cgidir=${folder}/cgi`, `--staticdir=${folder}/static`];
      await using server = await TestServer.start(args, { form });
      const url = server.url.replace("ws", "http");
      const found = [];
      for (const path of ["both", "page", "neither"]) {
        const answer = await fetch(url + path);
        found.push([answer.status, await answer.text()]);
      }
      assertEquals(found, [[200, "cgi"], [200, "static"], [404, "404 Not Found\n"]]);
    });
  }],
  ["no key, a key that is not 16 bytes of base64: 400; better: 405 for a method", async (form) => {
    const found = await statuses(form, ["--echo"], [
      { method: "POST" },
      { headers: { [KEY]: undefined } },
      { headers: { [KEY]: "dGhlIHNhbXBsZQ==" } },
    ]);
    assertEquals(found, [405, 400, 400]);
  }],
  ["wrong or missing version: better, 426 with Sec-WebSocket-Version: 13", async (form) => {
    await using server = await TestServer.start(["--echo"], { form });
    for (const version of ["12", undefined]) {
      using client = await RawClient.request(server.url, { headers: { [VERSION]: version } });
      const { status, headers } = client.answer;
      assertEquals([status, headers.get(VERSION)], [426, "13"]);
    }
  }],
  [
    "--origin: 403 unless it matches; no port is any port, no scheme is http and https",
    async (form) => {
      const args = ["--origin=example.com,https://b.org:1"];
      const found = ["http://example.com", "https://example.com:7", "ftp://example.com"];
      assertEquals(await origins(form, args, found), [101, 101, 403]);
      assertEquals(
        await origins(form, args, ["https://b.org:1", "https://b.org", "http://b.org:1"]),
        [
          101,
          403,
          403,
        ],
      );
    },
  ],
  ["a missing Origin counts as file:, null as well, but not with --origin", async (form) => {
    assertEquals(await origins(form, ["--origin=file://"], [undefined, "null"]), [101, 403]);
    assertEquals(await origins(form, [], [undefined, "null"]), [101, 101]);
  }],
  ["--sameorigin: 403 when Origin's host and port differ from Host", async (form) => {
    await using server = await TestServer.start(["--sameorigin", "--echo"], { form });
    const { host } = new URL(server.url);
    for (
      const [origin, status] of [[`http://${host}`, 101], ["http://127.0.0.1:1", 403]] as const
    ) {
      using client = await RawClient.request(server.url, { headers: { Origin: origin } });
      assertEquals(client.answer.status, status);
    }
  }],
  ["--maxforks: beyond it 429", async (form) => {
    await using server = await TestServer.start(["--maxforks=1", "cat"], { form });
    using _first = await RawClient.open(server.url);
    using second = await RawClient.request(server.url);
    assertEquals(second.answer.status, 429);
  }],
  ["a program that cannot be started: better, 500", async (form) => {
    await inFolder(async (folder) => {
      await Deno.writeTextFile(`${folder}/text`, "no program");
      assertEquals(await statuses(form, [`--dir=${folder}`], [{ target: "/text" }]), [500]);
    });
  }],
  ["each message is written to stdin followed by a newline", async (form) => {
    const program = 'read -r a; read -r b; echo "$b,$a"';
    const { texts } = await visit(form, ["sh", "-c", program], { send: ["one", "two"] });
    assertEquals(texts, ["two,one"]);
  }],
  ["each line is a message without its end, an empty line an empty message", async (form) => {
    assertEquals((await visit(form, ["printf", "a\\r\\n\\nb\\n"])).texts, ["a", "", "b"]);
  }],
  ["a last line without an end: better, it is sent", async (form) => {
    assertEquals((await visit(form, ["printf", "a\\nb"])).texts, ["a", "b"]);
  }],
  ["messages of the other kind are ignored", async (form) => {
    const send = [new Uint8Array([1, 2]), "text"];
    assertEquals((await visit(form, ["head", "-n", "1"], { send })).texts, ["text"]);
  }],
  ["bytes that are not UTF-8: better, U+FFFD", async (form) => {
    assertEquals((await visit(form, ["printf", "a\\377b\\n"])).texts, ["a\ufffdb"]);
  }],
  ["--binary: stdout as it comes, input written as it is", async (form) => {
    await using server = await TestServer.start(["--binary", "head", "-c", "3"], { form });
    using client = await RawClient.open(server.url);
    await client.send(Uint8Array.of(0, 10, 255));
    assertEquals(await client.next(), { kind: "binary", data: Uint8Array.of(0, 10, 255) });
  }],
  ["--passstderr: lines of both streams, told apart", async (form) => {
    const { texts } = await visit(form, ["--passstderr", "sh", "-c", "echo a; echo b >&2"]);
    assertEquals(texts.toSorted(), [
      '{"stream":"stderr","data":"b"}',
      '{"stream":"stdout","data":"a"}',
    ]);
  }],
  ["the two directions never wait for each other", async (form) => {
    const { texts } = await visit(form, ["seq", "3"], { send: ["x".repeat(500_000)] });
    assertEquals(texts, ["1", "2", "3"]);
  }],
  ["--maxframesize: a larger message closes with 1009", async (form) => {
    const visited = await visit(form, ["--maxframesize=4", "cat"], { send: ["12345"] });
    assertMatch(visited.closed, /^1009/);
  }],
  ["the end of the process closes: better, 1000 for exit status 0", async (form) => {
    assertEquals((await visit(form, ["true"])).closed, "1000");
  }],
  ["better: 4000 + the status, 4000 + 128 + the signal's number", async (form) => {
    assertEquals((await visit(form, ["sh", "-c", "exit 3"])).closed, "4003 exit status 3");
    assertEquals((await visit(form, ["sh", "-c", "kill -9 $$"])).closed, "4137 SIGKILL");
  }],
  ["the client leaving: stdin is closed", async (form) => {
    const line = await logOfEnd(form, "echo ready; cat", 60_000);
    assertMatch(line, /after stdin was closed$/);
  }],
  ["still there after 100 ms: SIGINT", async (form) => {
    // An interrupted shell waits for what it runs, so that it has to be the program itself.
    const line = await logOfEnd(form, "echo ready; exec sleep 1000", 1_500);
    assertMatch(line, /after SIGINT$/);
  }],
  ["after 250 ms more: SIGTERM", async (form) => {
    const line = await logOfEnd(form, "trap '' INT; echo ready; exec sleep 1000", 1_500);
    assertMatch(line, /after SIGTERM$/);
  }],
  ["after 500 ms more: SIGKILL, and it reaches the processes it started, too", async (form) => {
    const program = "trap '' INT TERM; sleep 1000 & echo ready; while :; do wait; done";
    assertMatch(await logOfEnd(form, program), /after SIGKILL$/);
  }],
  ["--pingms: pings at this interval, drops a client silent for twice that", async (form) => {
    await using server = await TestServer.start(["--pingms=100", "cat"], { form });
    using client = await RawClient.open(server.url);
    assertEquals((await client.next()).kind, "ping");
    await server.stdout.until(/DISCONNECT/);
  }],
  [
    "--header for all answers, --header-ws for the 101, --header-http for the others",
    async (form) => {
      const args = ["--header=A: 1", "--header-ws=B: 2", "--header-http=C: 3", "--echo"];
      await using server = await TestServer.start(args, { form });
      using upgraded = await RawClient.request(server.url);
      using other = await RawClient.request(server.url, { headers: PLAIN });
      const found = [upgraded, other].map(({ answer: { headers } }) =>
        ["A", "B", "C"].map((name) => headers.get(name))
      );
      assertEquals(found, [["1", "2", null], ["1", null, "3"]]);
    },
  ],
  ["--devconsole: a page at every path", async (form) => {
    await using server = await TestServer.start(["--devconsole", "--echo"], { form });
    const answer = await fetch(`${server.url.replace("ws", "http")}any/path`);
    assertEquals(answer.status, 200);
    assert((await answer.text()).startsWith("<!DOCTYPE html>"));
  }],
];
