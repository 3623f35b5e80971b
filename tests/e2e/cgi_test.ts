import { assertEquals, assertMatch } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { HttpClient } from "../support/http_client.ts";
import { testEach } from "../support/server.ts";
import { Wire } from "../support/wire.ts";
import { PLAIN, serving } from "./serving.ts";

testEach("stdws --cgidir says what it serves, runs scripts, logs them", async (form) => {
  const script = `${PLAIN}; echo "$REQUEST_METHOD $SCRIPT_NAME $PATH_INFO"; echo oh >&2; cat`;
  await serving(form, { "sub/script": script }, async ({ url, stdout }, { folder }) => {
    await stdout.until(/ \| INFO {3}\| server {5}\| .* \| Serving CGI scripts from {4}: \//);
    const request = "POST /sub/script/a%20b?c=d\nContent-Length: 5\n\nhello";
    const { status, headers, body } = await HttpClient.ask(url, request);
    assertEquals([status, body], [200, "POST /sub/script /a b\nhello"]);
    assertEquals(headers.get("content-type"), "text/plain");
    const known =
      `url:'http://example\\.com/sub/script/a%20b\\?c=d' remote:'127\\.0\\.0\\.1' cgiscript:'${folder}/sub/script'`;
    await stdout.until(new RegExp(` \\| ACCESS \\| http {7}\\| ${known} \\| CGI$`));
    await stdout.until(new RegExp(` \\| ERROR {2}\\| stderr {5}\\| ${known} pid:'\\d+' \\| oh$`));
    assertEquals((await HttpClient.ask(url, "GET /sub")).status, 404);
    await stdout.until(/ \| ACCESS \| http {7}\| url:'http:\/\/example\.com\/sub' .*\| NOT FOUND$/);
  });
});

testEach("stdws --cgidir sends on what a script writes, line by line", async (form) => {
  const lines = ["1", "2", "3"];
  const script = `echo 'Content-Type: text/event-stream'; echo
    for line in ${lines.join(" ")}; do echo "data: $line"; read -r go < "go$line"; done`;
  await serving(form, { script }, async ({ url }, { folder }) => {
    await new Deno.Command("mkfifo", { args: lines.map((line) => `${folder}/go${line}`) }).output();
    using client = await HttpClient.connect(url);
    // The runtime may compress it; not even that may hold a line back.
    await client.send("GET /script\nAccept-Encoding: gzip, br");
    assertEquals((await client.head()).status, 200);
    for (const line of lines) {
      assertEquals(await client.until("\n"), `data: ${line}\n`);
      await Deno.writeTextFile(`${folder}/go${line}`, "go\n");
    }
    assertEquals(await client.part(), "");
  });
});

testEach(
  "stdws --cgidir sends the head of an answer before its script has a body",
  async (form) => {
    await serving(
      form,
      { script: `${PLAIN}; read -r body < go; echo "$body"` },
      async (server, at) => {
        using wire = await Wire.connect(server);
        await wire.write("GET /script HTTP/1.1\r\nHost: h\r\n\r\n");
        assertMatch(await wire.until(/\r\n\r\n/), /^HTTP\/1\.1 200 OK\r\n/);
        await Deno.writeTextFile(`${at.folder}/go`, "slow\n");
        await wire.until(/slow\n/);
      },
    );
  },
);

testEach("stdws --cgidir answers several requests of one connection", async (form) => {
  const scripts = {
    plain: `${PLAIN}; echo "$REQUEST_METHOD"`,
    length: `echo 'Content-Length: 5'; ${PLAIN}; printf 12345`,
    echo: `${PLAIN}; exec cat`,
    none: "printf 'Status: 204\\nX-A: 1\\n\\n'",
    fails: "exit 3",
    cookies: "printf 'Status: 200\\nSet-Cookie: a=1\\nSet-Cookie: b=2\\n\\n'",
    connection: "printf 'Connection: close\\nTransfer-Encoding: gzip\\nStatus: 404\\n\\nx'",
  };
  await serving(form, scripts, async ({ url }) => {
    using client = await HttpClient.connect(url);
    for (let round = 0; round < 3; round++) {
      const expected: [request: string, status: number, body: string][] = [
        ["GET /plain", 200, "GET\n"],
        ["POST /plain", 200, "POST\n"],
        ["POST /plain\nContent-Length: 0", 200, "POST\n"],
        ["HEAD /plain", 200, ""],
        ["HEAD /length", 200, ""],
        ["GET /length", 200, "12345"],
        ["PUT /echo\nContent-Length: 3\n\nabc", 200, "abc"],
        ["POST /plain\nContent-Length: 3\n\nabc", 200, "POST\n"],
        ["GET /none", 204, ""],
        ["GET /fails", 500, "500 Internal Server Error\n"],
        ["GET /connection", 404, "x"],
        ["GET /cookies", 200, ""],
        ["GET /missing", 404, "404 Not Found\n"],
      ];
      for (const [request, status, body] of expected) {
        const answer = await client.ask(request);
        assertEquals([answer.status, answer.body, answer.whole], [status, body, true], request);
        if (request === "HEAD /length") assertEquals(answer.headers.get("content-length"), "5");
        if (request === "GET /cookies") {
          assertEquals(answer.headers.getSetCookie(), ["a=1", "b=2"]);
        }
      }
    }
  });
});

const INJECTIONS: [script: string, status: number][] = [
  ["printf 'Status: 200\\nX-A: 1\\rX-Evil: 1\\n\\n'", 500],
  ["printf 'Status: 200\\nX-A: 1\\0\\n\\n'", 500],
  ["printf 'Status: 200 OK\\\\r\\\\nX-Evil: 1\\n\\n'", 200],
  ["printf 'HTTP/1.1 200 OK\\nX-Evil: 1\\n\\n'", 500],
  ["printf 'Status: 200\\nContent-Length: 3\\nContent-Length: 4\\n\\nbody'", 200],
  ["printf 'Status: 200\\nContent-Length: 4, 4\\n\\nbody'", 200],
  ["printf 'Status: 200\\nTransfer-Encoding: chunked\\nContent-Length: 4\\n\\nbody'", 200],
  ["printf 'Status: 200\\nUpgrade: websocket\\nConnection: upgrade\\n\\nbody'", 200],
];
testEach("stdws --cgidir lets no script break the framing of its answer", async (form) => {
  const scripts = Object.fromEntries(INJECTIONS.map(([script], index) => [`s${index}`, script]));
  await serving(form, { ...scripts, next: `${PLAIN}; echo next` }, async ({ url }) => {
    using client = await HttpClient.connect(url);
    for (const [index, [script, status]] of INJECTIONS.entries()) {
      const answer = await client.ask(`GET /s${index}`);
      assertEquals([answer.status, answer.whole], [status, true], script);
      for (const name of ["x-evil", "upgrade"]) {
        assertEquals(answer.headers.has(name), false, script);
      }
      // The server's own, if any.
      assertEquals(answer.headers.get("connection") ?? "keep-alive", "keep-alive", script);
      assertEquals((await client.ask("GET /next")).body, "next\n", script);
    }
  });
});

testEach("stdws runs a COMMAND for sockets beside --cgidir for the rest", async (form) => {
  await serving(form, { script: `${PLAIN}; echo script; exec cat` }, async ({ url, stdout }) => {
    using socket = await RawClient.open(url, { target: "/script" });
    assertEquals(await socket.text(), "command");
    assertEquals((await HttpClient.ask(url, "GET /script")).body, "script\n");
    await stdout.until(/Process \d+ ended by itself/);
    // Both of them count.
    using waiting = await HttpClient.connect(url);
    await waiting.send("POST /script/wait\nContent-Length: 1");
    await stdout.until(/script\/wait.* \| CGI$/);
    const refused = await HttpClient.ask(url, "GET /script");
    assertEquals([refused.status, refused.body], [429, "429 Too Many Requests\n"]);
    await stdout.until(
      / \| ERROR {2}\| http .* \| Fork not allowed since maxforks amount has been reached\. CGI was not run\.$/,
    );
    using another = await RawClient.request(url);
    assertEquals(another.answer.status, 429);
    await socket.close();
    await stdout.until(/command:'[^']*\/sh' .*Process \d+ terminated/);
    assertEquals((await HttpClient.ask(url, "GET /script")).status, 200);
  }, ["--maxforks=2", "--loglevel=debug", "sh", "-c", "echo command; exec cat"]);
});

testEach("stdws --cgidir answers a hundred requests at once", async (form) => {
  const script = `${PLAIN}; echo "$QUERY_STRING"; exec cat`;
  await serving(form, { script }, async ({ url }) => {
    const answers = await Promise.all(Array.from({ length: 100 }, async (_, index) => {
      const body = `${index}`.repeat(1000);
      const request = `POST /script?${index}\nContent-Length: ${body.length}\n\n${body}`;
      const answer = await HttpClient.ask(url, request);
      return answer.whole && answer.body === `${index}\n${body}`;
    }));
    assertEquals(answers, Array(100).fill(true));
  });
});

testEach("stdws --cgidir answers 411 to a chunked body", async (form) => {
  await serving(form, { script: PLAIN }, async ({ url, stdout }) => {
    const request = "POST /script\nTransfer-Encoding: chunked\n\n4\r\nbody\r\n0\r\n\r\n";
    const { status, body } = await HttpClient.ask(url, request);
    assertEquals(status, 411);
    assertMatch(body, /a CGI script needs a Content-Length/);
    await stdout.until(/ACCESS \| http .* CGI was not run: /);
  });
});

testEach("stdws --cgidir gives REMOTE_HOST with --reverselookup", async (form) => {
  await serving(form, { script: `${PLAIN}; echo "$REMOTE_ADDR $REMOTE_HOST"` }, async ({ url }) => {
    // Of this machine: as /etc/hosts says.
    assertEquals((await HttpClient.ask(url, "GET /script")).body, "127.0.0.1 localhost\n");
  }, ["--reverselookup"]);
});
