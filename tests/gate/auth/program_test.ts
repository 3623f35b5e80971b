import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { HandshakeError, UsageError } from "../../../lib/base/errors.ts";
import { Log } from "../../../lib/base/log.ts";
import { Permits } from "../../../lib/base/permits.ts";
import type { Denial, Evidence, Identity } from "../../../lib/gate/auth/authenticator.ts";
import { program } from "../../../lib/gate/auth/program.ts";
import { CapturedLog } from "../../base/captured_log.ts";
import { fakeRequest, type RequestChanges } from "../../base/fake_request.ts";
import { Scripts } from "../../support/scripts.ts";

interface Asked {
  readonly request?: RequestChanges;
  readonly evidence?: Evidence;
  readonly left?: AbortSignal;
  readonly processes?: Permits;
}

const NEVER = new AbortController().signal;
const UPGRADE = { Upgrade: "websocket", Connection: "Upgrade" };

/** What a script finds. */
async function check(script: string, asked: Asked = {}): Promise<Identity | Denial> {
  await using scripts = await Scripts.write({ check: script });
  await using authenticator = program(`${scripts.folder}/check 'one word' "{x}"`);
  const { request = {}, evidence = {}, left = NEVER, processes = new Permits(0) } = asked;
  const found = await authenticator.check(
    fakeRequest(request),
    evidence,
    { log: new Log(), processes, left, signal: NEVER },
  );
  assert(found);
  return found;
}

Deno.test("program() lets in where the program ends with status 0, as who it says", async () => {
  const rows: readonly (readonly [script: string, found: Identity])[] = [
    ["exit 0", { user: "", type: "", variables: {} }],
    ["echo REMOTE_USER=jane", { user: "jane", type: "", variables: {} }],
    [
      "echo REMOTE_USER=jane; echo AUTH_TYPE=Own; echo; echo no more",
      { user: "jane", type: "Own", variables: {} },
    ],
    ["printf 'TENANT= a b'", { user: "", type: "", variables: { TENANT: " a b" } }],
    ["echo Status: 204; echo hello", { user: "", type: "", variables: {} }],
    ["cat; echo A=$?", { user: "", type: "", variables: { A: "0" } }],
    ['printf "A=%s|%s" "$1" "$2"', { user: "", type: "", variables: { A: "one word|{x}" } }],
    ["echo out of the way >&2", { user: "", type: "", variables: {} }],
  ];
  for (const [script, found] of rows) assertEquals([script, await check(script)], [script, found]);
});

Deno.test("program() refuses where it ends with another status, or says so", async () => {
  const rows: readonly (readonly [
    script: string,
    denial: string,
    answer?: string,
    upgrades?: string,
  ])[] = [
    ["exit 1", "403 the program ended with exit status 1"],
    ["echo REMOTE_USER=root; exit 9", "403 the program ended with exit status 9"],
    ["kill -9 $$", "403 the program ended with SIGKILL"],
    ["echo Status: 200; exit 1", "403 the program ended with exit status 1"],
    ["echo Status: 302; exit 1", "403 the program ended with exit status 1"],
    ["echo Status: 302", "403 the program ended with exit status 0"],
    ["echo Status: 304; echo Location: /", "403 the program ended with exit status 0"],
    ["echo Status: 401", "401 the program answered 401", '401 {"content-length":"0"} '],
    ["echo Status: 404 No; exit 1", "401 the program answered 404", '404 {"content-length":"0"} '],
    ["echo Status: 503; exit 1", "503 the program answered 503", '503 {"content-length":"0"} '],
    [
      "printf 'Status: 401\\nWWW-Authenticate: Own\\nX-Other: 1\\n\\nGo away'; exit 1",
      "401 the program answered 401",
      '401 {"content-length":"7","content-type":"text/plain; charset=utf-8","www-authenticate":"Own"} Go away',
    ],
    [
      "printf 'Status: 429\\nRetry-After: 5\\n'; exit 1",
      "401 the program answered 429",
      '429 {"content-length":"0","retry-after":"5"} ',
    ],
    [
      "printf 'Status: 302\\nLocation: /login\\n'; exit 1",
      "401 the program answered 302",
      '302 {"content-length":"0","location":"/login"} ',
      '401 {"content-length":"0"} ',
    ],
  ];
  for (const [script, denial, answer, upgrades = answer] of rows) {
    for (const [headers, expected] of [[{}, answer], [UPGRADE, upgrades]] as const) {
      const found = await check(script, { request: { headers } });
      assert("reason" in found, script);
      const { status, reason, response } = found;
      assertEquals([script, `${status} ${reason}`], [script, denial]);
      const told = response &&
        `${response.status} ${JSON.stringify(Object.fromEntries(response.headers))} ${await response
          .text()}`;
      assertEquals([script, told], [script, expected]);
    }
  }
});

