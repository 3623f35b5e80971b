import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { oneLine } from "../../lib/base/one_line.ts";
import { RawClient } from "../support/client.ts";
import { HttpClient } from "../support/http_client.ts";
import { ROOT, runToEnd } from "../support/server.ts";
import { Tree } from "../support/tree.ts";
import { abuse } from "./abuse.ts";

/** What ends lines, steers terminals, or shows a text in another order than it has. */
const EVIL = "\r\n\x1b[2J\x07\x85\x9b1m\u2028\u2029\u202egnp.exe\u2066\u200f";

/** The same in a path: all but what a request cannot have. */
const EVIL_PATH = encodeURIComponent(EVIL);

function isPrintable(text: string): boolean {
  return text.split("\n").every((line) => oneLine(line) === line);
}

abuse("a client whose path, query and headers steer terminals", async (attack) => {
  for (const format of ["text", "json"]) {
    const script =
      "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'; env -0 | tr '\\0\\n' '\\n!'";
    await using tree = await Tree.make({ "env": script });
    await Deno.chmod(`${tree.root}/env`, 0o755);
    await using server = await attack.start([
      "--loglevel=debug",
      `--log-format=${format}`,
      `--cgidir=${tree.root}`,
      "--route=/a/*=process cat",
    ]);
    const headers = { Origin: "http://a\u202e", "X-Evil": "\x85\x9b" };
    {
      using client = await RawClient.request(`${server.url}a/${EVIL_PATH}`, { headers });
      assert([101, 400].includes(client.answer.status));
    }
    const { status, body } = await HttpClient.ask(server.url, `GET /env/${EVIL_PATH}?${EVIL_PATH}`);
    assertEquals(status, 200);
    const variables = new TextDecoder().decode(Uint8Array.from(body, (char) => char.charCodeAt(0)))
      .split("\n");
    assert(!variables.some((line) => line.startsWith("PATH_TRANSLATED=")));
    // Nothing there ends a line: `!` would stand for it.
    for (const line of variables) {
      if (!line.startsWith("STDWS_PARAM_")) assertMatch(line, /^[^\n\r!\u2028\u2029\x85]*$/);
    }
    await server.stop();
    assert(server.stdout.all.length > 5);
    for (const line of server.stdout.all) assertEquals(oneLine(line), line);
    attack.note({ counted: server.stdout.all.length });
  }
});

abuse("names in a configuration that steer terminals", async (attack) => {
  const evil = EVIL.replaceAll("\n", "");
  await using tree = await Tree.make({ [`${evil}/run`]: "#!/bin/sh\nexec cat" });
  await Deno.chmod(`${tree.root}/${evil}/run`, 0o755);
  const program = `${tree.root}/${evil}/run`;
  const routes = {
    [`/${evil}`]: "echo",
    "/b": { handler: "process", command: [program, evil], env: { [evil]: evil } },
  };
  await tree.write("good.json", JSON.stringify({ routes }));
  await tree.write(
    "bad.json",
    JSON.stringify({ routes: { "/a": evil, [evil]: "echo" }, [evil]: 1 }),
  );
  const env = { [`STDWS_${evil}`]: "1" };
  const engine = `--engine=${attack.engine}`;
  for (const [file, expected] of [["good.json", 0], ["bad.json", 1]] as const) {
    const words = [engine, `--config=${tree.root}/${file}`, "--check", `--subprotocol=a`];
    const { code, stdout, stderr } = await runToEnd(words, { env });
    assertEquals(code, expected, stderr);
    assert(isPrintable(stdout), JSON.stringify(stdout));
    assert(isPrintable(stderr), JSON.stringify(stderr));
  }
  for (const word of [`--${evil}`, `--port=${evil}`, `--route=/a=${evil}`, evil]) {
    const { stdout, stderr } = await runToEnd([engine, word], { env });
    assert(isPrintable(stdout + stderr), JSON.stringify(stdout + stderr));
  }
  await using server = await attack.start([`--config=${tree.root}/good.json`]);
  await server.stop();
  for (const line of server.stdout.all) assertEquals(oneLine(line), line);
  attack.note({ counted: server.stdout.all.length });
});

abuse("a server whose messages steer the terminal of a client", async (attack) => {
  await using server = await attack.start([
    "--",
    "printf",
    "\\033[2J\\011hello\\r\\342\\200\\256\\n",
  ]);
  const client = `'${Deno.execPath()}' run -A --quiet '${ROOT}main.ts' --connect=${server.url}`;
  const options = { env: { NO_COLOR: "1" }, stdin: "null" } as const;
  const onTerminal = new Deno.Command("script", {
    args: ["-qec", client, "/dev/null"],
    ...options,
  });
  const inPipe = new Deno.Command("sh", { args: ["-c", client], ...options });
  const [shown, piped] = await Promise.all([onTerminal.output(), inPipe.output()]);
  const decoder = new TextDecoder();
  assertStringIncludes(decoder.decode(shown.stdout), "\\x1b[2J\thello\\r\\u202e\r\n");
  // Who writes it elsewhere gets it as it is.
  assertEquals(decoder.decode(piped.stdout), "\x1b[2J\thello\r\u202e\n");
  attack.note({ counted: 2 });
}, { needs: ["script", "sh"] });
