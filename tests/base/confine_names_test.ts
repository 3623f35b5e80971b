import { assertEquals } from "@std/assert";
import { isBelow, isPlainName } from "../../lib/base/confine.ts";

type Os = typeof Deno.build.os;

const NAMES: [segment: string, linux: boolean, windows: boolean][] = [
  ["program", true, true],
  ["program.sh", true, true],
  [".hidden", true, true],
  ["...", true, false],
  ["..a", true, true],
  ["a..", true, false],
  ["a.", true, false],
  ["a ", true, false],
  [".. ", true, false],
  ["a. .", true, false],
  ["a b", true, true],
  ["ü", true, true],
  ["-rf", true, true],
  ["%2e%2e", true, true],
  [".", false, false],
  ["..", false, false],
  ["a/b", false, false],
  ["../a", false, false],
  ["/", false, false],
  ["a\0", false, false],
  ["\0", false, false],
  ["a\\b", true, false],
  ["..\\a", true, false],
  ["\\\\server\\share", true, false],
  ["C:", true, false],
  ["C:a", true, false],
  ["program.exe::$DATA", true, false],
  ["a*", true, false],
  ["a?", true, false],
  ["a|b", true, false],
  ["<a>", true, false],
  ['"a"', true, false],
  ["a\nb", true, false],
  ["con", true, false],
  ["NUL", true, false],
  ["nul.txt", true, false],
  ["Aux.tar.gz", true, false],
  ["com1", true, false],
  ["COM0.log", true, false],
  ["lpt9", true, false],
  ["LPT¹", true, false],
  ["nul .txt", true, false],
  ["CONIN$", true, false],
  ["conout$.txt", true, false],
  ["console", true, true],
  ["com", true, true],
  ["com10", true, true],
  ["null", true, true],
  ["a.nul", true, true],
];
for (const [segment, linux, windows] of NAMES) {
  Deno.test(`isPlainName() tells whether ${JSON.stringify(segment)} stays in its folder`, () => {
    assertEquals(isPlainName(segment, "linux"), linux);
    assertEquals(isPlainName(segment, "darwin"), linux);
    assertEquals(isPlainName(segment, "windows"), windows);
  });
}

const PATHS: [folder: string, path: string, os: Os, below: boolean][] = [
  ["/srv/programs", "/srv/programs/a", "linux", true],
  ["/srv/programs", "/srv/programs/a/b", "linux", true],
  ["/srv/programs/", "/srv/programs/a", "linux", true],
  ["/", "/bin/ls", "linux", true],
  ["/srv/programs", "/srv/programs", "linux", false],
  ["/srv/programs", "/srv/programs-of-others/a", "linux", false],
  ["/srv/programs", "/srv/program", "linux", false],
  ["/srv/programs", "/srv", "linux", false],
  ["/srv/programs", "/etc/passwd", "linux", false],
  ["/srv/programs", "/mnt/srv/programs/a", "linux", false],
  ["/srv/programs", "/SRV/programs/a", "linux", false],
  ["C:\\programs", "C:\\programs\\a.exe", "windows", true],
  ["C:\\", "C:\\a.exe", "windows", true],
  ["C:\\programs", "C:\\programs2\\a.exe", "windows", false],
  ["C:\\programs", "D:\\programs\\a.exe", "windows", false],
];
for (const [folder, path, os, below] of PATHS) {
  Deno.test(`isBelow() says ${below} to ${path} in ${folder} on ${os}`, () => {
    assertEquals(isBelow(folder, path, os), below);
  });
}
