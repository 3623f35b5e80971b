import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../lib/base/errors.ts";
import { which } from "../../lib/process/which.ts";

/** A folder with files of these modes (a folder where it is "folder"), removed at the end. */
class Folder implements Disposable {
  readonly path = Deno.makeTempDirSync();

  constructor(entries: Record<string, number | "folder">) {
    for (const [name, mode] of Object.entries(entries)) {
      if (mode === "folder") Deno.mkdirSync(`${this.path}/${name}`, { recursive: true });
      else {
        Deno.writeTextFileSync(`${this.path}/${name}`, "");
        Deno.chmodSync(`${this.path}/${name}`, mode);
      }
    }
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

Deno.test("which() finds a program in the first folder of PATH that has it", () => {
  using first = new Folder({ other: 0o755 });
  using second = new Folder({ program: 0o755 });
  using third = new Folder({ program: 0o755, other: 0o755 });
  const options = { path: `${first.path}:${second.path}:${third.path}`, os: "linux" } as const;
  assertEquals(which("program", options), `${second.path}/program`);
  assertEquals(which("other", options), `${first.path}/other`);
});

Deno.test("which() passes over folders and files that cannot be run", () => {
  using first = new Folder({ program: "folder" });
  using second = new Folder({ program: 0o644 });
  using third = new Folder({ program: 0o755 });
  const path = `${first.path}/none:${first.path}:${second.path}:${third.path}`;
  assertEquals(which("program", { path, os: "linux" }), `${third.path}/program`);
});

for (const mode of [0o100, 0o010, 0o001]) {
  Deno.test(`which() takes a file of mode ${mode.toString(8)} for a program`, () => {
    using folder = new Folder({ program: mode });
    const options = { path: folder.path, os: "linux" } as const;
    assertEquals(which("program", options), `${folder.path}/program`);
  });
}

Deno.test("which() does not double the slash of a folder in PATH", () => {
  using folder = new Folder({ program: 0o755 });
  const options = { path: `${folder.path}/`, os: "linux" } as const;
  assertEquals(which("program", options), `${folder.path}/program`);
});

Deno.test("which() takes a name with a slash as it is, without PATH", () => {
  using folder = new Folder({ program: 0o755, sub: "folder" });
  const named = `${folder.path}/sub/../program`;
  assertEquals(which(named, { path: "", os: "linux" }), named);
});

Deno.test("which() does not look for a name with a slash in PATH", () => {
  using folder = new Folder({ sub: "folder" });
  Deno.writeTextFileSync(`${folder.path}/sub/program`, "", { mode: 0o755 });
  const options = { path: folder.path, os: "linux" } as const;
  assertThrows(() => which("sub/program", options), UsageError, '"sub/program"');
});

Deno.test("which() follows a symbolic link", () => {
  using folder = new Folder({ program: 0o755 });
  Deno.symlinkSync(`${folder.path}/program`, `${folder.path}/link`);
  assertEquals(which("link", { path: folder.path, os: "linux" }), `${folder.path}/link`);
});

Deno.test("which() tries the endings of PATHEXT on Windows", () => {
  using folder = new Folder({ "program.CMD": 0o644, "other.EXE": 0o644, "plain": 0o644 });
  const options = { path: folder.path, os: "windows", pathExt: ".EXE;.CMD" } as const;
  assertEquals(which("program", options), `${folder.path}/program.CMD`);
  assertEquals(which("other", options), `${folder.path}/other.EXE`);
  assertEquals(which("other.EXE", options), `${folder.path}/other.EXE`);
  assertEquals(which("plain", options), `${folder.path}/plain`);
});

Deno.test("which() separates PATH by semicolons on Windows", () => {
  using first = new Folder({});
  using second = new Folder({ "program.EXE": 0o644 });
  const options = { path: `${first.path};${second.path}`, os: "windows" } as const;
  assertEquals(which("program", options), `${second.path}/program.EXE`);
});

for (const path of [undefined, ""]) {
  Deno.test(`which() finds nothing by a PATH that is ${JSON.stringify(path)}, not even where the server is`, () => {
    using folder = new Folder({ program: 0o755 });
    const cwd = Deno.cwd();
    Deno.chdir(folder.path);
    try {
      const find = () => which("program", { path, os: "linux" });
      assertThrows(find, UsageError, 'Cannot run "program": it is not in PATH, which is empty');
      assertEquals(which("program", { path: ":/nowhere", os: "linux" }), "./program");
    } finally {
      Deno.chdir(cwd);
    }
  });
}

for (const target of ["/nowhere/program", "link"]) {
  Deno.test(`which() refuses a link to ${target}`, () => {
    using folder = new Folder({});
    const link = `${folder.path}/link`;
    Deno.symlinkSync(target, link);
    const reason = "it is a link that leads to no file";
    assertThrows(() => which(link, { path: "", os: "linux" }), UsageError, reason);
  });
}

const FAILURES: [command: string, entries: Record<string, number | "folder">, reason: string][] = [
  ["program", {}, '"program": it is not in PATH'],
  ["program", { program: 0o644 }, '"program": it is not executable'],
  ["program", { program: "folder" }, '"program": it is not in PATH'],
  ["", {}, '""'],
  ["FOLDER/program", {}, "there is no such file"],
  ["FOLDER/program", { program: 0o644 }, "it is not executable"],
  ["FOLDER/program", { program: "folder" }, "it is a folder"],
  ["FOLDER/", {}, "it is a folder"],
  ["/dev/null", {}, "it is not a file"],
  ["a\0b", {}, "it is not in PATH"],
];
for (const [command, entries, reason] of FAILURES) {
  Deno.test(`which() refuses ${JSON.stringify(command)} in ${JSON.stringify(entries)}: ${reason}`, () => {
    using folder = new Folder(entries);
    const named = command.replace("FOLDER", folder.path);
    const options = { path: folder.path, os: "linux" } as const;
    const error = assertThrows(() => which(named, options), UsageError, reason);
    assertEquals(error.exitCode, 1);
  });
}
