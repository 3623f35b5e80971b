import { assertEquals, assertMatch } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { type Form, runToEnd, testEach, TestServer, wordsOf } from "../support/server.ts";

/** A folder for a socket, which is removed afterwards. */
class Folder implements AsyncDisposable {
  readonly folder = Deno.makeTempDirSync();
  readonly path = `${this.folder}/socket`;

  async files(): Promise<string[]> {
    return (await Array.fromAsync(Deno.readDir(this.folder))).map(({ name }) => name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

const isRoot = Deno.uid() === 0;
/** Whom a socket can be given to: by root to anybody, by others to themselves. */
const [uid, gid] = isRoot ? [12345, 54321] : [Deno.uid() ?? 0, Deno.gid() ?? 0];

const OWNERS: [
  owner: string,
  mode: string | undefined,
  found: { uid: number | null; gid: number | null; mode: number },
][] = [
  [`${uid}:${gid}`, "0660", { uid, gid, mode: 0o660 }],
  [`:${gid}`, "0660", { uid: Deno.uid(), gid, mode: 0o660 }],
  [`${uid}`, "0600", { uid, gid: Deno.gid(), mode: 0o600 }],
  [`${uid}:${gid}`, undefined, { uid, gid, mode: 0o777 & ~Deno.umask() }],
];
testEach("stdws --unixsocket-owner gives the socket to a user and a group", async (form) => {
  for (const [owner, mode, expected] of OWNERS) {
    await using place = new Folder();
    const args = [`--unixsocket=${place.path}`, `--unixsocket-owner=${owner}`];
    if (mode) args.push(`--unixsocket-mode=${mode}`);
    await using _server = await TestServer.startAt([...args, "--echo"], { form });
    const found = await Deno.lstat(place.path);
    assertEquals(
      { uid: found.uid, gid: found.gid, mode: (found.mode ?? 0) & 0o7777 },
      expected,
      owner,
    );
    const conn = await Deno.connect({ transport: "unix", path: place.path });
    using client = await RawClient.open("ws://localhost/", { conn });
    await client.send("hello");
    assertEquals(await client.text(), "hello");
  }
});

testEach("stdws --unixsocket-owner names whom there is not, and makes no socket", async (form) => {
  for (const [owner, what] of [["nobody-here", "user"], [":nobody-here", "group"]] as const) {
    await using place = new Folder();
    const args = [`--unixsocket=${place.path}`, `--unixsocket-owner=${owner}`, "--echo"];
    const { code, stdout } = await runToEnd(args, { form });
    assertEquals(code, 3);
    const said = `Cannot give "${place.path}" to ${owner}: there is no ${what} "nobody-here"`;
    assertEquals(stdout.trimEnd().split(" | ").at(-1), `Can't start server: ${said}`);
    assertEquals(await place.files(), []);
  }
});

testEach(
  "stdws --unixsocket-owner says what it takes where that is not permitted",
  async (form) => {
    await using place = new Folder();
    const { code, stdout } = await unprivileged(form, [
      `--unixsocket=${place.path}`,
      "--unixsocket-owner=0:12345",
      "--echo",
    ]);
    assertEquals(code, 3, stdout);
    assertMatch(
      stdout,
      /Cannot give ".*" to 0:12345: only root can, and to a group its members\n$/,
    );
    assertEquals(await place.files(), []);
  },
  ["setpriv"],
);

/** Runs it to its end as somebody who cannot give files away. */
async function unprivileged(form: Form, args: string[]): Promise<{ code: number; stdout: string }> {
  const engine = form === "node" ? ["--engine=node"] : [];
  const words = [...wordsOf(form), ...engine, ...args];
  const without = isRoot ? ["setpriv", "--bounding-set=-chown", "--inh-caps=-chown", "--"] : [];
  const [program = "", ...rest] = [...without, ...words];
  const { code, stdout } = await new Deno.Command(program, { args: rest, env: { NO_COLOR: "1" } })
    .output();
  return { code, stdout: new TextDecoder().decode(stdout) };
}

const WRONG: [args: string[], code: number][] = [
  [["--unixsocket=PATH", "--unixsocket-owner="], 2],
  [["--unixsocket=PATH", "--unixsocket-owner=:"], 2],
  [["--unixsocket=PATH", "--unixsocket-owner=a:b:c"], 2],
  [["--unixsocket-owner=root"], 1],
];
Deno.test("stdws refuses an owner that is none", async () => {
  await using place = new Folder();
  for (const [args, code] of WRONG) {
    const named = args.map((text) => text.replace("PATH", place.path));
    const found = await runToEnd(["--port=0", ...named, "--echo"]);
    assertEquals(found.code, code, args.join(" "));
    assertMatch(found.stderr, /^stdws: .*--unixsocket-owner/);
  }
});
