import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../lib/base/errors.ts";
import { realFolder } from "../../lib/base/folder.ts";

/** A temporary folder with things in it, removed at the end. */
class Things implements Disposable {
  readonly top: string;

  constructor() {
    this.top = Deno.realPathSync(Deno.makeTempDirSync());
    Deno.mkdirSync(`${this.top}/folder/inner`, { recursive: true });
    Deno.writeTextFileSync(`${this.top}/file`, "");
    const links = { "to-folder": "folder", "to-file": "file", dangling: "nothing", loop: "loop" };
    for (const [name, target] of Object.entries(links)) {
      Deno.symlinkSync(target, `${this.top}/${name}`);
    }
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.top, { recursive: true });
  }
}

const FOLDERS: [name: string, real: string][] = [
  ["/folder", "/folder"],
  ["/folder/", "/folder"],
  ["/folder/inner/../../folder", "/folder"],
  ["/to-folder", "/folder"],
  ["/to-folder/inner", "/folder/inner"],
  ["", ""],
];
for (const [name, real] of FOLDERS) {
  Deno.test(`realFolder() finds that ${JSON.stringify(name)} is ${JSON.stringify(real)}`, () => {
    using things = new Things();
    assertEquals(realFolder(things.top + name, "static content from"), things.top + real);
  });
}

Deno.test("realFolder() makes a relative path absolute", () => {
  assertEquals(realFolder(".", "static content from"), Deno.realPathSync(Deno.cwd()));
});

const REFUSED: [name: string, why: string][] = [
  ["nothing", "No such file or directory"],
  ["nothing/inner", "No such file or directory"],
  ["dangling", "No such file or directory"],
  ["loop", "symbolic links"],
  ["file", "it is not a directory"],
  ["to-file", "it is not a directory"],
  ["file/inner", "Not a directory"],
  ["a\0b", ""],
];
for (const [name, why] of REFUSED) {
  Deno.test(`realFolder() refuses ${JSON.stringify(name)} with exit code 1`, () => {
    using things = new Things();
    const folder = `${things.top}/${name}`;
    const error = assertThrows(() => realFolder(folder, "CGI scripts from"), UsageError, why);
    assertEquals(error.exitCode, 1);
    const start = `Cannot serve CGI scripts from "${folder}": `;
    assertEquals(error.message.slice(0, start.length), start);
  });
}

Deno.test("realFolder() refuses an empty name", () => {
  assertThrows(
    () => realFolder("", "from directory"),
    UsageError,
    'Cannot serve from directory ""',
  );
});
