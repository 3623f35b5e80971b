import { assert, assertEquals } from "@std/assert";
import { freePort } from "../support/free_port.ts";
import { HttpClient } from "../support/http_client.ts";
import { inTime } from "../support/in_time.ts";
import { command, ROOT } from "../support/server.ts";
import { abuse, type Attack } from "./abuse.ts";
import { QuietClient } from "./quiet_client.ts";

/** A server whose log is read only when the test does. */
class UnreadServer implements AsyncDisposable {
  readonly url: string;
  readonly child: Deno.ChildProcess;
  readonly #log: ReadableStreamDefaultReader<string>;

  private constructor(child: Deno.ChildProcess, url: string) {
    this.child = child;
    this.url = url;
    this.#log = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  static async start(attack: Attack, args: readonly string[] = []): Promise<UnreadServer> {
    const port = freePort();
    const engine = `--engine=${attack.engine}`;
    const all = [engine, `--port=${port}`, "--address=127.0.0.1", "--route=/echo=echo", ...args];
    const server = new UnreadServer(command(all, {}).spawn(), `ws://127.0.0.1:${port}/`);
    await server.child.stderr.cancel();
    while (!(await server.read())?.includes("Starting WebSocket server"));
    return server;
  }

  /** More of the log; undefined at its end. */
  async read(): Promise<string | undefined> {
    return (await inTime(this.#log.read(), () => "more of the log")).value;
  }

  /** All that is left of the log. */
  async rest(): Promise<string> {
    let text = "";
    for (let part; (part = await this.read()) !== undefined;) text += part;
    return text;
  }

  /** Nobody reads it from now on. */
  async hangUp(): Promise<void> {
    await this.#log.cancel();
  }

  /** Has so many requests leave a line of the log each, with its number. */
  async ask(count: number, length: number): Promise<void> {
    using client = await HttpClient.connect(this.url);
    const filler = "x".repeat(length);
    for (let number = 0; number < count; number++) {
      const { status } = await client.ask(`GET /${number}/${filler}`);
      assertEquals(status, 404);
    }
  }

  /** Asks it to end; answers with its exit code. */
  async end(): Promise<number> {
    this.child.kill("SIGTERM");
    return (await inTime(this.child.status, () => "the end of the server")).code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.hangUp();
    try {
      this.child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.child.status;
  }
}

/** The numbers of the requests in a log, and how many lines it says are missing. */
function countLines(log: string): { numbers: number[]; leftOut: number } {
  const numbers = Array.from(
    log.matchAll(/\/(\d+)\/x+' .*\| NOT FOUND/g),
    ([, digits]) => Number(digits),
  );
  const notes = log.matchAll(/… ([\d,]+) lines? left out/g);
  const leftOut = Array.from(notes, ([, digits = ""]) => Number(digits.replaceAll(",", "")));
  return { numbers, leftOut: leftOut.reduce((sum, count) => sum + count, 0) };
}

function isAscending(numbers: readonly number[]): boolean {
  return numbers.every((number, at) => at === 0 || number > (numbers[at - 1] as number));
}

abuse("a log that nobody reads", async (attack) => {
  await using server = await UnreadServer.start(attack);
  {
    await using quiet = await QuietClient.connect(`${server.url}echo`);
    await server.ask(1_000, 8_000);
    attack.note({ longestWait: quiet.longestWait, counted: 1_000 });
  }
  assertEquals(await server.end(), 0);
});

abuse("a log that is read too late, and says what is missing", async (attack) => {
  await using server = await UnreadServer.start(attack);
  await server.ask(1_000, 8_000);
  const [log, code] = await Promise.all([server.rest(), server.end()]);
  assertEquals(code, 0);
  const { numbers, leftOut } = countLines(log);
  assert(leftOut > 0);
  assert(isAscending(numbers));
  assertEquals(numbers.at(-1), 999);
  assertEquals(numbers.length + leftOut, 1_000);
  assert(log.includes("Shutting down"));
  attack.note({ counted: 1_000 });
});

abuse("a log that is read late, but has all of it", async (attack) => {
  await using server = await UnreadServer.start(attack, ["--log-format=json"]);
  // With both lines of each, less than what may wait.
  await server.ask(1_000, 1_000);
  const [log, code] = await Promise.all([server.rest(), server.end()]);
  assertEquals(code, 0);
  const lines = log.trimEnd().split("\n").map((line) => JSON.parse(line));
  // One about the refusal, and one about the end of its answer.
  for (const begin of ["NOT FOUND", "ANSWERED"]) {
    const urls = lines.filter(({ message }) => message.startsWith(begin)).map(({ url }) => url);
    const numbers = urls.flatMap((url) => /\/(\d+)\/x/.exec(url)?.[1] ?? []).map(Number);
    assertEquals(numbers, Array.from({ length: 1_000 }, (_, number) => number));
  }
  attack.note({ counted: 1_000 });
});

abuse("a log whose reader has left", async (attack) => {
  await using server = await UnreadServer.start(attack);
  await server.hangUp();
  await server.ask(200, 1_000);
  assertEquals(await server.end(), 0);
  attack.note({ counted: 200 });
});

abuse("a log on a full disk", async (attack) => {
  const port = freePort();
  const words = [`--engine=${attack.engine}`, `--port=${port}`, "--address=127.0.0.1"];
  const child = new Deno.Command("sh", {
    args: [
      "-c",
      'exec "$0" "$@" >/dev/full',
      Deno.execPath(),
      "run",
      "-A",
      `${ROOT}main.ts`,
      ...words,
      "--route=/echo=echo",
    ],
    stdin: "null",
    stderr: "null",
  }).spawn();
  const answered = inTime(untilAnswered(`http://127.0.0.1:${port}/`, 100), () => "answers");
  await answered.finally(() => child.kill("SIGTERM"));
  assertEquals((await inTime(child.status, () => "the end of the server")).code, 0);
  attack.note({ counted: 100 });
}, { needs: ["sh"] });

/** Asks until so many answers came; nothing says when the first can come. */
async function untilAnswered(url: string, count: number): Promise<void> {
  while (count > 0) {
    try {
      const answer = await HttpClient.ask(url, "GET /");
      assertEquals(answer.status, 404);
      count--;
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
