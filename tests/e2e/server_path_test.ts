import { assertEquals, assertMatch } from "@std/assert";
import { runToEnd, TestServer, testTable } from "../support/server.ts";
import { variablesOf } from "./variables.ts";

/** PATH of the server, which has no `node` in it, so that the runtime puts a folder of its own in front of it. */
const PATHS: [path: string, program: string | undefined][] = [
  ["/nowhere", "/nowhere"],
  ["/nowhere:/nowhere/too", "/nowhere:/nowhere/too"],
  // Not the runtime's, though it has the same name.
  ["/nowhere/node_compat_bin:/nowhere", "/nowhere/node_compat_bin:/nowhere"],
  ["", undefined],
];
const testKept = testTable();
const testFound = testTable();
for (const [path, program] of PATHS) {
  const title = `stdws gives programs PATH=${path} as it was at the start`;
  testKept(title, async (form) => {
    const env = { PATH: path };
    const route = "--route=/shared=shared?start=first /usr/bin/env";
    await using server = await TestServer.start([route, "/usr/bin/env"], { form, env });
    assertEquals((await variablesOf(server)).PATH, program);
    assertEquals((await variablesOf(server, { target: "/shared" })).PATH, program);
  });

  testFound(`stdws finds no program by PATH=${path} that is not in it`, async (form) => {
    // It is in the runtime's folder.
    const { code, stderr } = await runToEnd(["node"], { form, env: { PATH: path } });
    assertEquals(code, 1);
    const where = path === "" ? ", which is empty\n" : ` \\(${path}\\)\n`;
    assertMatch(stderr, new RegExp(`^stdws: Cannot run "node": it is not in PATH${where}`));
  });
}
