import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { HandshakeError, LaunchError, UsageError } from "../../../lib/base/errors.ts";
import { Permits } from "../../../lib/base/permits.ts";
import { cgi } from "../../../lib/handlers/cgi/cgi.ts";
import { CapturedLog } from "../../base/captured_log.ts";
import { needing } from "../../support/programs.ts";
import { PLAIN, read, Served } from "../ask.ts";

for (const method of ["GET", "POST", "PUT", "DELETE", "PATCH", "X-OWN"]) {
  Deno.test(`cgi() runs a script for ${method}`, async () => {
    await using served = await Served.scripts({ script: `${PLAIN}; echo $REQUEST_METHOD` });
    assertEquals(await read(await served.ask("/script", { method })), [200, `${method}\n`]);
  });
}

Deno.test("cgi() tells a script its request and its place", async () => {
  const names = ["SCRIPT_NAME", "PATH_INFO", "PATH_TRANSLATED", "SCRIPT_FILENAME", "QUERY_STRING"];
  const values = ["CONTENT_LENGTH", "CONTENT_TYPE", "UNIQUE_ID", "HTTP_X_WORD"].concat(names);
  const script = `${PLAIN}; pwd; ${values.map((name) => `echo "$${name}"`).join("; ")}; cat`;
  await using served = await Served.scripts({ "sub/folder/script": script });
  const { folder } = served;
  const response = await served.ask("/sub/folder/script/a/b c", {
    method: "POST",
    id: "id-1",
    query: "d=e",
    headers: { "X-Word": "word", "Content-Type": "text/x" },
    body: "héllo",
  });
  assertEquals((await read(response))[1]?.split("\n"), [
    `${folder}/sub/folder`,
    "6",
    "text/x",
    "id-1",
    "word",
    "/sub/folder/script",
    "/a/b c",
    `${folder}/a/b c`,
    `${folder}/sub/folder/script`,
    "d=e",
    "héllo",
  ]);
});

Deno.test("cgi() lets a script inherit what it is told to, and nothing else", async () => {
  Deno.env.set("STDWS_TEST_A", "1");
  Deno.env.set("STDWS_TEST_B", "2");
  try {
    const script = `${PLAIN}; env | grep ^STDWS_TEST`;
    await using served = await Served.scripts({ script }, { passEnv: ["PATH", "STDWS_TEST_A"] });
    assertEquals(await read(await served.ask("/script")), [200, "STDWS_TEST_A=1\n"]);
  } finally {
    Deno.env.delete("STDWS_TEST_A");
    Deno.env.delete("STDWS_TEST_B");
  }
});

Deno.test("cgi() looks up REMOTE_HOST where it can", async () => {
  const script = `${PLAIN}; echo "$REMOTE_ADDR $REMOTE_HOST"`;
  const lookup = (address: string) => Promise.resolve(`name-of-${address}`);
  await using named = await Served.scripts({ script }, { lookup });
  assertEquals(await read(await named.ask("/script")), [200, "192.0.2.1 name-of-192.0.2.1\n"]);
  await using plain = await Served.scripts({ script });
  assertEquals(await read(await plain.ask("/script")), [200, "192.0.2.1 192.0.2.1\n"]);
});

Deno.test("cgi() leaves what is no script to others", async () => {
  await using served = await Served.scripts({ "sub/script": PLAIN });
  for (
    const path of ["/", "/nothing", "/sub", "/sub/", "/../sub/script", "/sub/../../sub/script"]
  ) {
    assertEquals(await served.ask(path), undefined, path);
  }
});

Deno.test("cgi() fails on a script that cannot be started, and gives its permit back", async () => {
  const forks = new Permits(1);
  await using served = await Served.scripts({ missing: "#!/nowhere/interpreter\n" }, { forks });
  await Deno.writeTextFile(`${served.folder}/source`, "echo secret", { mode: 0o644 });
  for (const name of ["source", "missing"]) {
    const error = await assertRejects(() => served.ask(`/${name}`), LaunchError);
    assertEquals(error.program, `${served.folder}/${name}`);
    assertEquals(forks.taken, 0);
  }
});

