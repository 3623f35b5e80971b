import { assertEquals, assertThrows } from "@std/assert";
import { FLAGS } from "../../lib/handlers/flags.ts";
import { HANDLER_NAMES, kindNamed } from "../../lib/handlers/registry.ts";
import type { Option } from "../../lib/options/option.ts";
import { readOption } from "../../lib/options/read_option.ts";
import { optionSchema, readJson } from "../../lib/options/schema.ts";
import { ValueError } from "../../lib/options/value_error.ts";

// What counts in a unit, by the word that the documentation has for its value.
const MEASURED: [values: RegExp, said: string, alone: Record<string, string>][] = [
  [/^(BYTES|SIZE)$/, "64K", { "": "65536" }],
  [/^(BYTES|SIZE)$/, "1MiB", { "": "1048576" }],
  [/^(MS|TIME|SECONDS)$/, "90s", { SECONDS: "90", "": "90000" }],
  [/^(MS|TIME|SECONDS)$/, "2m", { SECONDS: "120", "": "120000" }],
];
const ROWS = [...FLAGS, ...HANDLER_NAMES.flatMap((name) => kindNamed(name).options)];

for (const [values, said, alone] of MEASURED) {
  const rows = new Map(ROWS.filter(({ value = "" }) => values.test(value)).map((o) => [o.name, o]));
  for (const option of rows.values()) {
    const plain = alone[option.value ?? ""] ?? alone[""];
    Deno.test(`readOption() takes ${said} for ${option.name}, which is ${plain}, as all that have its unit`, () => {
      assertEquals(readOption(option, [said]), readOption(option, [`${plain}`]));
      // In a file, it is a number or a text.
      const schema = optionSchema(option);
      assertEquals(schema.safeParse(said).success, true);
      assertEquals(schema.safeParse(Number(plain)).success, true);
      assertEquals(readJson(option, said), readJson(option, Number(plain)));
    });
  }
}

const BYTES: Option = { name: "o", kind: "number", unit: "bytes", least: 1, doc: "" };
const MS: Option = { name: "o", kind: "number", unit: "ms", most: 86_400_000, doc: "" };
const SECONDS: Option = { name: "o", kind: "number", unit: "s", doc: "" };
const BYTE_RATE: Option = { name: "o", kind: "rate", unit: "bytes", doc: "" };
const RATE: Option = { name: "o", kind: "rate", doc: "" };

const READ: [option: Option, text: string, value: unknown][] = [
  [BYTES, "+7", 7],
  [BYTES, "2G", 2 ** 31],
  [BYTES, "1KiB", 1024],
  [MS, "20s", 20_000],
  [MS, "1.5s", 1_500],
  [MS, "24h", 86_400_000],
  [SECONDS, "7", 7],
  [SECONDS, "10s", 10],
  [SECONDS, "1.5m", 90],
  [SECONDS, "3000ms", 3],
  [BYTE_RATE, "64K", { perSecond: 65_536, burst: 327_680 }],
  [BYTE_RATE, "64K:1MiB", { perSecond: 65_536, burst: 1_048_576 }],
  [BYTE_RATE, "1000:64K", { perSecond: 1_000, burst: 65_536 }],
  [BYTE_RATE, "0.5:64", { perSecond: 0.5, burst: 64 }],
  [BYTE_RATE, "0", { perSecond: 0, burst: 1 }],
];
for (const [option, text, value] of READ) {
  const { kind, unit } = option;
  Deno.test(`readOption() makes ${JSON.stringify(value)} of "${text}", a ${kind} of ${unit}`, () => {
    assertEquals(readOption(option, [text]), value);
    assertEquals(readJson(option, text), value);
  });
}

const REFUSED: [option: Option, text: string, expected: string][] = [
  [BYTES, "64MB", "a whole number, also with K, M or G"],
  [BYTES, "64m", "a whole number, also with K, M or G"],
  [BYTES, "1.5M", "a whole number, also with K, M or G"],
  [BYTES, "64iB", "a whole number, also with K, M or G"],
  [BYTES, "0K", "a whole number, 1 or more, also with K, M or G"],
  [MS, "25h", "a whole number, 0 to 86400000, also with ms, s, m or h"],
  [MS, "1d", "a whole number, also with ms, s, m or h"],
  [MS, "forever", "a whole number, also with ms, s, m or h"],
  [MS, "1.5", "a whole number, also with ms, s, m or h"],
  [SECONDS, "1500ms", "a whole number, also with ms, s, m or h"],
  [SECONDS, "1.5", "a whole number, also with ms, s, m or h"],
];
for (const [option, text, expected] of REFUSED) {
  Deno.test(`readOption() does not take "${text}" for ${option.unit}: expected ${expected}`, () => {
    const error = assertThrows(() => readOption(option, [text]), ValueError);
    assertEquals([error.expected, error.text], [expected, text]);
    assertEquals(optionSchema(option).safeParse(text).success, false);
  });
}

for (const [option, text] of [[BYTE_RATE, "64MB"], [BYTE_RATE, "1K:"], [RATE, "1K"]] as const) {
  Deno.test(`readOption() does not take "${text}" for a rate of ${option.unit}`, () => {
    assertThrows(() => readOption(option, [text]), ValueError, "a number for each second");
  });
}
