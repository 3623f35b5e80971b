import { assertEquals, assertThrows } from "@std/assert";
import { authTexts, parseAuths } from "../../lib/options/auths.ts";
import { ValueError } from "../../lib/options/value_error.ts";

Deno.test("parseAuths() reads each, its file with all its colons, and authTexts() says the same", () => {
  const texts = ["token:a", "token:C:\\b:c"];
  const specs = parseAuths(texts);
  assertEquals(specs, [{ kind: "token", rest: "a" }, { kind: "token", rest: "C:\\b:c" }]);
  assertEquals(authTexts(specs), texts);
});

Deno.test("parseAuths() takes none for nobody that would be asked", () => {
  assertEquals(parseAuths(["none"]), []);
  assertEquals(authTexts([]), ["none"]);
});

const WRONG: [texts: string[], text: string, expected: RegExp][] = [
  [[], "", /basic:FILE, token:FILE.*, or none$/],
  [[""], "", /basic:FILE, token:FILE.*, or none$/],
  [["tokn:a"], "tokn", /basic:FILE, token:FILE.*, or none$/],
  [["Token:a"], "Token", /basic:FILE, token:FILE.*, or none$/],
  [["token:a", "b"], "b", /basic:FILE, token:FILE.*, or none$/],
  [["token"], "token", /^token:FILE$/],
  [["token:"], "token:", /^token:FILE$/],
  [["none", "token:a"], "none", /^none alone$/],
  [["none:a"], "none:a", /^none alone$/],
];
for (const [texts, text, expected] of WRONG) {
  Deno.test(`parseAuths() refuses ${JSON.stringify(texts)}`, () => {
    const error = assertThrows(() => parseAuths(texts), ValueError);
    assertEquals([error.text, expected.test(error.expected)], [text, true], error.expected);
  });
}
