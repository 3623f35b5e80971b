import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { LaunchError } from "../../lib/base/errors.ts";
import { type Child, launch } from "../../lib/process/launch.ts";
import { which } from "../../lib/process/which.ts";

function find(name: string): string {
  return which(name, { path: Deno.env.get("PATH") ?? "", os: Deno.build.os });
}

Deno.test("launch() gives a program these variables and no others", async () => {
  const env = { FIRST: "1", PATH_INFO: "/é", EMPTY: "" };
  const { stdout } = await runToEnd(launch({ program: find("env"), args: [], id: "x", env }));
  assertEquals(stdout.trim().split("\n").sort(), ["EMPTY=", "FIRST=1", "PATH_INFO=/é"]);
});

Deno.test("launch() passes arguments as they are", async () => {
  const args = ["%s|", "a b", "$HOME", "*", "", "'\"", "é"];
  const { stdout } = await runToEnd(launch({ program: find("printf"), args, id: "x", env: {} }));
  assertEquals(stdout, "a b|$HOME|*||'\"|é|");
});

Deno.test("launch() runs a program in the folder that it is told", async () => {
  for (const cwd of ["/", await Deno.realPath("tests"), undefined]) {
    const child = launch({
      program: find("pwd"),
      args: [],
      id: "x",
      env: {},
      ...(cwd ? { cwd } : {}),
    });
    assertEquals((await runToEnd(child)).stdout, `${cwd ?? Deno.cwd()}\n`);
  }
});

Deno.test("launch() makes pipes of all three streams", async () => {
  const args = ["-c", "read line; echo out $line; echo err $line >&2"];
  const child = launch({ program: find("sh"), args, id: "x", env: {} });
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode("word\n"));
  writer.releaseLock();
  assertEquals(await runToEnd(child), { code: 0, stdout: "out word\n", stderr: "err word\n" });
});

Deno.test("launch() says which program cannot be started, and why", () => {
  const program = "/nowhere/program";
  const error = assertThrows(
    () => launch({ program, args: ["a", "b"], id: "x", env: {} }),
    LaunchError,
    "Could not launch process /nowhere/program a b (",
  );
  assertEquals(error.program, program);
  assertInstanceOf(error.cause, Error);
});

Deno.test("launch() fails with a LaunchError on a file that is not executable", async () => {
  const program = await Deno.makeTempFile();
  try {
    assertThrows(() => launch({ program, args: [], id: "x", env: {} }), LaunchError, program);
  } finally {
    await Deno.remove(program);
  }
});

async function runToEnd(
  child: Child,
): Promise<{ code: number; stdout: string; stderr: string }> {
  await child.stdin.close();
  const [{ code }, stdout, stderr] = await Promise.all([
    child.status,
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { code, stdout, stderr };
}
