import { assertEquals } from "@std/assert";
import { oneLine } from "../../lib/base/one_line.ts";
import { quoteWord } from "../../lib/base/quote_word.ts";
import { needing } from "../support/programs.ts";

const WORDS = [
  "plain",
  "two words",
  "it's",
  "\x1b[2J",
  "\x1b1\n2\r3\x7f",
  "a'\\\x07'b",
  "x\u202egnp.exe\u2028y",
  "\x85\x9bä",
];
for (const word of WORDS) {
  Deno.test({
    ...needing(
      `quoteWord() shows ${JSON.stringify(word)} on one line, and bash reads it again`,
      "bash",
    ),
    async fn() {
      const quoted = quoteWord(word);
      assertEquals(oneLine(quoted), quoted);
      const env = { LC_ALL: "C.UTF-8" };
      const args = ["-c", `printf %s ${quoted}`];
      const { stdout } = await new Deno.Command("bash", { args, env }).output();
      assertEquals(new TextDecoder().decode(stdout), word);
    },
  });
}
