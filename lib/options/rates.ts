import { readSize } from "../base/read_size.ts";
import { BURST_SECONDS, type Rate } from "../base/token_bucket.ts";
import type { Option } from "./option.ts";

/** The form of a rate, to follow “expected”. */
export const RATE =
  "a number for each second, as 10 or 0.5, or with how many may come at once, 1 or more, as 10:50";

/**
 * Reads a rate. Where nobody says how many may come at once, these are as many as may in some seconds.
 *
 * @param unit What it counts: bytes can be said as `64K`.
 * @returns undefined where it is none.
 */
export function parseRate(text: string, unit?: Option["unit"]): Rate | undefined {
  const [, rate = "", burst] = /^([^:]+)(?::([^:]+))?$/.exec(text) ?? [];
  const perSecond = readAmount(rate, /^\d{1,15}(\.\d+)?$/, unit);
  if (perSecond === undefined) return undefined;
  if (burst === undefined) {
    return { perSecond, burst: Math.max(1, Math.ceil(BURST_SECONDS * perSecond)) };
  }
  const atOnce = readAmount(burst, /^\d{1,15}$/, unit);
  return atOnce === undefined ? undefined : { perSecond, burst: atOnce };
}

function readAmount(text: string, form: RegExp, unit: Option["unit"]): number | undefined {
  if (form.test(text)) return Number(text);
  return unit === "bytes" ? readSize(text) : undefined;
}

/** A rate as it can be read. */
export function rateText({ perSecond, burst }: Rate): string {
  return `${perSecond}:${burst}`;
}
