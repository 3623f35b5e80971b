import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { help } from "../../lib/cli/help.ts";
import { USAGE } from "../../lib/cli/usage.ts";
import { HANDLER_NAMES, type HandlerName, kindNamed } from "../../lib/handlers/registry.ts";
import { RawClient } from "../support/client.ts";
import { inTime } from "../support/in_time.ts";
import { wordsFor } from "../support/pages.ts";
import { runToEnd, testBoth, TestServer } from "../support/server.ts";
import { Sitting } from "../support/sitting.ts";

const ANYTHING = /[^]/;

/** The path of each handler's example, and what is there: the first message, or the body. */
const EXAMPLES: Record<HandlerName, [path: string, kind: "ws" | "http" | "none", seen: RegExp]> = {
  process: ["count/2", "ws", /^1$/],
  shared: ["time", "ws", /\d\d:\d\d/],
  terminal: ["term", "ws", /[^]/],
  broadcast: ["chat/hall", "ws", /"type":"join"/],
  echo: ["echo", "ws", /^hello$/],
  module: ["hello", "ws", /^Hello$/],
  // There is no such service.
  tcp: ["redis", "none", ANYTHING],
  directory: ["run/date", "ws", /\d\d:\d\d/],
  static: ["", "http", /^Hello\n$/],
  cgi: ["run/time", "http", /\d\d:\d\d/],
  console: ["_console", "http", /<html/],
  replay: ["hello", "ws", /^Hello$/],
};
for (const name of HANDLER_NAMES) {
  Deno.test(`stdws --help=${name} has an example that runs as it stands`, async () => {
    const { example = [] } = kindNamed(name);
    const folder = await Deno.makeTempDir();
    try {
      const script = `stdws() { deno "$@"; }\n${example.join("\n")}`;
      const [port, ...words] = await wordsFor(script, folder);
      assertEquals(port, "--port=8080");
      await using server = await TestServer.start(words, { cwd: folder });
      const [path, kind, seen] = EXAMPLES[name];
      if (kind === "http") {
        const response = await fetch(server.url.replace(/^ws/, "http") + path);
        assertMatch(await response.text(), seen);
      } else if (kind === "ws") {
        using client = await RawClient.open(server.url + path);
        if (name === "echo") await client.send("hello");
        assertMatch(await inTime(client.text(), () => "a message"), seen);
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

Deno.test("stdws --help=route and --help=variables have examples that run", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const topic of ["route", "variables"]) {
      const [, example = ""] = /\nExample:\n([^]*?)\n(?:\n|$)/.exec(help(topic)) ?? [];
      const words = (await wordsFor(`stdws() { deno "$@"; }\n${example}`, folder))
        .filter((word) => word !== "--port=8080");
      await using server = await TestServer.start(words, { cwd: folder });
      assert(server.port > 0);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

const PRINTED: [args: string[], topic?: string][] = [
  [["--help"]],
  [["-h"]],
  [["-help", "ls"]],
  [["--help", "ls", "-l"]],
  [["--help=broadcast"], "broadcast"],
  [["--port=80", "--help", "broadcast"], "broadcast"],
  [["-h", "maxforks"], "maxforks"],
  [["--help=--maxforks"], "maxforks"],
  [["-c", "ws://a", "--help=connect"], "connect"],
];
for (const [args, topic] of PRINTED) {
  testBoth(
    `stdws ${args.join(" ")} prints help(${topic ?? ""}) on standard output`,
    async (form) => {
      const stdout = help(topic);
      assertEquals(await runToEnd(args, { form }), { code: 0, stdout, stderr: "" });
    },
  );
}

testBoth("stdws --help=ehco exits with 2 and says what was probably meant", async (form) => {
  const { code, stdout, stderr } = await runToEnd(["--help=ehco"], { form });
  const says =
    'stdws: Invalid value "ehco" for --help (did you mean "echo"?): expected a handler, an option, or route, connect, variables or all\n';
  assertEquals({ code, stdout, stderr }, { code: 2, stdout: "", stderr: says + USAGE });
});

testBoth("stdws ws://… exits with 2 and says how to connect", async (form) => {
  const { code, stdout, stderr } = await runToEnd(["ws://localhost/"], { form });
  assertEquals([code, stdout], [2, ""]);
  assertStringIncludes(stderr, "to connect to it, write --connect=ws://localhost/\n");
});

for (const [env, isBold] of [[{ NO_COLOR: "1" }, false], [{ NO_COLOR: "" }, true]] as const) {
  testBoth(
    `stdws --help has ${isBold ? "bold" : "plain"} headings at a terminal with ${
      JSON.stringify(env)
    }`,
    async (form) => {
      await using page = new Sitting(["--help=process"], { form, env });
      const rows = await page.end();
      assertEquals(rows.slice(0, -1).join("\n").trim(), help("process").trim());
      assertEquals(page.screen.colors > 0, isBold);
    },
    Deno.build.os === "linux" ? ["script", "stty"] : ["script of util-linux"],
  );
}
