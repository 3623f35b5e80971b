import { assertEquals } from "@std/assert";
import { programFault } from "../../lib/process/program_fault.ts";
import { needing } from "../support/programs.ts";

/** The head of a program in ELF for a machine, which names no loader. */
function elfFor(machine: number): Uint8Array {
  const head = new Uint8Array(64);
  head.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  head.set([2, 0, machine & 0xff, machine >> 8], 16);
  return head;
}

const ENV = "#!/usr/bin/env";
const CRLF = "it has a Windows line end after its first line";
/** `DIR` is the folder of the program. */
const FAULTS: [program: string | Uint8Array, fault: string | undefined][] = [
  ["#!/bin/sh\necho\n", undefined],
  ["#! \t/bin/sh -e\necho\n", undefined],
  ["#!/bin/sh", undefined],
  // The system hands these to sh.
  ["echo\n", undefined],
  ["#!\necho\n", undefined],
  ["#!\r\necho\n", "it has a Windows line end after its first line"],
  ["", "it is empty"],
  ["\ufeff#!/bin/sh\n", "it has a byte order mark before its first line"],
  ["#!/bin/sh\r\necho\r\n", CRLF],
  ["#!/bin/sh -e\r\necho\r\n", CRLF],
  [`${ENV} sh\r\necho\r\n`, CRLF],
  ["#!/bin/sh\necho\r\n", undefined],
  // Perl takes it for space.
  ["#!DIR/perl -w\r\n", undefined],
  ["#!/nosuch/sh\n", 'its interpreter "/nosuch/sh" is missing'],
  ["#!nosuch\n", 'its interpreter "nosuch" is missing'],
  ["#!perl\n", undefined],
  ["#!/dev\n", 'its interpreter "/dev" is a folder'],
  ["#!/dev/null\n", 'its interpreter "/dev/null" is not a file'],
  ["#!DIR/plain\n", 'its interpreter "DIR/plain" is not executable'],
  ["#!DIR/crlf\n", 'its interpreter "DIR/crlf" has a Windows line end after its first line'],
  ["#!DIR/program\n", undefined],
  [`${ENV} sh\n`, undefined],
  [`${ENV} -S sh -e\n`, undefined],
  [`${ENV} -S A=b sh -e\n`, undefined],
  [`${ENV} nosuch\n`, 'its interpreter "nosuch" is not in PATH'],
  [`${ENV} -S nosuch -e\n`, 'its interpreter "nosuch" is not in PATH'],
  [`${ENV} -SA=b nosuch -e\n`, 'its interpreter "nosuch" is not in PATH'],
  [
    `${ENV} sh -e\n`,
    'its interpreter "sh -e" is not in PATH (did you mean: #!/usr/bin/env -S sh -e)',
  ],
  [`${ENV} plain\n`, 'its interpreter "plain" is not executable'],
  [`${ENV} crlf\n`, 'its interpreter "DIR/crlf" has a Windows line end after its first line'],
  // Options of env can change where it looks.
  [`${ENV} -i nosuch\n`, undefined],
  [`${ENV} -S -i nosuch\n`, undefined],
  [ENV, undefined],
];
if (Deno.build.os === "linux") {
  const { arch } = Deno.build;
  const [own, other, name] = arch === "x86_64" ? [62, 183, "ARM 64"] : [183, 62, "x86-64"];
  FAULTS.push(
    [elfFor(own), undefined],
    [elfFor(other), `it is a program for ${name}, and this is ${arch}`],
    [elfFor(0xfffe), `it is a program for another machine, and this is ${arch}`],
    // Less than a head: nothing is known of it.
    [elfFor(other).subarray(0, 20), undefined],
  );
}
for (const [program, fault] of FAULTS) {
  const shown = typeof program === "string"
    ? JSON.stringify(program)
    : `ELF ${program.subarray(16, 20)} of ${program.length} bytes`;
  Deno.test(`programFault() of ${shown}: ${fault ?? "none"}`, async () => {
    const folder = await Deno.realPath(await Deno.makeTempDir());
    try {
      const files = { perl: "", plain: "", crlf: "#!/bin/sh\r\n", program };
      for (const [file, text] of Object.entries(files)) {
        const bytes = typeof text === "string"
          ? new TextEncoder().encode(text.replace("DIR", folder) || (file === "perl" ? "x" : ""))
          : text;
        await Deno.writeFile(`${folder}/${file}`, bytes);
        await Deno.chmod(`${folder}/${file}`, file === "plain" ? 0o644 : 0o755);
      }
      const path = `${folder}:/usr/bin:/bin`;
      assertEquals(
        programFault(`${folder}/program`, { cwd: folder, path }),
        fault?.replace("DIR", folder),
      );
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

Deno.test({
  ...needing("programFault() names a loader that is missing", "true"),
  ignore: Deno.build.os !== "linux" || Deno.build.arch !== "x86_64",
  async fn() {
    const bytes = await Deno.readFile("/bin/true");
    const text = new TextDecoder("latin1").decode(bytes);
    const [loader = ""] = /\/lib64\/ld-[\w.-]+/.exec(text) ?? [];
    const other = `/nosuch/${loader.slice("/nosuch/".length)}`;
    const program = await Deno.makeTempFile();
    try {
      assertEquals(programFault("/bin/true", { path: undefined }), undefined);
      bytes.set(new TextEncoder().encode(other), text.indexOf(loader));
      await Deno.writeFile(program, bytes);
      const fault = `its loader "${other}" is missing: it was made for another system`;
      assertEquals(programFault(program, { path: undefined }), fault);
    } finally {
      await Deno.remove(program);
    }
  },
});

Deno.test("programFault() says nothing of a program that may not be read", () => {
  assertEquals(programFault("/nosuch", { path: undefined }), undefined);
});
