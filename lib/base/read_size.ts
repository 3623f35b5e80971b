import { SIZES } from "./size_text.ts";

/** The form of a size: MB and m are none, as they are millions to some, and minutes to options of time. */
export const SIZE_FORM = /^(\d+)(?:([KMG])(?:iB)?)?$/;

/** Bytes of a text, as `64K`, or `64KiB`, which is the same; undefined where it is none. */
export function readSize(text: string): number | undefined {
  const [, digits = "NaN", unit = ""] = SIZE_FORM.exec(text) ?? [];
  const size = Number(digits) * SIZES[unit as keyof typeof SIZES];
  return Number.isSafeInteger(size) ? size : undefined;
}
