import { assertEquals } from "@std/assert";
import { compiledBinary, pathOf } from "../support/compiled.ts";
import { RawClient } from "../support/client.ts";
import { freePort } from "../support/free_port.ts";
import { Lines } from "../support/lines.ts";
import { lookFor } from "../support/look_for.ts";
import { type Form, ROOT, testEach, TestServer, testTable } from "../support/server.ts";

const PROGRAM = ["sh", "-c", "echo oops >&2; echo x"];
const PLAIN = { headers: { Upgrade: undefined, Connection: undefined } };

/** Does what is logged at every level: a start, a connection that ends, stderr, a 426. */
async function visit(url: string): Promise<void> {
  using client = await RawClient.open(url);
  assertEquals(await client.rest(), { texts: ["x"], closed: "1000" });
  using other = await RawClient.request(url, PLAIN);
  assertEquals(other.answer.status, 426);
}

/** What the lines are, without their details: `LEVEL category`. */
function kinds(lines: readonly string[]): string[] {
  const found = lines.map((line) => line.split(" | ").slice(1, 3).map((part) => part.trim()));
  return [...new Set(found.map((parts) => parts.join(" ")))].toSorted();
}

const INFO = ["ERROR stderr", "INFO server", "INFO session"];
const ACCESS = ["ACCESS http", "ACCESS session", ...INFO];
const TRACE = [...ACCESS, "TRACE websocket"];
const LEVELS: [options: string[], kinds: string[]][] = [
  [["--loglevel=info"], INFO],
  [[], ACCESS],
  [["--loglevel=access"], ACCESS],
  [["--loglevel=trace"], TRACE],
  [["--loglevel=debug"], ["DEBUG env", "DEBUG process", "DEBUG server", ...TRACE]],
  [["--loglevel=debug", "--loglevel=info"], INFO],
];
const testLevel = testTable();
for (const [options, expected] of LEVELS) {
  testLevel(`stdws ${options.join(" ")} logs ${expected.join(", ")}`, async (form) => {
    await using server = await TestServer.start([...options, ...PROGRAM], { form });
    await visit(server.url);
    await server.stop();
    assertEquals(kinds(server.stdout.all), expected.toSorted());
    assertEquals(server.stderr.all, []);
  });
}

/** Starts a server that does not say when it listens; answers its lines when it has ended. */
async function quietly(form: Form, level: string): Promise<string[]> {
  const port = freePort();
  const [program, ...first] = form === "binary"
    ? [pathOf(compiledBinary())]
    : [Deno.execPath(), "run", "-A", "--quiet", `${ROOT}main.ts`];
  const own = [`--port=${port}`, "--address=127.0.0.1", `--loglevel=${level}`];
  await using child = new Deno.Command(program as string, {
    args: [...first, ...own, ...PROGRAM],
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const lines = [new Lines(child.stdout), new Lines(child.stderr)];
  let ended = false;
  child.status.then(() => ended = true);
  const url = `ws://127.0.0.1:${port}/`;
  const isVisited = () =>
    visit(url).then(() => true, (error) => {
      if (error instanceof Deno.errors.ConnectionRefused) return false;
      throw error;
    });
  await lookFor(async () => ended || await isVisited(), () => `a server at ${url}`);
  child.kill("SIGTERM");
  await Promise.all(lines.map((stream) => stream.ended));
  assertEquals((await child.status).code, 0);
  return lines.flatMap((stream) => stream.all);
}

testEach("stdws --loglevel=error logs ERROR stderr", async (form) => {
  assertEquals(kinds(await quietly(form, "error")), ["ERROR stderr"]);
});

testEach("stdws --loglevel=fatal logs nothing while it serves", async (form) => {
  assertEquals(await quietly(form, "fatal"), []);
});

const FORGED = "Fri, 19 Jan 2018 09:46:08 +0800 | FATAL  | server     |  | forged";
const ESCAPED: [what: string, text: string, shown: string][] = [
  ["a carriage return", "a\\rb", "a\\rb"],
  ["a colour", "\\033[31mred", "\\x1b[31mred"],
  ["a bell and a backspace", "a\\007\\010b", "a\\x07\\x08b"],
  ["NUL and DEL", "a\\000\\177b", "a\\x00\\x7fb"],
  ["a control character of C1", "a\\302\\233b\\302\\205c", "a\\x9bb\\x85c"],
  ["a line of the log", FORGED, FORGED],
  ["a tab and text", "\\ta ü € {x} %%s", "\ta ü € {x} %s"],
];
const testEscaped = testTable();
for (const [what, text, shown] of ESCAPED) {
  testEscaped(`stdws logs ${what} of stderr as ${shown}`, async (form) => {
    const program = ["sh", "-c", `printf '${text}\n' >&2; echo x`];
    await using server = await TestServer.start(program, { form });
    await visit(server.url);
    await server.stop();
    const lines = server.stdout.all.filter((line) => line.includes(" | stderr     | "));
    assertEquals(lines.map((line) => line.slice(line.indexOf("' | ") + 4)), [shown]);
  });
}

const BREAK = "%0D%0A" + FORGED.replaceAll(" ", "%20");
testEach("stdws logs a request in one line, whatever is in it", async (form) => {
  const dir = await Deno.makeTempDir();
  try {
    await using server = await TestServer.start(["--loglevel=debug", `--dir=${dir}`], { form });
    const requests = [
      { target: `/x${BREAK}?q=${BREAK}` },
      { target: `/x${BREAK}%zz` },
      { target: "/%1b[31m%C2%9b" },
      { headers: { Origin: "http://a\u0085\u009b'" } },
      { headers: { "Sec-WebSocket-Version": "\u0085\u009b | " } },
      { headers: { "Sec-WebSocket-Key": "\u0085\u009b | " } },
    ];
    for (const request of requests) {
      using client = await RawClient.request(server.url, request);
      assertEquals(Math.floor(client.answer.status / 100), 4);
    }
    await server.stop();
    const lines = server.stdout.all;
    // Three at the start, one at the end.
    assertEquals(lines.length, requests.length + 4, lines.join("\n"));
    assertEquals(lines.filter((line) => line.startsWith("Fri, 19 Jan 2018")), []);
    // deno-lint-ignore no-control-regex -- control characters are what it is about
    assertEquals(lines.filter((line) => /[\x00-\x08\x0a-\x1f\x7f-\x9f]/.test(line)), []);
  } finally {
    await Deno.remove(dir);
  }
});
