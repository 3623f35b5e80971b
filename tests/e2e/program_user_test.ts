import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { HttpClient } from "../support/http_client.ts";
import { pidIn, untilGone } from "../support/processes.ts";
import { needing } from "../support/programs.ts";
import { asRoot } from "../support/root.ts";
import { Scripts } from "../support/scripts.ts";
import { type Form, ROOT, runToEnd, TestServer } from "../support/server.ts";

/** Defines a test for both engines, of what only root can do. */
function testAsRoot(
  name: string,
  test: (form: Form) => Promise<void>,
  ...programs: readonly string[]
): void {
  for (const form of ["deno run", "node"] as const) {
    Deno.test({ ...asRoot(`${name} [${form}]`, ...programs), fn: () => test(form) });
  }
}

/** Scripts in a folder that everybody may enter. */
async function scriptsForAll(programs: Readonly<Record<string, string>>): Promise<Scripts> {
  const scripts = await Scripts.write(programs);
  await Deno.chmod(scripts.folder, 0o755);
  return scripts;
}

const SHOW = 'id -u; id -g; id -G; echo "$HOME $USER $LOGNAME"; grep CapEff /proc/self/status';

/** What a program is told of a user of the system by the table of users. */
async function nobody(): Promise<{ uid: string; gid: string; names: string }> {
  const rows = (await Deno.readTextFile("/etc/passwd")).split("\n").map((row) => row.split(":"));
  const [name, , uid = "", gid = "", , home] = rows.find(([name]) => name === "nobody") ?? [];
  return { uid, gid, names: `${home} ${name} ${name}` };
}

testAsRoot(
  "stdws runs the programs of a route as its user, in one group",
  async (form) => {
    await using scripts = await scriptsForAll({
      show: SHOW,
      cgi: `echo Content-Type: text/plain; echo; ${SHOW}`,
    });
    const { folder } = scripts;
    const { uid, gid, names } = await nobody();
    const shown = (group: string) => [uid, group, group, names, "CapEff:\t0000000000000000"];
    const cases: [target: string, route: string, expected: string[]][] = [
      ["/p", `process?user=nobody ${folder}/show`, shown(gid)],
      ["/s", `shared?user=${uid} ${folder}/show`, shown(gid)],
      ["/d/show", `directory?user=nobody&group=7 ${folder}`, shown("7")],
      ["/n", `process?user=nobody&nice=1&memory=1G ${folder}/show`, shown(gid)],
      [
        "/e",
        `process?user=nobody&env=HOME=/tmp ${folder}/show`,
        shown(gid).with(3, names.replace(/^\S+/, "/tmp")),
      ],
      [
        "/u",
        `process?user=12345&group=54321 ${folder}/show`,
        ["12345", "54321", "54321", "  ", "CapEff:\t0000000000000000"],
      ],
    ];
    const routes = cases.map(([target, route]) => {
      return `--route=${target.replace("show", "*")}=${route}`;
    });
    const args = [...routes, `--route=/c/*=cgi?user=nobody ${folder}`];
    await using server = await TestServer.start(args, { form });
    for (const [target, , expected] of cases) {
      using client = await RawClient.open(server.url, { target });
      const lines = [];
      for (const _ of expected) lines.push(await client.text());
      assertEquals(lines, expected, target);
      assertEquals(await client.next(), { kind: "close", code: 1000, reason: "" });
    }
    using web = await HttpClient.connect(server.url);
    assertEquals((await web.ask("GET /c/cgi")).body, shown(gid).join("\n") + "\n");
  },
  "prlimit",
  "nice",
);

