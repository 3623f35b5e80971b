import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import {
  compileArgs,
  failureReason,
  isDownloadFailure,
  type Job,
  parseCompileArgs,
  TARGETS,
} from "../../scripts/compile.ts";
import { compiledBinary, pathOf } from "../support/compiled.ts";

const accepted: { args: string[]; os: string; jobs: Job[] }[] = [
  { args: [], os: "linux", jobs: [{ output: "dist/stdws" }] },
  { args: [], os: "windows", jobs: [{ output: "dist/stdws.exe" }] },
  { args: ["--output=/tmp/a b"], os: "linux", jobs: [{ output: "/tmp/a b" }] },
  { args: ["--output", "bin/x"], os: "windows", jobs: [{ output: "bin/x" }] },
  {
    args: ["--target=aarch64-apple-darwin"],
    os: "linux",
    jobs: [{ target: "aarch64-apple-darwin", output: "dist/stdws-aarch64-apple-darwin" }],
  },
  {
    args: ["--target=aarch64-apple-darwin", "--output=mac"],
    os: "windows",
    jobs: [{ target: "aarch64-apple-darwin", output: "mac" }],
  },
  {
    args: ["--target=x86_64-apple-darwin", "--target", "x86_64-pc-windows-msvc"],
    os: "windows",
    jobs: [
      { target: "x86_64-apple-darwin", output: "dist/stdws-x86_64-apple-darwin" },
      { target: "x86_64-pc-windows-msvc", output: "dist/stdws-x86_64-pc-windows-msvc.exe" },
    ],
  },
  {
    args: ["--target=x86_64-apple-darwin", "--target=x86_64-apple-darwin"],
    os: "linux",
    jobs: [{ target: "x86_64-apple-darwin", output: "dist/stdws-x86_64-apple-darwin" }],
  },
  {
    args: ["--all", "--target=x86_64-apple-darwin"],
    os: "linux",
    jobs: [
      { target: "x86_64-unknown-linux-gnu", output: "dist/stdws-x86_64-unknown-linux-gnu" },
      { target: "aarch64-unknown-linux-gnu", output: "dist/stdws-aarch64-unknown-linux-gnu" },
      { target: "x86_64-apple-darwin", output: "dist/stdws-x86_64-apple-darwin" },
      { target: "aarch64-apple-darwin", output: "dist/stdws-aarch64-apple-darwin" },
      { target: "x86_64-pc-windows-msvc", output: "dist/stdws-x86_64-pc-windows-msvc.exe" },
    ],
  },
];

for (const { args, os, jobs } of accepted) {
  Deno.test(`parseCompileArgs() on ${os} plans ${JSON.stringify(args)}`, () => {
    assertEquals(parseCompileArgs(args, os), { kind: "compile", jobs });
  });
}

const refused: { args: string[]; message: string }[] = [
  {
    args: ["--target=sparc-sun-solaris"],
    message: `Unknown target "sparc-sun-solaris": it must be one of ${TARGETS.join(", ")}`,
  },
  { args: ["--target"], message: `Unknown target "": it must be one of ${TARGETS.join(", ")}` },
  {
    args: ["--fast"],
    message: "Unknown option --fast: it takes --output=PATH, --target=T and --all",
  },
  { args: ["-o", "x"], message: "Unknown option -o: it takes --output=PATH, --target=T and --all" },
  { args: ["extra.ts"], message: 'Unknown argument "extra.ts": only options are taken' },
  { args: ["--output="], message: "Option --output needs a path" },
  {
    args: ["--all", "--output=x"],
    message: 'Option --output="x" is one path, but 5 targets are asked for',
  },
];

for (const { args, message } of refused) {
  Deno.test(`parseCompileArgs() refuses ${JSON.stringify(args)}`, () => {
    assertEquals(parseCompileArgs(args), { kind: "usage-error", message });
  });
}

Deno.test("compileArgs() grants what the server needs and never asks", () => {
  const args = compileArgs({ output: "dist/stdws" });
  assertEquals(args.slice(0, 4), ["compile", "-A", "--no-prompt", "--unstable-net"]);
  assertEquals(args.slice(-2), ["--output=dist/stdws", "main.ts"]);
  assert(!args.some((arg) => arg.startsWith("--target")));
});

Deno.test("compileArgs() leaves no code cache in the shared temporary folder", () => {
  assert(compileArgs({ output: "a" }).includes("--no-code-cache"));
});

Deno.test("compileArgs() leaves out what only the tests need", () => {
  assert(compileArgs({ output: "a" }).includes("--no-lock"));
});

Deno.test("compileArgs() takes the page of the dev console along", () => {
  assert(compileArgs({ output: "a" }).includes("--include=lib/console"));
});

Deno.test("compileArgs() passes the target on", () => {
  const args = compileArgs({ target: "aarch64-apple-darwin", output: "a" });
  assertEquals(args.slice(-3), ["--target=aarch64-apple-darwin", "--output=a", "main.ts"]);
});

const reasons: { name: string; stderr: string; expected: string }[] = [
  {
    name: "joins an error and its causes, each told once, without progress and backtrace",
    stderr: "Compile main.ts to a\nerror: Writing to 'a.tmp'\n\nCaused by:\n    0: Setting up.\n" +
      "    1: request failed: dns error\n    2: dns error\n\nStack backtrace:\n   0: <unknown>\n",
    expected: "Writing to 'a.tmp': Setting up.: request failed: dns error",
  },
  { name: "takes a lone error", stderr: "error: Module not found\n", expected: "Module not found" },
  { name: "takes anything else whole", stderr: "Killed\n", expected: "Killed" },
];

for (const { name, stderr, expected } of reasons) {
  Deno.test(`failureReason() ${name}`, () => assertEquals(failureReason(stderr), expected));
}