Deno.test("cgi() refuses with 429 when all permits are taken", async () => {
  const forks = new Permits(1);
  await using served = await Served.scripts({ script: `${PLAIN}; echo body` }, { forks });
  const permit = forks.take();
  const error = await assertRejects(() => served.ask("/script"), HandshakeError);
  assertEquals(error.status, 429);
  assertMatch(error.message, /^Fork not allowed since maxforks .* CGI was not run\.$/);
  permit?.[Symbol.dispose]();
  assertEquals(await read(await served.ask("/script")), [200, "body\n"]);
  await served.end();
  assertEquals(forks.taken, 0);
});

Deno.test("cgi() answers 411 to a body of unknown length and does not run the script", async () => {
  using log = new CapturedLog("access");
  await using served = await Served.scripts({ script: PLAIN });
  const response = await served.ask("/script", {
    method: "POST",
    headers: { "Transfer-Encoding": "chunked" },
    body: new Blob(["body"]).stream(),
  });
  const [status, text] = await read(response);
  assertEquals(status, 411);
  assertMatch(text ?? "", /^411 Length Required: a CGI script needs a Content-Length/);
  assertMatch(log.messages.join("\n"), /^ACCESS http: CGI was not run: a CGI script needs/);
});

Deno.test("cgi() logs a line for each request, and what the script says on stderr", async () => {
  using log = new CapturedLog("access");
  const script = `echo one >&2; printf 'two\\nthree' >&2; ${PLAIN}`;
  await using served = await Served.scripts({ script });
  await read(await served.ask("/script", { query: "a=b" }));
  await served.end();
  const url = "url:'http://example.com:8080/script?a=b'";
  assertMatch(
    log.lines[0] ?? "",
    / \| ACCESS \| http {7}\| url:'\S+' remote:'[\d.]+' cgiscript:'\/\S+\/script' \| CGI$/,
  );
  assert(log.lines.every((line) => line.includes(url)));
  const errors = log.messages.slice(1);
  assertEquals(errors, ["ERROR stderr: one", "ERROR stderr: two", "ERROR stderr: three"]);
});

Deno.test("cgi() tells the log the variables of a script", async () => {
  using log = new CapturedLog("debug");
  await using served = await Served.scripts({ script: PLAIN });
  await read(await served.ask("/script", { headers: { "X-Word": "word" } }));
  const messages = new Set(log.messages);
  assert(messages.has("DEBUG env: Std. variable: SCRIPT_NAME=/script"));
  assert(messages.has("DEBUG env: Header variable: HTTP_X_WORD=word"));
  assert(log.messages.some((line) => line.startsWith("DEBUG env: Parent variable: PATH=/")));
});

Deno.test("cgi() says what it serves, and refuses what is no folder", async () => {
  await using served = await Served.scripts({ script: PLAIN });
  const label = `Serving CGI scripts from    : ${served.folder}`;
  assertEquals(served.handler.label, label);
  const error = assertThrows(() => cgi(`${served.folder}/script`), UsageError, "not a directory");
  assertEquals(error.exitCode, 1);
});

Deno.test({
  ...needing("cgi() runs Perl and Python", "perl", "python3"),
  async fn() {
    await using served = await Served.scripts({
      "hello.pl": `#!/usr/bin/env perl
        read STDIN, my $body, $ENV{CONTENT_LENGTH};
        print "Content-Type: text/plain\\r\\nX-By: perl\\r\\n\\r\\n", scalar reverse $body;`,
      "hello.py": `#!/usr/bin/env python3
import os, sys
body = sys.stdin.read(int(os.environ["CONTENT_LENGTH"]))
print("Content-Type: text/plain\\nX-By: python\\n")
print(body[::-1], end="")`,
    });
    for (const [name, by] of [["hello.pl", "perl"], ["hello.py", "python"]]) {
      const response = await served.ask(`/${name}`, { method: "POST", body: "drawer" });
      assertEquals(response?.headers.get("x-by"), by);
      assertEquals(await read(response), [200, "reward"]);
    }
  },
});
