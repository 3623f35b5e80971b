import { assertEquals } from "@std/assert";
import { importsIn } from "../../../lib/handlers/modules/imports.ts";

const TEXTS: [text: string, found: string[]][] = [
  [`import a from "./a.ts";`, ["./a.ts 1:15"]],
  [`import './a.ts'`, ["./a.ts 1:8"]],
  [`\n  import { a } from './a.ts'`, ["./a.ts 2:21"]],
  [`import {\n  a,\n} from "./a.ts";`, ["./a.ts 3:8"]],
  [`import * as a from "npm:a";import b from"b"`, ["npm:a 1:20", "b 1:41"]],
  [`export * from "./a.ts";\nexport { b } from "./b.ts";`, ["./a.ts 1:15", "./b.ts 2:19"]],
  [`import a, { b } from "a" with { type: "json" };`, ["a 1:22"]],
  [`const a = "import";\nexport const b = "./b.ts";\nexport default "./c.ts";`, []],
  [`await import("./a.ts");`, []],
  [`console.log("no import from \\"a\\"");`, []],
];
for (const [text, found] of TEXTS) {
  Deno.test(`importsIn() finds ${found.length} in ${JSON.stringify(text)}`, () => {
    assertEquals(
      importsIn(text).map(({ specifier, line, column }) => `${specifier} ${line}:${column}`),
      found,
    );
  });
}
