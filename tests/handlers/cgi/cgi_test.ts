import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { Permits } from "../../../lib/base/permits.ts";
import { CapturedLog } from "../../base/captured_log.ts";
import { PLAIN, read, Served } from "../ask.ts";

const ANSWERS: [script: string, status: number, body: string, headers?: [string, string][]][] = [
  [`${PLAIN}; echo body`, 200, "body\n", [["content-type", "text/plain"]]],
  [`${PLAIN}; printf 'one\\n\\ntwo'`, 200, "one\n\ntwo"],
  [PLAIN, 200, ""],
  ["printf 'Content-Type: a/b\\r\\n\\r\\n\\r\\n'", 200, "\r\n", [["content-type", "a/b"]]],
  ["printf 'Status: 404 Gone away\\n\\nno'", 404, "no", []],
  ["printf 'Location: http://a/b\\n\\n'", 302, "", [["location", "http://a/b"]]],
  ["printf 'Location: /local?c=d\\n\\n'", 302, "", [["location", "/local?c=d"]]],
  ["printf 'Status: 308\\nLocation: /x\\n\\nthere'", 308, "there", [["location", "/x"]]],
  ["printf 'Status: 204\\nX-A: 1\\n\\n'", 204, "", [["x-a", "1"]]],
  ["printf 'Status: 304\\nETag: \"a\"\\n\\nwrong'", 304, "", [["etag", '"a"']]],
  ["printf 'Status: 205\\nContent-Length: 5\\n\\nwrong'", 205, "", []],
  [`echo 'Content-Length: 3'; ${PLAIN}; printf abc`, 200, "abc", [
    ["content-length", "3"],
    ["content-type", "text/plain"],
  ]],
  ["printf 'Status: 200\\nSet-Cookie: a=1\\nSet-Cookie: b=2; Path=/\\n\\n'", 200, "", [
    ["set-cookie", "a=1"],
    ["set-cookie", "b=2; Path=/"],
  ]],
  ["printf 'Status: 200\\nTransfer-Encoding: chunked\\nConnection: close\\n\\nx'", 200, "x", []],
  // What follows the answer is no matter of the client's.
  [`${PLAIN}; echo body; exit 3`, 200, "body\n"],
  [`${PLAIN}; echo body; exec >&-; exec sleep 600`, 200, "body\n"],
  [`${PLAIN}; echo body; sleep 600 >&- &`, 200, "body\n"],
  [`${PLAIN}; exec <&-; echo body`, 200, "body\n"],
];
for (const [script, status, body, headers] of ANSWERS) {
  Deno.test(`cgi() answers ${status} ${JSON.stringify(body)} by: ${script}`, async () => {
    await using served = await Served.scripts({ script });
    const response = await served.ask("/script");
    if (headers) assertEquals([...response?.headers ?? []], headers);
    assertEquals(await read(response), [status, body]);
  });
}

const FAILURES: [script: string, reason: RegExp][] = [
  ["exit 0", /It ended before its headers were complete$/],
  ["exit 3", /It ended before its headers were complete \(exit status 3\)$/],
  ["kill -SEGV $$", /before its headers were complete \(SIGSEGV\)$/],
  ["printf 'Content-Type: text/plain\\n'", /before its headers were complete$/],
  ["exec >&-; exec sleep 600", /before its headers were complete$/],
  ["printf '\\n\\n'; exec sleep 600", /There are no headers/],
  ["printf 'X-A: 1\\n\\nbody'", /neither Content-Type nor Status nor Location/],
  ["printf '<html>\\n\\n</html>'", /has no colon: "<html>"/],
  ["printf 'Status: 101\\n\\n'", /not a number from 200 to 599: "101"/],
  ["printf 'A: b\\rc\\n\\n'; exec sleep 600", /control character/],
  ["printf 'Status: 200\\nA:'; exec tr '\\0' x < /dev/zero", /headers are longer than 65536 bytes/],
];
for (const [script, reason] of FAILURES) {
  Deno.test(`cgi() answers 500 and logs why to: ${script}`, async () => {
    using log = new CapturedLog("error");
    const forks = new Permits(1);
    await using served = await Served.scripts({ script }, { forks });
    const response = await served.ask("/script");
    assertEquals(await read(response), [500, "500 Internal Server Error\n"]);
    assertEquals(log.lines.length, 1);
    assertMatch(
      log.lines[0] ?? "",
      /^\S.* \| ERROR {2}\| process {4}\| url:'\S+' remote:'[\d.]+' cgiscript:'\S+' pid:/,
    );
    assertMatch(log.lines[0] ?? "", reason);
    await served.end();
    assertEquals(forks.taken, 0);
  });
}

const BROKEN: [script: string, body: string, reason: RegExp][] = [
  [`${PLAIN}; echo body; kill -KILL $$`, "body\n", /in the middle of its answer \(SIGKILL\)/],
  [
    `echo 'Content-Length: 10'; ${PLAIN}; echo body`,
    "body\n",
    /: 5 bytes of its Content-Length are missing$/,
  ],
  [
    `echo 'Content-Length: 10'; ${PLAIN}; echo body; exit 2`,
    "body\n",
    /: 5 bytes of its Content-Length are missing \(exit status 2\)$/,
  ],
];
for (const [script, body, reason] of BROKEN) {
  Deno.test(`cgi() breaks the body off after: ${script}`, async () => {
    using log = new CapturedLog("error");
    await using served = await Served.scripts({ script });
    const response = await served.ask("/script");
    const reader = response?.body?.getReader();
    let text = "";
    await assertRejects(async () => {
      for (let part; (part = await reader?.read())?.value;) {
        text += new TextDecoder().decode(part.value);
      }
    }, Error);
    assertEquals(text, body);
    assertMatch(log.lines.join("\n"), reason);
  });
}

Deno.test("cgi() logs a status that is not 0 after an answer that is whole", async () => {
  using log = new CapturedLog("error");
  await using served = await Served.scripts({ script: `${PLAIN}; echo body; exit 3` });
  assertEquals(await read(await served.ask("/script")), [200, "body\n"]);
  assertMatch(log.messages.join("\n"), /^ERROR process: Process \d+ ended with exit status 3$/);
});

Deno.test("cgi() sends no more than a script has announced, and logs that it wrote more", async () => {
  using log = new CapturedLog("error");
  const script = `echo 'Content-Length: 3'; ${PLAIN}; echo body`;
  await using served = await Served.scripts({ script });
  assertEquals(await read(await served.ask("/script")), [200, "bod"]);
  assertMatch(log.messages.join("\n"), /^ERROR process: Process \d+ wrote more than its Content-L/);
});

Deno.test("cgi() answers HEAD with the length that the script says and without a body", async () => {
  using log = new CapturedLog("error");
  await using served = await Served.scripts({
    quiet: `echo 'Content-Length: 1234'; ${PLAIN}`,
    loud: `echo 'Content-Length: 5'; ${PLAIN}; echo body`,
  });
  for (const [path, length] of [["/quiet", "1234"], ["/loud", "5"]] as const) {
    const response = await served.ask(path, { method: "HEAD" });
    assertEquals([response?.status, response?.body], [200, null]);
    assertEquals(response?.headers.get("content-length"), length);
  }
  assertEquals(log.lines, []);
});