const downloads: [isDownload: boolean, reason: string][] = [
  [
    true,
    "Writing deno compile executable to temporary file 'a': Setting up base binary.: error " +
    "sending request for url (https://dl.deno.land/release/v2.9.6/denort-x86_64-unknown-linux-gnu.zip)",
  ],
  [
    false,
    "Writing deno compile executable to temporary file 'a': Setting up base binary.: Could not " +
    "find denort at '/nowhere/denort'",
  ],
  [false, 'Module not found "file:///a.ts"'],
];
for (const [isDownload, reason] of downloads) {
  Deno.test(`isDownloadFailure() is ${isDownload} for ${reason}`, () => {
    assertEquals(isDownloadFailure(reason), isDownload);
  });
}

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function compile(args: string[], env: Record<string, string> = {}): Promise<Result> {
  const script = new URL("../../scripts/compile.ts", import.meta.url).href;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", script, ...args],
    env: { NO_COLOR: "1", ...env },
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

for (const word of ["--target=beos", "--slow"]) {
  Deno.test(`compile.ts refuses ${word} with one line and exits with 2`, async () => {
    const { code, stdout, stderr } = await compile([word]);
    assertMatch(stderr, /^Unknown [^\n]+\n$/);
    assertStringIncludes(stderr, word.replace("--target=", ""));
    assertEquals({ code, stdout }, { code: 2, stdout: "" });
  });
}

Deno.test("compile.ts says what it tried, and exits with 1, if that Deno is not there", async () => {
  const { code, stderr } = await compile(["--output=/nowhere/stdws"], { COMPILE_DENO: "/nowhere" });
  assertStringIncludes(stderr, 'Cannot compile main.ts to "/nowhere/stdws" with "/nowhere": ');
  assertEquals(code, 1);
});

// Where it compiled for TEST_BINARY, it compiles again.
const canCompile = Deno.env.has("DENORT_BIN") || Deno.env.has("TEST_BINARY");
const excuse = Deno.env.get("TEST_WITHOUT_BINARY");
const needed = canCompile ? "" : ` [${excuse ?? "needs DENORT_BIN or TEST_BINARY"}]`;

Deno.test({
  name: `compile.ts makes an executable that starts from elsewhere${needed}`,
  ignore: !canCompile && (excuse !== undefined || Deno.env.get("TEST_ALL") !== "1"),
  fn: async () => {
    const folder = await Deno.makeTempDir();
    try {
      const { code, stdout, stderr } = await compile([`--output=${folder}/stdws`]);
      assertEquals({ code, stdout, stderr }, {
        code: 0,
        stdout: `Compiled ${folder}/stdws\n`,
        stderr: "",
      });
      const version = await new Deno.Command(`${folder}/stdws`, {
        args: ["--version"],
        cwd: folder,
      }).output();
      assertMatch(new TextDecoder().decode(version.stdout), /^stdws \d+\.\d+\.\d+\b/);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test("compile.ts gives the reason and a hint, and exits with 1, if there is no denort", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const { code, stderr } = await compile([`--output=${folder}/a`], {
      COMPILE_DENO: Deno.execPath(),
      DENORT_BIN: `${folder}/denort`,
    });
    assertStringIncludes(stderr, `Cannot compile main.ts to "${folder}/a" with`);
    assertStringIncludes(stderr, `Could not find denort at '${folder}/denort'`);
    assertStringIncludes(stderr, "\nIf denort cannot be downloaded, set DENORT_BIN to it");
    assertEquals(code, 1);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("compile.ts exits with 3 if nothing but the runtime is missing", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const deno = `${folder}/deno`;
    const said =
      "error: Writing deno compile executable to temporary file 'stdws'\n\nCaused by:\n" +
      "    0: Setting up base binary.\n    1: error sending request for url (https://host.example/)\n";
    const script = `#!/bin/sh\n[ "$1" = cache ] && exit\ncat >&2 << 'END'\n${said}END\nexit 1\n`;
    await Deno.writeTextFile(deno, script, { mode: 0o700 });
    const { code, stderr } = await compile([`--output=${folder}/stdws`], { COMPILE_DENO: deno });
    assertStringIncludes(stderr, "Setting up base binary.: error sending request for url");
    assertEquals(code, 3);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

const self = new URL(import.meta.url).pathname;
const found: { name: string; env: Record<string, string>; expected: unknown }[] = [
  {
    name: "lets tests be left out without TEST_BINARY",
    env: {},
    expected: { reason: "TEST_BINARY is not set", ignore: true },
  },
  {
    name: "lets none be left out with TEST_ALL=1",
    env: { TEST_ALL: "1" },
    expected: { reason: "TEST_BINARY is not set", ignore: false },
  },
  {
    name: "lets them be left out in any case where there can be none",
    env: { TEST_ALL: "1", TEST_WITHOUT_BINARY: "no network" },
    expected: { reason: "no network", ignore: true },
  },
  { name: "takes the path of a file", env: { TEST_BINARY: self }, expected: { path: self } },
  {
    name: "refuses a path without a file in any case",
    env: { TEST_BINARY: "/nowhere/stdws" },
    expected: { reason: 'TEST_BINARY names "/nowhere/stdws", which is no file', ignore: false },
  },
];

for (const { name, env, expected } of found) {
  Deno.test(`compiledBinary() ${name}`, () => assertEquals<unknown>(compiledBinary(env), expected));
}

Deno.test("pathOf() fails with the reason if there is no binary", () => {
  assertEquals(pathOf({ path: "/a" }), "/a");
  assertThrows(
    () => pathOf({ reason: "gone", ignore: false }),
    Error,
    "Cannot test the compiled program: gone",
  );
});
