import { assertEquals } from "@std/assert";
import { ROOT } from "../support/server.ts";

const LOG = new URL("../../lib/base/log.ts", import.meta.url).href;
const FORMAT = new URL("../../lib/base/log_format.ts", import.meta.url).href;

const IMPORTS = `import * as log from "${LOG}"; import * as form from "${FORMAT}";`;

/** Runs a few lines of TypeScript with the log's module in another time zone. */
async function evaluate(zone: string, code: string): Promise<string> {
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", `${IMPORTS}\n${code}`],
    env: { TZ: zone, NO_COLOR: "1" },
    cwd: ROOT,
  }).output();
  const decoder = new TextDecoder();
  assertEquals(decoder.decode(stderr), "");
  return decoder.decode(stdout);
}

const WINTER = Date.UTC(2018, 0, 19, 1, 46, 8);
const SUMMER = Date.UTC(2018, 6, 19, 1, 46, 8);
const ZONES: [zone: string, winter: string, summer: string][] = [
  ["UTC", "Fri, 19 Jan 2018 01:46:08 +0000", "Thu, 19 Jul 2018 01:46:08 +0000"],
  ["Asia/Shanghai", "Fri, 19 Jan 2018 09:46:08 +0800", "Thu, 19 Jul 2018 09:46:08 +0800"],
  ["Asia/Kathmandu", "Fri, 19 Jan 2018 07:31:08 +0545", "Thu, 19 Jul 2018 07:31:08 +0545"],
  ["America/New_York", "Thu, 18 Jan 2018 20:46:08 -0500", "Wed, 18 Jul 2018 21:46:08 -0400"],
  ["America/St_Johns", "Thu, 18 Jan 2018 22:16:08 -0330", "Wed, 18 Jul 2018 23:16:08 -0230"],
];
for (const [zone, winter, summer] of ZONES) {
  Deno.test(`formatDate() tells the local time of ${zone}, in winter and in summer`, async () => {
    const code = `console.log(form.formatDate(${WINTER})); console.log(form.formatDate(${SUMMER}))`;
    assertEquals(await evaluate(zone, code), `${winter}\n${summer}\n`);
  });
}

Deno.test("formatText() writes the line of websocketd's documentation", async () => {
  const entry = {
    time: WINTER,
    level: "access",
    category: "session",
    associated: { url: "http://a/", id: "1", remote: "b", command: "c", origin: "d", pid: "2" },
    message: "CONNECT",
  };
  const code = `Deno.stdout.writeSync(
    new TextEncoder().encode(form.formatText(${JSON.stringify(entry)})),
  )`;
  assertEquals(
    await evaluate("Asia/Shanghai", code),
    "Fri, 19 Jan 2018 09:46:08 +0800 | ACCESS | session    | " +
      "url:'http://a/' id:'1' remote:'b' command:'c' origin:'d' pid:'2' | CONNECT\n",
  );
});

Deno.test("configureLog() writes to standard output unless it is told where", async () => {
  const code = `log.configureLog({ level: "info" });
    new log.Log().info("server", "Hello");
    new log.Log().access("server", "not this");`;
  const output = await evaluate("UTC", code);
  assertEquals(output.replace(/^[^|]+/, ""), "| INFO   | server     |  | Hello\n");
});

Deno.test("Log says nothing until configureLog() is called", async () => {
  assertEquals(await evaluate("UTC", 'new log.Log().fatal("server", "Hello")'), "");
});

Deno.test("formatDate() gives the day two digits", async () => {
  const code = `console.log(form.formatDate(${Date.UTC(2024, 1, 5)}))`;
  assertEquals(await evaluate("UTC", code), "Mon, 05 Feb 2024 00:00:00 +0000\n");
});