testAsRoot("stdws runs programs as a user without setpriv, too", async (form) => {
  await using tools = await scriptsForAll({});
  await Deno.symlink("/bin/sh", `${tools.folder}/sh`);
  const env = { PATH: tools.folder };
  const args = ["--user=12345", "--group=54321", "/bin/sh", "-c", "/usr/bin/id -u; /usr/bin/id -G"];
  await using server = await TestServer.start(args, { form, env });
  using client = await RawClient.open(server.url);
  assertEquals([await client.text(), await client.text()], ["12345", "54321"]);
  assertEquals(await client.next(), { kind: "close", code: 1000, reason: "" });
});

testAsRoot("stdws talks to a program that is another user's", async (form) => {
  const script = 'read -r line; echo "got $line"; echo oops >&2; exit 5';
  await using server = await TestServer.start(["--user=nobody", "sh", "-c", script], { form });
  using client = await RawClient.open(server.url);
  await client.send("hello");
  assertEquals(await client.text(), "got hello");
  assertEquals(await client.next(), { kind: "close", code: 4005, reason: "exit status 5" });
  await server.stdout.until(/ ERROR .* stderr .*oops$/);
});

testAsRoot("stdws does not let a program have its rights back", async (form) => {
  const script = "setpriv --reuid=0 true || setpriv --clear-groups true || echo held";
  await using server = await TestServer.start(["--user=nobody", "sh", "-c", script], { form });
  using client = await RawClient.open(server.url);
  assertEquals(await client.text(), "held");
}, "setpriv");

const LEFT = [
  ["a program that ignores signals", "trap '' INT TERM; echo $$; while :; do sleep 0.1; done"],
  ["what it has started", "trap '' INT; sleep 600 & echo $!; wait"],
  [
    "what has lost its parent",
    "(trap '' INT TERM; exec setsid env -i sh -c 'echo $$; exec sleep 600') & exit 0",
  ],
] as const;
for (const [what, script] of LEFT) {
  testAsRoot(`stdws ends ${what} that is another user's`, async (form) => {
    await using server = await TestServer.start(["--user=nobody", "sh", "-c", script], { form });
    const client = await RawClient.open(server.url);
    const pid = pidIn(await client.text());
    client[Symbol.dispose]();
    await untilGone(pid);
  }, "setsid");
}

testAsRoot("stdws that is killed leaves no program of another user behind", async (form) => {
  const script = "trap '' INT TERM; echo $$; while :; do sleep 0.1; done";
  await using server = await TestServer.start(["--user=nobody", "sh", "-c", script], { form });
  using client = await RawClient.open(server.url);
  const pid = pidIn(await client.text());
  await server.stop("SIGKILL");
  await untilGone(pid);
});

/** A folder with the mistakes that there can be, and what is said of each. */
const FAULTS: [what: string, mode: number, text: string, fault: (folder: string) => string][] = [
  ["run", 0o744, "echo", () => "it may not be executed by user nobody"],
  ["read", 0o711, "echo", () => "it may not be read by user nobody, as its interpreter has to"],
  [
    "interpreted",
    0o755,
    "#!FOLDER/run\n",
    (folder) => `its interpreter "${folder}/run" may not be executed by user nobody`,
  ],
  [
    "closed/in",
    0o755,
    "echo",
    (folder) => `user nobody may not enter the folder "${folder}/closed"`,
  ],
];

testAsRoot("stdws says why a user may not run a program", async (form) => {
  await using scripts = await scriptsForAll({});
  const { folder } = scripts;
  for (const [name, mode, text] of FAULTS) {
    await scripts.add(name, text.replace("FOLDER", folder), mode);
  }
  await Deno.chmod(`${folder}/closed`, 0o700);
  for (const [name, , , fault] of FAULTS) {
    const said = `Cannot run "${folder}/${name}": ${fault(folder)}\n`;
    for (const args of [["--user=nobody"], ["--check", "--user=nobody"]]) {
      const { code, stderr } = await runToEnd(["--port=0", ...args, `${folder}/${name}`], { form });
      assertEquals(code, 1);
      assertStringIncludes(stderr, said);
    }
  }
  const check = await runToEnd(["--check", "--user=nobody", `--dir=${folder}`], { form });
  for (const [name, , , fault] of FAULTS) {
    assertStringIncludes(check.stderr, `Cannot run "${folder}/${name}": ${fault(folder)}\n`);
  }
  const route = `--route=/=process?user=nobody&cwd=${folder}/closed true`;
  const { code, stderr } = await runToEnd(["--port=0", route], { form });
  assertEquals(code, 1);
  assertStringIncludes(stderr, `user nobody may not enter the folder "${folder}/closed"`);
});

