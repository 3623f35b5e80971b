import { assertEquals, assertMatch } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { Scripts } from "../support/scripts.ts";
import { runToEnd, testEach, TestServer } from "../support/server.ts";
import { cgiAnswer, wsAnswer } from "./auth_clients.ts";

const SHOW = 'echo "$REMOTE_USER|$AUTH_TYPE|$TENANT|$HTTP_AUTHORIZATION"';

const CHECK = `
case $HTTP_AUTHORIZATION in
  'Bearer jane-secret') echo REMOTE_USER=jane; echo TENANT=north ;;
  'Bearer banned') echo Status: 403; echo; echo You are banned; exit 1 ;;
  'Bearer slow') echo Status: 429; echo Retry-After: 7; exit 1 ;;
  'Bearer elsewhere') echo Status: 302; echo Location: /login; exit 1 ;;
  'Bearer loader') echo LD_PRELOAD=/tmp/x.so ;;
  'Bearer status') exit 3 ;;
  *) echo Status: 401; echo 'WWW-Authenticate: Bearer realm="ours"'; exit 1 ;;
esac`;

async function start(form: Parameters<Parameters<typeof testEach>[1]>[0], files: Scripts) {
  const auth = `auth=program:${files.folder}/check%20%22one%20word%22`;
  return await TestServer.start([
    "--loglevel=debug",
    `--route=/ws=process?${auth} ${files.folder}/show`,
    `--route=/cgi/*=cgi?${auth} ${files.folder}/cgi`,
  ], { form });
}

testEach("program: lets in who the program knows, and refuses as it says", async (form) => {
  await using files = await Scripts.write({
    check: CHECK,
    show: SHOW,
    "cgi/show": `echo Content-Type: text/plain; echo; ${SHOW}`,
  });
  await using server = await start(form, files);
  const rows: readonly (readonly [
    token: string | undefined,
    status: number,
    text: string | undefined,
    header?: readonly [name: string, value: string | null],
    upgrades?: number,
  ])[] = [
    ["jane-secret", 200, "jane|Bearer|north|"],
    [undefined, 401, undefined, ["www-authenticate", 'Bearer realm="ours"']],
    ["other", 401, undefined, ["www-authenticate", 'Bearer realm="ours"']],
    ["banned", 403, "You are banned"],
    ["slow", 429, undefined, ["retry-after", "7"]],
    ["elsewhere", 302, undefined, ["location", "/login"], 401],
    ["status", 403, "403 Forbidden"],
    ["loader", 500, "500 Internal Server Error"],
  ];
  for (const [token, status, text, header, upgrades = status] of rows) {
    const headers: Record<string, string> = token ? { Authorization: `Bearer ${token}` } : {};
    const answers = [[await wsAnswer(server, headers), upgrades], [
      await cgiAnswer(server, headers),
      status,
    ]] as const;
    for (const [answer, status] of answers) {
      assertEquals([token, answer.status], [token, status]);
      if (text !== undefined) assertEquals(answer.text.trimEnd(), text);
      if (header && status !== 401) assertEquals(answer.headers.get(header[0]), header[1]);
    }
  }
  await server.stop();
  const log = server.stdout.all.join("\n");
  assertMatch(log, /the program ended with exit status 3/);
  assertMatch(log, /cannot set the variable "LD_PRELOAD"/);
  assertEquals(/jane-secret|banned$/m.test(log), false);
});

testEach("program: has nothing of a client in its words", async (form) => {
  await using files = await Scripts.write({
    check: 'echo "REMOTE_USER=$#|$1"',
    show: SHOW,
  });
  const auth = `auth=program:${files.folder}/check%20{x}`;
  await using server = await TestServer.start(
    [`--route=/ws=process?${auth} ${files.folder}/show`],
    { form },
  );
  assertEquals((await wsAnswer(server, {}, "?x=evil")).text, "1|{x}|||");
});

testEach("program: ends with a client that leaves, and with the server", async (form) => {
  await using files = await Scripts.write({ check: "echo pid $$ >&2; exec sleep 1000" });
  await using server = await TestServer.start(
    ["--loglevel=debug", `--auth=program:${files.folder}/check`, "--echo"],
    { form },
  );
  const pidOf = async (known = 0) => {
    const line = await server.stdout.after(known, /pid \d+$/);
    return Number(line.match(/pid (\d+)$/)?.[1]);
  };
  const ask = () => Deno.connect({ hostname: "127.0.0.1", port: server.port });
  const request = new TextEncoder().encode(
    "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
  );
  const first = await ask();
  await first.write(request);
  const left = await pidOf();
  first.close();
  await server.stdout.until(new RegExp(`Process ${left} (?:terminated|ended)`));
  const known = server.stdout.all.length;
  using second = await ask();
  await second.write(request);
  const stays = await pidOf(known);
  await server.stop();
  for (const pid of [left, stays]) assertEquals([pid, isAlive(pid)], [pid, false]);
});

function isAlive(pid: number): boolean {
  try {
    Deno.kill(pid, "SIGCONT");
    return true;
  } catch {
    return false;
  }
}

testEach("program: does not start with one that is not there", async (form) => {
  const { code, stderr } = await runToEnd(["--echo", "--auth=program:/nowhere/check", "--check"], {
    form,
  });
  assertEquals(code, 1);
  assertMatch(stderr, /Cannot run "\/nowhere\/check": there is no such file/);
});

testEach("program: takes part in --maxforks", async (form) => {
  await using files = await Scripts.write({ check: "exit 0", show: "cat" });
  await using server = await TestServer.start([
    "--maxforks=1",
    `--route=/ws=process?auth=program:${files.folder}/check ${files.folder}/show`,
  ], { form });
  using _holds = await RawClient.open(`${server.url}ws`);
  assertEquals((await wsAnswer(server, {})).status, 429);
});
