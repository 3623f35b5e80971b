import { SIZES } from "./size_text.ts";

/** Bytes of a text, as `64K`; undefined where it is none. */
export function readSize(text: string): number | undefined {
  const [, digits = "NaN", unit = ""] = /^(\d+)([KMG]?)$/.exec(text) ?? [];
  const size = Number(digits) * SIZES[unit as keyof typeof SIZES];
  return Number.isSafeInteger(size) ? size : undefined;
}
