import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../lib/base/errors.ts";
import { splitCommand } from "../../lib/base/split_command.ts";

/** Commands without anything that a shell would expand. */
const COMMANDS = [
  "ls -l",
  `sh -c "echo \\$HOME"`,
  `sh -c "echo I am \\$\\$; cat"`,
  `awk "{ print \\$1 }"`,
  `awk '{ print \\$1 }'`,
  `a \\$b "c\\\\$" "\\\\\\$d"`,
  `"one\\\ntwo"`,
  `"\\a \\" \\' \\\`x\\\`"`,
  `'"\\$x"' "'\\$y'" \\"\\$z`,
  `a"b"'c'\\ d ""`,
  `say "bücher 🎉" ''`,
];
for (const command of COMMANDS) {
  Deno.test({
    name: `splitCommand() divides ${JSON.stringify(command)} as a shell does`,
    ignore: Deno.build.os === "windows",
    async fn() {
      const script = `for word in ${command}; do printf '%s\\0' "$word"; done`;
      const { stdout, success } = await new Deno.Command("sh", { args: ["-c", script] }).output();
      assertEquals(success, true);
      const words = new TextDecoder().decode(stdout).split("\0").slice(0, -1);
      assertEquals(splitCommand(command, "a route"), words);
    },
  });
}

for (const command of [`"a`, `'a`, `a "b\\"`, `'it's'`]) {
  Deno.test(`splitCommand() refuses ${command}, whose quotation is not closed`, () => {
    const message = "Cannot split the words of a route: a quotation is not closed";
    assertThrows(() => splitCommand(command, "a route"), UsageError, message);
  });
}

Deno.test("splitCommand() expands nothing", () => {
  const words = ["$HOME", "*", "~", "`ls`", "$(ls)", "a;b", ">c", "$x"];
  assertEquals(splitCommand('$HOME * ~ `ls` $(ls) a;b >c "$x"', "a route"), words);
});
