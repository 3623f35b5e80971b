import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { UsageError } from "../../lib/base/errors.ts";
import { programPath } from "../../lib/process/program_path.ts";
import { Scripts } from "../support/scripts.ts";

Deno.test("programPath() goes out from the folder that the program will run in", async () => {
  await using scripts = await Scripts.write({ "tool": "", "bin/tool": "" });
  const { folder } = scripts;
  assertEquals(programPath("./tool", { cwd: folder }), `${folder}/tool`);
  assertEquals(programPath("bin/tool", { cwd: folder }), `${folder}/bin/tool`);
  assertEquals(programPath("../tool", { cwd: `${folder}/bin` }), `${folder}/tool`);
  assertEquals(programPath(`${folder}/tool`, { cwd: "/" }), `${folder}/tool`);
  for (const [name, cwd] of [["./tool", `${folder}/bin/..`], ["./bin/tool", folder]]) {
    assertEquals(
      (await Deno.stat(programPath(name as string, { cwd: cwd as string }))).isFile,
      true,
    );
  }
});

Deno.test("programPath() finds a name without a slash by PATH, whatever the folder is", async () => {
  await using scripts = await Scripts.write({ "sh": "" });
  const sh = programPath("sh");
  assertEquals(sh.endsWith("/sh"), true);
  assertEquals(programPath("sh", { cwd: scripts.folder }), sh);
});

const ONE_WORD: [name: string, before: string, message: string][] = [
  ["sh -c true", "-- ", "(did you mean: -- sh -c true)"],
  [" sh  -c ", "", "(did you mean: sh -c)"],
  ["/bin/sh -c", "", "(did you mean: /bin/sh -c)"],
  ["nosuch -c", "", "it is not in PATH"],
  ["sh -c true | cat", "-- ", "(did you mean: -- sh -c 'sh -c true | cat')"],
  ["cd /tmp && ls", "", "(did you mean: sh -c 'cd /tmp && ls')"],
  ["", "-- ", "it has no name"],
];
for (const [name, before, message] of ONE_WORD) {
  Deno.test(`programPath() refuses ${JSON.stringify(name)}: ${message}`, () => {
    const error = assertThrows(() => programPath(name, { before }), UsageError, message);
    assertEquals(error.message.startsWith(`Cannot run "${name}": `), true);
  });
}

const OF_THE_FOLDER: [name: string, message: RegExp][] = [
  ["tool", /: it is not in PATH \(.*\) \(did you mean: -- \.\/tool\)$/],
  ["a tool", /: it is not in PATH \(.*\) \(did you mean: -- '\.\/a tool'\)$/],
  ["sub", /: it is not in PATH \(.*\), and \.\/sub is a folder$/],
  ["plain", /: it is not in PATH \(.*\), and \.\/plain is not executable$/],
  ["nosuch", /: it is not in PATH \([^()]*\)$/],
];
for (const [name, message] of OF_THE_FOLDER) {
  Deno.test(`programPath() says of ${name} what has that name in the folder`, async () => {
    await using scripts = await Scripts.write({ "tool": "", "a tool": "", "sub/tool": "" });
    const { folder } = scripts;
    await Deno.writeTextFile(`${folder}/plain`, "");
    const error = assertThrows(
      () => programPath(name, { cwd: folder, before: "-- " }),
      UsageError,
    );
    assertMatch(error.message, message);
  });
}

Deno.test("programPath() finds a program that has a space in its name", async () => {
  await using scripts = await Scripts.write({ "sh x": "" });
  const program = `${scripts.folder}/sh x`;
  assertEquals(programPath(program), program);
});

Deno.test("programPath() refuses a program that the system could not run", async () => {
  await using scripts = await Scripts.write({ "script": "#!/bin/sh\r\necho\r\n" });
  const program = `${scripts.folder}/script`;
  const message = `Cannot run "${program}": it has a Windows line end after its first line`;
  // Not only the first time.
  for (let time = 0; time < 2; time++) {
    assertEquals(assertThrows(() => programPath(program), UsageError).message, message);
  }
});

Deno.test("programPath() looks for an interpreter in the PATH that the program will have", async () => {
  await using scripts = await Scripts.write({ "bin/tool": "", "script": "#!/usr/bin/env tool\n" });
  const program = `${scripts.folder}/script`;
  const env = { PATH: `${scripts.folder}/bin` };
  assertEquals(programPath(program, { env, passEnv: [] }), program);
  for (const options of [{}, { passEnv: [] }, { env: { PATH: "/bin" } }]) {
    assertThrows(() => programPath(program, options), UsageError, '"tool" is not in PATH');
  }
});

Deno.test("programPath() does not find what is in the server's folder from another", async () => {
  await using scripts = await Scripts.write({ "bin/tool": "" });
  const cwd = Deno.cwd();
  Deno.chdir(scripts.folder);
  try {
    assertEquals(programPath("./bin/tool"), "./bin/tool");
    const missing = () => programPath("./bin/tool", { cwd: "/" });
    assertThrows(missing, UsageError, 'Cannot run "/bin/tool": there is no such file');
  } finally {
    Deno.chdir(cwd);
  }
});
