import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { UsageError } from "../../lib/base/errors.ts";
import { checkPlaceholders } from "../../lib/process/check_placeholders.ts";

/** What a client could run anything with. */
const REFUSED: string[][] = [
  ["sh", "-c", "echo {x}"],
  ["/bin/sh", "-c", "echo {x}"],
  ["bash", "-c", "{x}"],
  ["bash", "-ec", "echo {x}"],
  ["bash", "-xce", "echo {x}"],
  ["bash", "-e", "-o", "pipefail", "-c", "echo {x}"],
  ["bash", "-c", "-o", "pipefail", "echo {x}"],
  ["bash", "--norc", "-c", "--", "echo {x}"],
  ["bash", "+e", "-c", "echo {x}"],
  ["bash", "-c", 'echo "{x}"'],
  ["bash", "-c", "echo '{x}'"],
  ["bash", "-{x}"],
  ["bash", "{x}"],
  ["bash", "--", "{x}"],
  ["bash", "scripts/{x}.sh"],
  ["dash", "-c", "echo {x}"],
  ["zsh", "-c", "echo {x}"],
  ["ksh", "-c", "echo {x}"],
  ["ash", "-c", "echo {x}"],
  ["tcsh", "-c", "echo {x}"],
  ["fish", "-c", "echo {x}"],
  ["fish", "--command=echo {x}"],
  ["python3", "-c", "print('{x}')"],
  ["python3", "-uc", "print('{x}')"],
  ["python", "-cprint('{x}')"],
  ["/usr/bin/python3.12", "-W", "ignore", "-c", "print('{x}')"],
  ["python3", "-m", "{x}"],
  ["python3", "{x}"],
  ["pypy3", "-c", "{x}"],
  ["perl", "-e", "print '{x}'"],
  ["perl", "-ne", "print '{x}'"],
  ["perl", "-lane", "print '{x}'"],
  ["perl", "-eprint '{x}'"],
  ["perl", "-M{x}", "-e", "1"],
  // It opens its arguments, and runs one that ends in a bar.
  ["perl", "-ne", "print", "--", "{x}"],
  ["perl", "-lpe", "1", "file", "{x}"],
  ["perl", "-n", "tool.pl", "{x}"],
  // It takes another -e of a client for one.
  ["perl", "-e", "print @ARGV", "{x}"],
  ["perl", "-e", "print @ARGV", "{x}a"],
  ["ruby", "-e", "puts '{x}'"],
  ["ruby", "-r{x}", "-e", "1"],
  ["node", "-e", "console.log('{x}')"],
  ["node", "--eval=console.log('{x}')"],
  ["node", "-pe", "'{x}'"],
  ["node", "-r", "{x}", "app.js"],
  ["node", "-e", "1", "{x}"],
  ["deno", "eval", "console.log('{x}')"],
  ["deno", "run", "-A", "{x}"],
  ["bun", "-e", "'{x}'"],
  ["php", "-r", "echo '{x}';"],
  ["lua", "-e", "print('{x}')"],
  ["awk", "{x}"],
  ["awk", "-F:", "/{x}/"],
  ["gawk", "-e", "{x}"],
  ["mawk", "BEGIN { print {x} }"],
  ["awk", "-f", "{x}"],
  ["sed", "s/a/{x}/"],
  ["sed", "-n", "{x}p"],
  ["sed", "-e", "s/a/{x}/", "file"],
  ["sed", "-e", "1p", "file", "{x}"],
  ["sed", "1p", "{x}"],
  // Behind another program.
  ["env", "bash", "-c", "echo {x}"],
  ["/usr/bin/env", "-i", "A=1", "bash", "-c", "echo {x}"],
  ["timeout", "5", "sh", "-c", "echo {x}"],
  ["nice", "-n", "5", "python3", "-c", "{x}"],
  ["sudo", "-u", "nobody", "/bin/bash", "-c", "echo {x}"],
  ["busybox", "sh", "-c", "echo {x}"],
  ["docker", "exec", "-i", "web", "sh", "-c", "echo {x}"],
  ["stdbuf", "-oL", "awk", "/{x}/"],
  ["env", "{x}"],
  ["env", "-S{x}"],
  ["env", "{x}", "bash", "./tool.sh"],
  ["env", "A=1", "{x}", "ls"],
  ["timeout", "5", "{x}"],
  ["nice", "-n", "5", "./{x}"],
  ["sudo", "{x}"],
  // What hands its words to a shell.
  ["ssh", "host", "ls", "{x}"],
  ["ssh", "{x}"],
  ["watch", "ls", "{x}"],
  ["make", "{x}"],
  ["su", "nobody", "-c", "ls {x}"],
  ["nohup", "ssh", "host", "{x}"],
  // The program itself.
  ["{x}"],
  ["./{x}"],
  ["bin/{x}.sh", "a"],
];
for (const command of REFUSED) {
  Deno.test(`checkPlaceholders() refuses ${JSON.stringify(command)}`, () => {
    const error = assertThrows(() => checkPlaceholders(command), UsageError, "a client could ");
    assertEquals([error.exitCode, error.message.includes("\n")], [1, false]);
    assertStringIncludes(error.message, "{x}");
  });
}

