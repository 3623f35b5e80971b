import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../lib/base/errors.ts";
import { programPath } from "../../lib/process/program_path.ts";
import { Scripts } from "../support/scripts.ts";

Deno.test("programPath() goes out from the folder that the program will run in", async () => {
  await using scripts = await Scripts.write({ "tool": "", "bin/tool": "" });
  const { folder } = scripts;
  assertEquals(programPath("./tool", folder), `${folder}/tool`);
  assertEquals(programPath("bin/tool", folder), `${folder}/bin/tool`);
  assertEquals(programPath("../tool", `${folder}/bin`), `${folder}/tool`);
  assertEquals(programPath(`${folder}/tool`, "/"), `${folder}/tool`);
  for (const [name, cwd] of [["./tool", `${folder}/bin/..`], ["./bin/tool", folder]]) {
    assertEquals((await Deno.stat(programPath(name as string, cwd))).isFile, true);
  }
});

Deno.test("programPath() finds a name without a slash by PATH, whatever the folder is", async () => {
  await using scripts = await Scripts.write({ "sh": "" });
  const sh = programPath("sh");
  assertEquals(sh.endsWith("/sh"), true);
  assertEquals(programPath("sh", scripts.folder), sh);
});

Deno.test("programPath() does not find what is in the server's folder from another", async () => {
  await using scripts = await Scripts.write({ "bin/tool": "" });
  const cwd = Deno.cwd();
  Deno.chdir(scripts.folder);
  try {
    assertEquals(programPath("./bin/tool"), "./bin/tool");
    const missing = () => programPath("./bin/tool", "/");
    assertThrows(missing, UsageError, 'Cannot run "/bin/tool": there is no such file');
  } finally {
    Deno.chdir(cwd);
  }
});
