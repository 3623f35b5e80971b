import { assert, assertEquals, assertMatch } from "@std/assert";
import { dirname } from "node:path";
import { RawClient } from "../support/client.ts";
import { CommandServer } from "../support/command_server.ts";
import { readPages, shellBlocks } from "../support/pages.ts";
import { needingRegistry } from "../support/registry.ts";
import { ROOT, runToEnd } from "../support/server.ts";
import { Tree } from "../support/tree.ts";

const ENV = Deno.env.toObject();
/** With the Deno of the tests as `deno`, and nowhere to write to. */
const NOWHERE = {
  PATH: `${dirname(Deno.execPath())}:${ENV.PATH}`,
  HOME: "/nonexistent",
  DENO_DIR: "/proc/nowhere",
};

const LINES = (await readPages())
  .filter(({ path }) => ["README.md", "scripts/deploy/README.md"].includes(path))
  .flatMap((page) => shellBlocks(page).map((block) => block.trim()))
  .filter((block) => /^deno install /.test(block));

/** Installs the command as a line of the README says, but into a folder. */
async function install(line: string, root: string): Promise<string> {
  assert(line, "There is no such line");
  const script = line.replace("/usr/local", root);
  const { success, stderr } = await new Deno.Command("sh", {
    args: ["-c", script],
    cwd: ROOT,
    env: { PATH: NOWHERE.PATH, DENO_INSTALL_ROOT: root },
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return `${root}/bin/stdws`;
}

Deno.test("The pages have a line that installs the command for oneself, and one for all", () => {
  assertEquals(LINES.map((line) => line.includes("--root /usr/local")), [false, true]);
});

const OTHERS = {
  "deno.json": '{ "imports": { "zod": "npm:zod@3.0.0" }, "lock": { "frozen": true } }',
  "package.json": '{ "dependencies": { "ws": "1.0.0" } }',
};

Deno.test({
  ...needingRegistry("The line for oneself gives a command that serves in any folder"),
  async fn() {
    await using installed = await Tree.make();
    await using elsewhere = await Tree.make({
      ...OTHERS,
      "a.ts": `import type { Handler } from "@stdws/stdws";
        import { split } from "npm:shlex@3.0.0";
        export default {
          open(connection) { connection.send(split("'a b'")[0]); },
        } satisfies Handler;`,
    });
    const command = [await install(LINES[0] ?? "", installed.root)];
    const env = { ...ENV, PATH: NOWHERE.PATH };
    await using server = await CommandServer.start(command, ["--handlers=."], {
      cwd: elsewhere.root,
      env,
    });
    using client = await RawClient.open(`${server.url}a`);
    assertEquals(await client.text(), "a b");
    assertEquals(
      Array.from(Deno.readDirSync(elsewhere.root), ({ name }) => name).sort(),
      ["a.ts", "deno.json", "package.json"],
    );
  },
});

Deno.test({
  ...needingRegistry("The line for all gives a command that needs no home and no cache"),
  async fn() {
    await using installed = await Tree.make();
    await using elsewhere = await Tree.make(OTHERS);
    const command = [await install(LINES[1] ?? "", installed.root)];
    await using server = await CommandServer.start(command, ["--", "cat"], {
      cwd: elsewhere.root,
      env: NOWHERE,
    });
    using client = await RawClient.open(server.url);
    await client.send("hi");
    assertEquals(await client.text(), "hi");
    assertEquals(server.stderr.all, []);
  },
});

Deno.test({
  ...needingRegistry("stdws serves from a checkout and a cache that may only be read", "setpriv"),
  async fn() {
    await using tree = await Tree.make();
    await run(
      "cp",
      "-R",
      ...["main.ts", "deno.json", "deno.lock", "lib"].map((name) => ROOT + name),
      tree.root,
    );
    // Where everybody may start it.
    const deno = `${tree.root}/deno`;
    await Deno.copyFile(Deno.execPath(), deno);
    const env = { PATH: ENV.PATH ?? "", HOME: "/nonexistent", DENO_DIR: `${tree.root}/cache` };
    const words = [deno, "run", "-A", `${tree.root}/main.ts`];
    await run("env", `DENO_DIR=${env.DENO_DIR}`, ...words, "--version");
    await run("chmod", "-R", "a+rX,a-w", tree.root);
    // Root may write everywhere.
    const user = Deno.uid() === 0
      ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
      : [];
    try {
      await using server = await CommandServer.start([...user, ...words], ["--", "cat"], {
        cwd: "/",
        env,
      });
      using client = await RawClient.open(server.url);
      await client.send("hi");
      assertEquals(await client.text(), "hi");
      assertEquals(server.stderr.all, []);
    } finally {
      await run("chmod", "-R", "u+w", tree.root);
    }
  },
});

/** Runs a command that has to succeed. */
async function run(program: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, { args }).output();
  assert(success, new TextDecoder().decode(stderr));
}

Deno.test({
  ...needingRegistry("stdws says what to do where its packages can be put nowhere"),
  async fn() {
    const { code, stdout, stderr } = await runToEnd(["--version"], {
      env: { HOME: NOWHERE.HOME, DENO_DIR: NOWHERE.DENO_DIR },
    });
    assertEquals([code, stdout], [1, ""]);
    assertMatch(stderr, /^stdws: Cannot load its packages: .*\/proc\/nowhere.*\n.*DENO_DIR/);
  },
});
