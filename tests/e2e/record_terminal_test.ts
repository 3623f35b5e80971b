import { assertEquals, assertStringIncludes } from "@std/assert";
import { Folder } from "../support/folder.ts";
import { type Kept, recordingIn } from "../support/recordings.ts";
import { RawClient } from "../support/client.ts";
import { type Form, testBoth, testEach, TestServer } from "../support/server.ts";
import { TerminalClient } from "./terminal_client.ts";

const NEEDS = ["setsid"];
const SCRIPT = "read x; stty size; exit 3";

/** Has a client type at a terminal whose size it changes; the recording of that. */
async function sitAt(folder: Folder, form: Form, options = ""): Promise<Kept> {
  const route = `--route=/=terminal?record=${folder.path}${options} sh -c '${SCRIPT}'`;
  await using server = await TestServer.start([route], { form });
  using client = await TerminalClient.open(`${server.url}?columns=101&rows=33`);
  await client.say({ columns: 132, rows: 50 });
  await client.type("ü\r");
  assertStringIncludes((await client.rest()).output, "50 132\r\n");
  await server.stop();
  return await recordingIn(folder);
}

/** What was shown, or typed, in one piece. */
function textOf({ lines }: Kept, code: "o" | "i"): string {
  return lines.filter((line) => line[0] === code).map(([, text]) => text).join("");
}

for (const options of ["", "&shared=true"]) {
  testEach(`terminal is recorded as an asciicast${options}`, async (form) => {
    await using folder = await Folder.make();
    const recording = await sitAt(folder, form, options);
    const { head, lines } = recording;
    assertEquals([head.version, head.width, head.height], [2, 101, 33]);
    assertEquals(textOf(recording, "i"), "ü\r");
    assertStringIncludes(textOf(recording, "o"), "ü\r\n50 132\r\n");
    const sizes = lines.filter(([code]) => code === "r").map(([, size]) => size);
    assertEquals(sizes.at(-1), "132x50");
    assertEquals(lines.at(-1), ["m", "close 4003 exit status 3"]);
  }, NEEDS);
}

testEach("terminal is recorded of a client that speaks no protocol, and replayed", async (form) => {
  await using folder = await Folder.make();
  const route = `--route=/=terminal?record=${folder.path} sh -c 'read x; echo "<$x>"'`;
  await using server = await TestServer.start([route], { form });
  using client = await RawClient.open(server.url);
  await client.send("hello\r");
  const said = await client.rest();
  await server.stop();
  const { name } = await recordingIn(folder);
  const replay = `--route=/=replay ${folder.path}/${name}`;
  await using other = await TestServer.start([replay], { form });
  using viewer = await RawClient.open(other.url);
  const seen = await viewer.rest();
  assertEquals([seen.texts.join(""), seen.closed], [said.texts.join(""), said.closed]);
  assertEquals(said.texts.join("").endsWith("<hello>\r\n"), true);
}, NEEDS);

testBoth("asciinema plays what was recorded of a terminal", async (form) => {
  await using folder = await Folder.make();
  const recording = await sitAt(folder, form);
  await using out = await Folder.make();
  // It wants a terminal, but what it plays is not to pass one.
  const play = `asciinema cat ${folder.path}/${recording.name} >${out.path}/out 2>${out.path}/err`;
  const command = new Deno.Command("script", { args: ["-qec", play, "/dev/null"], stdin: "null" });
  const { success } = await command.output();
  assertEquals([success, await Deno.readTextFile(`${out.path}/err`)], [true, ""]);
  assertEquals(await Deno.readTextFile(`${out.path}/out`), textOf(recording, "o"));
}, [...NEEDS, "script", "asciinema"]);
