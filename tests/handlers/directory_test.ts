import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { HandshakeError, LaunchError, UsageError } from "../../lib/base/errors.ts";
import { directory } from "../../lib/handlers/directory.ts";
import { accept, Talk } from "./talk.ts";

const PROGRAM = '#!/bin/sh\necho "$SCRIPT_NAME|$PATH_INFO|$PATH_TRANSLATED"\n';

/** A folder of programs, and things around it that must not be reached; removed at the end. */
class Programs implements AsyncDisposable {
  readonly #top: string;
  /** The folder that is served. */
  readonly dir: string;

  private constructor(top: string) {
    this.#top = top;
    this.dir = `${top}/dir`;
  }

  static async make(): Promise<Programs> {
    const programs = new Programs(await Deno.realPath(await Deno.makeTempDir()));
    const { dir } = programs;
    for (const folder of ["dir/sub/deep", "dir/empty", "dir-of-others"]) {
      await Deno.mkdir(`${programs.#top}/${folder}`, { recursive: true });
    }
    const files = ["greet", "sub/inner", "sub/deep/leaf", "with space", "ü", "...", "sub/.hidden"];
    for (const file of [...files, "../outside", "../dir-of-others/program"]) {
      await Deno.writeTextFile(`${dir}/${file}`, PROGRAM, { mode: 0o755 });
    }
    await Deno.writeTextFile(`${dir}/plain.txt`, "not to be run", { mode: 0o644 });
    const links = [
      ["link", "greet"],
      ["folder-link", "sub"],
      ["way-out", "../outside"],
      ["folder-out", "../dir-of-others"],
      ["dangling", "nothing"],
    ];
    for (const [name, target] of links) await Deno.symlink(`${target}`, `${dir}/${name}`);
    return programs;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#top, { recursive: true });
  }
}

const FOUND: [path: string, scriptName: string, pathInfo: string][] = [
  ["/greet", "/greet", ""],
  ["/greet/", "/greet", "/"],
  ["/greet/a/b c", "/greet", "/a/b c"],
  ["/greet//a//", "/greet", "//a//"],
  ["/greet/a/../b/.", "/greet", "/b/"],
  ["/greet/../sub/inner/x", "/sub/inner", "/x"],
  ["/sub/../greet", "/greet", ""],
  ["/./greet", "/greet", ""],
  ["/sub/./inner", "/sub/inner", ""],
  ["/sub/inner", "/sub/inner", ""],
  ["/sub/inner/rest", "/sub/inner", "/rest"],
  ["/sub/deep/leaf/x", "/sub/deep/leaf", "/x"],
  ["/sub/.hidden", "/sub/.hidden", ""],
  ["/with space/x", "/with space", "/x"],
  ["/ü", "/ü", ""],
  ["/...", "/...", ""],
  ["/link/x", "/link", "/x"],
  ["/folder-link/inner", "/folder-link/inner", ""],
];
for (const [path, scriptName, pathInfo] of FOUND) {
  Deno.test(`directory() runs ${scriptName} for ${path}, the rest is "${pathInfo}"`, async () => {
    await using programs = await Programs.make();
    await using talk = await Talk.open(directory(programs.dir), { path });
    assertEquals(await talk.connection.closed, "1000");
    assertEquals(talk.connection.sent, [`${scriptName}|${pathInfo}|${path}`]);
    assertEquals(talk.admission.associated?.command, programs.dir + scriptName);
  });
}

const REFUSED = [
  "/",
  "//",
  "",
  "/nothing",
  "/sub",
  "/sub/",
  "/sub/deep",
  "/sub/nothing/inner",
  "/empty",
  "/GREET",
  "/..",
  "/../outside",
  "/../dir/greet",
  "/../dir-of-others/program",
  "/sub/../../outside",
  "/sub/../../dir/greet",
  "/greet/../../outside",
  "/greet/..",
  "/sub/inner/..",
  "/way-out",
  "/way-out/x",
  "/folder-out/program",
  "/folder-out",
  "/dangling",
  "/gre\0et",
  "/greet\0",
  "/%2e%2e/outside",
  `/${"x".repeat(5000)}`,
];
for (const path of REFUSED) {
  Deno.test(`directory() refuses ${JSON.stringify(path).slice(0, 40)} with 404`, async () => {
    await using programs = await Programs.make();
    const handler = directory(programs.dir);
    const error = await assertRejects(() => accept(handler, { path }), HandshakeError);
    assertEquals(error.status, 404);
  });
}

Deno.test("directory() refuses what is neither a file nor a folder with 404", async () => {
  await using programs = await Programs.make();
  const made = await new Deno.Command("mkfifo", { args: [`${programs.dir}/fifo`] }).output();
  assert(made.success);
  const handler = directory(programs.dir);
  const error = await assertRejects(() => accept(handler, { path: "/fifo" }), HandshakeError);
  assertEquals(error.status, 404);
});

Deno.test("directory() cannot start a file that is not executable", async () => {
  await using programs = await Programs.make();
  const handler = directory(programs.dir);
  await assertRejects(() => accept(handler, { path: "/plain.txt" }), LaunchError, "plain.txt");
});

Deno.test("directory() finds a program that was added later", async () => {
  await using programs = await Programs.make();
  const handler = directory(programs.dir);
  await assertRejects(() => accept(handler, { path: "/late" }), HandshakeError);
  await Deno.writeTextFile(`${programs.dir}/late`, PROGRAM, { mode: 0o755 });
  await using talk = await Talk.open(handler, { path: "/late" });
  assertEquals(await talk.connection.closed, "1000");
});

Deno.test("directory() serves a folder that is named by a link or with a slash", async () => {
  await using programs = await Programs.make();
  for (const folder of [`${programs.dir}/`, `${programs.dir}/folder-link/..`]) {
    await using talk = await Talk.open(directory(folder), { path: "/greet" });
    assertEquals(await talk.connection.closed, "1000");
  }
});

const NO_FOLDERS: [name: string, message: string][] = [
  ["nothing", "nothing"],
  ["greet", "it is not a directory"],
];
for (const [name, message] of NO_FOLDERS) {
  Deno.test(`directory() refuses a folder that is none: ${message}`, async () => {
    await using programs = await Programs.make();
    const error = assertThrows(() => directory(`${programs.dir}/${name}`), UsageError, message);
    assertEquals(error.exitCode, 1);
  });
}