/** What is data there. */
const ADMITTED: string[][] = [
  ["cat", "{x}"],
  ["tail", "-f", "-n", "{n}", "--", "/var/log/{x}"],
  ["bash", "-c", 'echo "$1"', "bash", "{x}"],
  ["bash", "-c", 'echo "$0"', "{x}"],
  ["bash", "-ec", 'echo "$1"', "bash", "-c", "{x}"],
  ["bash", "-o", "pipefail", "-c", 'echo "$1"', "bash", "{x}"],
  ["bash", "-c", "echo {{x}} {} {a,b} ${A[0]}", "bash", "{x}"],
  ["bash", "./script.sh", "{x}"],
  ["bash", "./script.sh", "-c", "{x}"],
  ["bash", "--", "./script.sh", "{x}"],
  ["fish", "-c", "echo $argv[1]", "--", "{x}"],
  ["python3", "-c", "import sys; print(sys.argv[1])", "{x}"],
  ["python3", "-c", "import sys; print(sys.argv[1])", "-c", "{x}"],
  ["python3", "-u", "-W", "ignore", "tool.py", "-c", "{x}"],
  ["python3", "-m", "http.server", "{x}"],
  ["perl", "-e", "print $ARGV[0]", "--", "{x}"],
  ["perl", "tool.pl", "-e", "{x}"],
  ["ruby", "-e", "puts ARGV[0]", "--", "{x}"],
  ["node", "app.js", "-e", "{x}"],
  ["node", "--require", "./a.js", "app.js", "{x}"],
  ["node", "-e", "console.log(process.argv[1])", "--", "{x}"],
  ["deno", "run", "-A", "app.ts", "{x}"],
  ["php", "tool.php", "{x}"],
  ["awk", "-v", "x={x}", "{{print x}}"],
  ["awk", "-vx={x}", "{{print x}}", "file"],
  ["awk", "-F", "{x}", "{print $1}"],
  ["awk", "{print $1}", "file"],
  ["sed", "-e", "1p", "--", "{x}"],
  ["env", "X={x}", "bash", "-c", 'echo "$X"'],
  ["env", "X={x}", "./tool"],
  ["timeout", "5", "ls", "{x}"],
  ["nice", "-n", "5", "ls", "--", "{x}"],
  ["docker", "exec", "-i", "web", "cat", "{x}"],
  ["perl", "-MJSON::PP", "-e", "print $ARGV[0]", "--", "{x}"],
  ["timeout", "5", "bash", "-c", 'echo "$1"', "bash", "{x}"],
  // Not a program of that name.
  ["man", "bash", "{x}"],
  ["grep", "-r", "python3", "{x}"],
  ["./bash-like", "-c", "{x}"],
  ["echo", "-c", "{x}"],
];
for (const command of ADMITTED) {
  Deno.test(`checkPlaceholders() has nothing against ${JSON.stringify(command)}`, () => {
    checkPlaceholders(command);
    assert(command.length > 1);
  });
}

const ADVICE: [command: string[], message: string][] = [
  [
    ["bash", "-c", "echo {room}"],
    "Cannot put {room} into what bash runs, a client could run anything there: " +
    `write bash -c '… "$1" …' sh {room}, or read STDWS_PARAM_ROOM of the environment ` +
    "(braces that are no placeholder: {{room}})",
  ],
  [["/bin/sh", "-c", "{x}"], `write /bin/sh -c '… "$1" …' sh {x}, or read STDWS_PARAM_X of`],
  [["python3", "-c", "{x}"], "write python3 -c '… sys.argv[1] …' {x}, or"],
  [["awk", "{print}"], "write awk -v value={print} '… value …', or read STDWS_PARAM_PRINT of"],
  [["ssh", "host", "{a$b}"], "write a program that takes it, or read STDWS_PARAM_A_B of"],
  [["./{x}"], 'Cannot run "./{x}": a client could choose the program'],
];
for (const [command, message] of ADVICE) {
  Deno.test(`checkPlaceholders() shows a way for ${JSON.stringify(command)}`, () => {
    assertThrows(() => checkPlaceholders(command), UsageError, message);
  });
}

Deno.test("checkPlaceholders() shows ways that it has nothing against", () => {
  for (
    const program of ["sh", "fish", "python3", "perl", "ruby", "node", "php", "lua", "awk", "sed"]
  ) {
    const { message } = assertThrows(() => checkPlaceholders([program, "{x}"]), UsageError);
    const [, way = ""] = /write (.*), or read/.exec(message) ?? [];
    // Without the quotes, as a shell would pass it.
    const words = Array.from(way.matchAll(/'([^']*)'|\S+/g), ([word, quoted]) => quoted ?? word);
    assertEquals(words[0], program);
    checkPlaceholders(words);
  }
});
