import { assertEquals, assertMatch } from "@std/assert";
import { freePort } from "../support/free_port.ts";
import { wordsFor } from "../support/pages.ts";
import { needing } from "../support/programs.ts";
import { ROOT, TestServer } from "../support/server.ts";

const LOCAL = "--address=127.0.0.1";

/**
 * Defines a test of an example: the command of scripts/examples/README.md that has this in it, on a free port of this
 * machine instead of its own.
 *
 * @param needs Programs without which it is left out, beside bash, which reads the command.
 */
export function testExample(
  name: string,
  part: string,
  test: (server: TestServer, t: Deno.TestContext) => Promise<void>,
  needs: readonly string[] = [],
): void {
  Deno.test({
    ...needing(name, "bash", ...needs),
    async fn(t) {
      await using server = await startExample(await wordsOf(part));
      await test(server, t);
    },
  });
}

/** Starts a server on a port that nobody gets by chance who does not ask for it: another may come in its place there. */
export async function startExample(
  words: readonly string[],
  port = freePort(),
): Promise<TestServer> {
  // Some say it themselves.
  const isLocal = words.includes(LOCAL);
  return await TestServer.startAt([`--port=${port}`, ...(isLocal ? [] : [LOCAL]), ...words]);
}

/** The words of a command behind its port, as a shell makes them. */
export async function wordsOf(part: string): Promise<string[]> {
  const page = await Deno.readTextFile(`${ROOT}scripts/examples/README.md`);
  const commands = page.split("\n").filter((line) => line.startsWith("deno "));
  const [command = "", ...others] = commands.filter((line) => line.includes(part));
  assertEquals([command !== "", others], [true, []], `${part} in ${commands.join("\n")}`);
  const words = await wordsFor(command, ROOT);
  assertEquals(words.slice(0, 3), ["run", "-A", "main.ts"]);
  assertMatch(words[3] ?? "", /^--port=\d+$/);
  return words.slice(4);
}
