import { type Close, closeOf, endingOf, type Outcome } from "../../process/status.ts";

/**
 * The end of a process as all of its clients hear of it.
 *
 * @returns undefined where it was the server's will: then nobody asks how it ended.
 */
export function ownEnd(how: Outcome): Close | undefined {
  if (how.told && how.timeout === undefined || how.shutdown) return undefined;
  const by = how.told ? undefined : "program";
  return { ...closeOf(how), ending: { by, ...endingOf(how.status) } };
}
