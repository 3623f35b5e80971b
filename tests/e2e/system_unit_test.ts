import { assert, assertEquals } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { Lines } from "../support/lines.ts";
import { needing } from "../support/programs.ts";
import { type Form, ROOT, testBoth, wordsOf } from "../support/server.ts";
import { stopServer } from "../support/stop_server.ts";
import { run } from "../support/certificates.ts";

const DEPLOY = `${ROOT}scripts/deploy`;

/** The values of a setting of the unit. */
async function valuesOf(name: string, file = "stdws.service"): Promise<string[]> {
  const text = await Deno.readTextFile(`${DEPLOY}/${file}`);
  const lines = text.split("\n").filter((line) => line.startsWith(`${name}=`));
  return lines.flatMap((line) => line.slice(name.length + 1).split(" "));
}

/** The words of ExecStart= with another program and configuration, on a free port. */
async function execStart(form: Form): Promise<string[]> {
  const [program, ...args] = await valuesOf("ExecStart");
  assertEquals(program, "/usr/local/bin/stdws");
  const here = args.map((arg) => arg.replace("/etc/stdws/", `${DEPLOY}/`));
  const free = ["--port=0", "--address=127.0.0.1", "--admin=127.0.0.1:0", "--log-format=text"];
  return [...wordsOf(form), ...here, ...free];
}

/** Has a server serve, run a program, read its configuration again and end; all of that has to go well. */
async function tryOut(words: readonly string[], end: (child: Deno.ChildProcess) => Promise<void>) {
  const [program = "", ...args] = words;
  const env = { NO_COLOR: "1", TZ: "UTC" };
  const child = new Deno.Command(program, {
    args,
    env,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  })
    .spawn();
  const server = { child, stdout: new Lines(child.stdout), stderr: new Lines(child.stderr) };
  try {
    const line = await server.stdout.until(/Starting WebSocket server/);
    const url = line.match(/ws:\S+\//)?.[0] ?? "";
    using echo = await RawClient.open(`${url}echo`);
    await echo.send("hello");
    assertEquals(await echo.text(), "hello");
    using clock = await RawClient.open(`${url}clock`);
    assert((await clock.text()).length > 10);
    clock[Symbol.dispose]();
    await server.stdout.until(/\/clock'.* DISCONNECT/);
    await echo.close();
    await server.stdout.until(/\/echo'.* DISCONNECT/);
    await end(child);
    await server.stdout.until(/Draining: 0 connections/);
    assertEquals((await child.status).code, 0);
  } finally {
    await stopServer(server, "SIGTERM");
  }
}

Deno.test({
  ...needing(
    "scripts/deploy has units that systemd understands, and that leave little open",
    "systemd-analyze",
  ),
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      for (const file of ["stdws.service", "stdws.socket"]) {
        const text = await Deno.readTextFile(`${DEPLOY}/${file}`);
        // It has to be there.
        const there = text.replaceAll("/usr/local/bin/stdws", Deno.execPath());
        await Deno.writeTextFile(`${folder}/${file}`, there);
      }
      const units = [`${folder}/stdws.service`, `${folder}/stdws.socket`];
      const verified = await run("systemd-analyze", "verify", ...units);
      // Other units of this machine may have mistakes, too.
      const said = verified.text.split("\n").filter((line) => line.includes("stdws"));
      assertEquals(said, []);
      // Of 100; a unit that says nothing has 96.
      const judged = await run(
        "systemd-analyze",
        "security",
        "--offline=yes",
        "--threshold=20",
        `${folder}/stdws.service`,
      );
      assert(judged.success, judged.text);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

testBoth(
  "scripts/deploy/stdws.service lets the server make the system calls that it makes",
  async (form) => {
    const folder = await Deno.makeTempDir();
    try {
      const trace = `${folder}/trace`;
      const words = ["strace", "-f", "-qq", "-o", trace, ...await execStart(form)];
      await tryOut(words, async () => {
        // The first process that it has started.
        const [pid] = (await Deno.readTextFile(trace)).split(" ", 1);
        Deno.kill(Number(pid), "SIGTERM");
      });
      const text = await Deno.readTextFile(trace);
      const used = new Set(
        Array.from(text.matchAll(/^\d+ +([a-z]\w*)\(/gm), ([, name = ""]) => name),
      );
      assert(used.has("execve") && used.has("epoll_wait"));
      const allowed = new Set<string>();
      for (const group of await valuesOf("SystemCallFilter")) await addCalls(group, allowed);
      assertEquals(Array.from(used.difference(allowed)), []);
      const families = new Set(
        Array.from(text.matchAll(/ socket\((AF_\w+)/g), ([, name = ""]) => name),
      );
      assertEquals(
        Array.from(families.difference(new Set(await valuesOf("RestrictAddressFamilies")))),
        [],
      );
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
  ["strace", "systemd-analyze"],
);

/** Adds the system calls of a group, and of those in it. */
async function addCalls(group: string, calls: Set<string>): Promise<void> {
  const { text } = await run("systemd-analyze", "syscall-filter", group);
  for (const line of text.split("\n").slice(1)) {
    const name = line.trim();
    if (name.startsWith("@")) await addCalls(name, calls);
    else if (name && !name.startsWith("#")) calls.add(name);
  }
}

/** The part of the unit's confinement that a machine has without systemd: capabilities, no new rights, mounts. */
async function servesConfined(form: Form): Promise<void> {
  const capabilities = (await valuesOf("CapabilityBoundingSet"))
    .map((name) => name.replace("CAP_", "+").toLowerCase()).join(",");
  // Not as another user: that could not read the program.
  const rights = ["bounding-set", "inh-caps", "ambient-caps"]
    .map((set) => `--${set}=-all,${capabilities}`);
  const script = 'mount -o remount,bind,ro / && ! touch /touched 2>/dev/null && exec "$@"';
  const words = ["unshare", "--mount", "sh", "-c", script, "sh"];
  const confined = [
    ...words,
    "setpriv",
    "--no-new-privs",
    ...rights,
    "--",
    ...await execStart(form),
  ];
  // deno-lint-ignore require-await -- as the other
  await tryOut(confined, async (child) => child.kill("SIGTERM"));
}

const CONFINED =
  "scripts/deploy/stdws.service has a server serve without capabilities where it can write nothing";
if (Deno.uid() === 0) testBoth(CONFINED, servesConfined, ["unshare", "setpriv"]);
else Deno.test({ name: `${CONFINED} [needs root]`, ignore: true, fn() {} });