Deno.test("program() gives the program the request, and what the client has sent to say who it is", async () => {
  const script = 'printf "A=%s|%s|%s|%s|%s" "$REQUEST_URI" "$REMOTE_ADDR" ' +
    '"$HTTP_AUTHORIZATION" "$HTTP_COOKIE" "$UNIQUE_ID"';
  const told = async (asked: Asked) => {
    const found = await check(script, asked);
    assert("variables" in found);
    return found.variables?.A?.split("|");
  };
  const headers = { authorization: "Bearer abc", cookie: "a=b" };
  const request = { path: "/x", query: "a=1", headers };
  const evidence = { token: "abc" };
  const seen = await told({ request, evidence });
  assertEquals(seen?.slice(0, 4), ["/x?a=1", "192.0.2.1", "Bearer abc", "a=b"]);
  // One that came as a subprotocol stands where all others do.
  assertEquals((await told({ evidence }))?.[2], "Bearer abc");
  assertEquals((await told({}))?.[2], "");
});

Deno.test("program() says the scheme that the client has used", async () => {
  const rows = [["Basic YTpi", "Basic"], ["bEARER abc", "Bearer"], ["Own x=1", "Own"], ["ü", ""]];
  for (const [authorization = "", type] of rows) {
    const { type: found } = await check("exit 0", {
      request: { headers: { authorization } },
    }) as Identity;
    assertEquals([authorization, found], [authorization, type]);
  }
});

Deno.test("program() has no line ends in what a client says", async () => {
  const found = await check('echo "A=$STDWS_PARAM_A"', {
    request: { query: "a=1%0aB=2%0d%0aC=3" },
  });
  assertEquals((found as Identity).variables, { A: "1 B=2 C=3" });
});

Deno.test("program() writes no password into the log, whatever its level", async () => {
  using log = new CapturedLog("debug");
  await check("echo oops >&2; exit 1", {
    request: { headers: { authorization: "Basic c2VjcmV0" }, query: "access_token=secret" },
  });
  assert(log.messages.includes("ERROR stderr: oops"), log.lines.join("\n"));
  assertEquals(log.lines.filter((line) => /secret|c2VjcmV0/.test(line)), []);
});

Deno.test("program() refuses where it prints more than 64 KiB, and ends it", async () => {
  using log = new CapturedLog("error");
  const found = await check("exec yes A=1");
  assertEquals(found, { status: 503, reason: "the output of the program broke off" });
  assertMatch(log.messages.join("\n"), /stdout of process \d+: it is longer than 64 KiB/);
});

Deno.test("program() ends the program when the client has left", async () => {
  await using scripts = await Scripts.write({ check: "echo $$ >&2; exec sleep 1000" });
  const authenticator = program(`${scripts.folder}/check`);
  using log = new CapturedLog("error");
  const left = new AbortController();
  const processes = new Permits(1);
  const found = authenticator.check(
    fakeRequest(),
    {},
    { log: new Log(), processes, left: left.signal, signal: NEVER },
  );
  const pid = Number((await log.until(/stderr: \d+/)).split(" ").at(-1));
  left.abort();
  assertMatch((await found as Denial).reason, /not decided/);
  await authenticator[Symbol.asyncDispose]();
  assertThrows(() => Deno.kill(pid, "SIGCONT"), Deno.errors.NotFound);
  assertEquals(processes.taken, 0);
});

Deno.test("program() takes part in the number of processes", async () => {
  const processes = new Permits(1);
  using _permit = processes.take();
  const error = await check("exit 0", { processes }).catch((error) => error);
  assert(error instanceof HandshakeError);
  assertEquals(error.status, 429);
});

Deno.test("program() refuses to start with a program that is none", () => {
  const rows: readonly (readonly [text: string, why: RegExp])[] = [
    ["", /^Cannot run "": it has no name$/],
    ["/nowhere/check", /^Cannot run "\/nowhere\/check": there is no such file$/],
    ["sh -c 'a", /^Cannot split the words of auth=program: a quotation is not closed$/],
  ];
  for (const [text, why] of rows) {
    assertMatch(assertThrows(() => program(text), UsageError).message, why);
  }
});