testAsRoot("stdws answers 500 where a user may not run a program of a folder", async (form) => {
  await using scripts = await scriptsForAll({});
  await scripts.add("run", "echo", 0o744);
  const { folder } = scripts;
  const args = ["--user=nobody", `--dir=${folder}`, `--cgidir=${folder}`];
  await using server = await TestServer.start(args, { form });
  const line = / ERROR .*Cannot run ".*\/run": it may not be executed by user nobody$/;
  using client = await RawClient.request(server.url, { target: "/run" });
  assertEquals(client.answer.status, 500);
  await server.stdout.until(line);
  const seen = server.stdout.all.length;
  using web = await HttpClient.connect(server.url);
  assertEquals((await web.ask("GET /run")).status, 500);
  await server.stdout.after(seen, line);
});

const REFUSED: [args: string[], why: string][] = [
  [["--user=no-such-user"], 'user=no-such-user: there is no user "no-such-user"'],
  [["--user=nobody", "--group=no-such"], 'group=no-such: there is no group "no-such"'],
  [["--user=54321"], "user=54321: no user has that number, so that it needs group="],
  [["--user=4294967295", "--group=1"], "user=4294967295: the number is too large"],
  [["--group=1"], "group=1: it needs user=, because root keeps its rights"],
];
Deno.test({
  ...asRoot("stdws refuses users and groups that programs cannot have"),
  async fn() {
    for (const [args, why] of REFUSED) {
      const { code, stderr } = await runToEnd(["--port=0", ...args, "true"]);
      assertEquals(code, 1, args.join(" "));
      assertStringIncludes(stderr, `stdws: Cannot run programs with ${why}\n`);
    }
  },
});

/** Words before a command that is not to be root, where the system allows a namespace. */
const UNSHARED = ["unshare", "--user", "--"];

function canUnshare(): boolean {
  try {
    return new Deno.Command("unshare", { args: ["--user", "true"] }).outputSync().success;
  } catch {
    return false;
  }
}

const unprivileged = needing("stdws that is not root refuses a user for programs", "unshare");
const may = canUnshare();
Deno.test({
  name: may ? unprivileged.name : `${unprivileged.name} [needs a namespace for users]`,
  ignore: unprivileged.ignore || !may,
  async fn() {
    const [program = "", ...words] = UNSHARED;
    const { stderr } = await new Deno.Command(program, {
      args: [
        ...words,
        Deno.execPath(),
        "run",
        "-A",
        "-q",
        `${ROOT}main.ts`,
        "--user=nobody",
        "true",
      ],
      env: { NO_COLOR: "1" },
    }).output();
    assertMatch(
      new TextDecoder().decode(stderr),
      /^stdws: Cannot run programs with user=nobody: the server is not root\n/,
    );
  },
});

for (const unbuffer of ["auto", "pty"]) {
  testAsRoot(
    `stdws has a program of another user write at once, with unbuffer=${unbuffer}`,
    async (form) => {
      const route =
        `--route=/=process?user=nobody&memory=1G&unbuffer=${unbuffer} sh -c 'id -un; grep x'`;
      await using server = await TestServer.start([route], { form });
      using client = await RawClient.open(server.url);
      assertEquals(await client.text(), "nobody");
      await client.send("abx");
      assertEquals(await client.text(), "abx");
    },
    "prlimit",
    "stdbuf",
  );
}
