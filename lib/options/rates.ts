import { BURST_SECONDS, type Rate } from "../base/token_bucket.ts";

/** The form of a rate, to follow “expected”. */
export const RATE =
  "a number for each second, as 10 or 0.5, or with how many may come at once, 1 or more, as 10:50";

/**
 * Reads a rate. Where nobody says how many may come at once, these are as many as may in some seconds.
 *
 * @returns undefined where it is none.
 */
export function parseRate(text: string): Rate | undefined {
  const [, rate = "NaN", burst] = /^(\d{1,15}(?:\.\d+)?)(?::(\d{1,15}))?$/.exec(text) ?? [];
  const perSecond = Number(rate);
  if (Number.isNaN(perSecond)) return undefined;
  if (burst !== undefined) return { perSecond, burst: Number(burst) };
  return { perSecond, burst: Math.max(1, Math.ceil(BURST_SECONDS * perSecond)) };
}

/** A rate as it can be read. */
export function rateText({ perSecond, burst }: Rate): string {
  return `${perSecond}:${burst}`;
}
