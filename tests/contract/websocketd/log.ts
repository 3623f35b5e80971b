import { assertEquals, assertMatch } from "@std/assert";
import { RawClient } from "../../support/client.ts";
import { TestServer } from "../../support/server.ts";
import { inFolder, type Line, PLAIN, writeScript } from "./line.ts";

const DATE = /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}$/;

/** What the log says of a start, from the fifth field on. */
async function startOf(form: Parameters<Line[1]>[0], args: readonly string[]): Promise<string[]> {
  await using server = await TestServer.start(args, { form });
  // Only then are all of its lines there.
  await server.stop();
  const port = new RegExp(`:${server.port}\\b`, "g");
  return server.stdout.all.map((line) => line.split(" | ").slice(4).join(" | ").replace(port, ":P"))
    .filter((message) => message !== "Shutting down");
}

export const LOG: readonly Line[] = [
  ["date | level padded to 6 | category padded to 10 | values | message", async (form) => {
    await using server = await TestServer.start(["cat"], { form });
    using client = await RawClient.open(server.url, { headers: { Origin: "http://a" } });
    client[Symbol.dispose]();
    for (const message of ["CONNECT", "DISCONNECT"]) {
      const line = await server.stdout.until(new RegExp(`\\| ${message}$`));
      const [date = "", level, category, values = ""] = line.split(" | ");
      assertMatch(date, DATE);
      assertEquals([level, category], ["ACCESS", "session   "]);
      assertMatch(
        values,
        /^url:'http:\S+' id:'\S+' remote:'127\.0\.0\.1' command:'\S+cat' origin:'http:\/\/a' pid:'\d+'$/,
      );
    }
  }],
  ["Serving using application   : PATH ARGS", async (form) => {
    const [first = ""] = await startOf(form, ["sh", "-c", "exit 1"]);
    assertMatch(first, /^Serving using application {3}: \/\S+\/sh -c exit 1$/);
  }],
  [
    "Serving from directory, static content, CGI scripts, the console, where it listens",
    async (form) => {
      await inFolder(async (folder) => {
        const real = await Deno.realPath(folder);
        const args = [`--dir=${folder}`, `--staticdir=${folder}`, `--cgidir=${folder}`];
        assertEquals(await startOf(form, [...args, "--devconsole=/_c"]), [
          `Serving from directory      : ${real}`,
          `Serving static content from : ${folder}`,
          `Serving CGI scripts from    : ${folder}`,
          "Starting WebSocket server   : ws://127.0.0.1:P/",
          "Serving CGI or static files : http://127.0.0.1:P/",
          "Developer console enabled   : http://127.0.0.1:P/_c",
        ]);
      });
    },
  ],
  ["Developer console enabled   : http://…", async (form) => {
    await using server = await TestServer.start(["--devconsole", "--echo"], { form });
    const url = server.url.replace("ws:", "http:");
    await server.stdout.until(new RegExp(`Developer console enabled {3}: ${url}$`));
  }],
  ["Starting redirect server   : http://…", async (form) => {
    await using server = await TestServer.start(["--redirport=0", "--echo"], { form });
    await server.stdout.until(/Starting redirect server {3}: http:\/\/127\.0\.0\.1:\d+\/$/);
  }],
  ["access: DEVCONSOLE, CGI, STATIC, NOT FOUND", async (form) => {
    await inFolder(async (folder) => {
      await Deno.mkdir(`${folder}/cgi`);
      await writeScript(`${folder}/cgi/script`, 'printf "Content-Type: text/plain\\n\\n"');
      await Deno.writeTextFile(`${folder}/page`, "page");
      const args = [`--staticdir=${folder}`, `--cgidir=${folder}/cgi`, "--devconsole=/_c"];
      await using server = await TestServer.start(args, { form });
      for (
        const [target, message] of [
          ["/_c", "DEVCONSOLE"],
          ["/script", "CGI"],
          ["/page", "STATIC"],
          ["/nothing", "NOT FOUND"],
        ] as const
      ) {
        using _client = await RawClient.request(server.url, { target, headers: PLAIN });
        await server.stdout.until(
          new RegExp(`\\| ACCESS \\| http {7}\\| url:'\\S+${target}'.* \\| ${message}$`),
        );
      }
    });
  }],
  ["stderr is logged line by line at level error, category stderr", async (form) => {
    await using server = await TestServer.start(["sh", "-c", "echo a >&2; echo b >&2"], { form });
    using client = await RawClient.open(server.url);
    await client.rest();
    for (const text of ["a", "b"]) {
      await server.stdout.until(new RegExp(`\\| ERROR {2}\\| stderr {5}\\| .*\\| ${text}$`));
    }
  }],
  [
    "--loglevel: debug, trace, access, info, error, fatal, from most to least verbose",
    async (form) => {
      const levels = ["DEBUG", "TRACE", "ACCESS", "INFO"];
      for (const [index, level] of levels.entries()) {
        const args = [`--loglevel=${level.toLowerCase()}`, "sh", "-c", "echo x >&2"];
        await using server = await TestServer.start(args, { form });
        using client = await RawClient.open(server.url);
        await client.rest();
        await server.stop();
        const found = new Set(server.stdout.all.map((line) => line.split(" | ")[1]?.trim()));
        assertEquals(found, new Set([...levels.slice(index), "ERROR"]));
      }
    },
  ],
];
