import type { IncomingRequest } from "../base/request.ts";
import { shown } from "../base/shown.ts";

/**
 * Checks the verdict of a guard. A guard of somebody's own may not have been checked for its types, and one
 * that says something else, as `false`, most likely means to refuse: nothing is let in by mistake.
 *
 * @throws {TypeError} If it is nothing that a guard can say.
 */
export function checkedVerdict(
  verdict: unknown,
): Response | Pick<IncomingRequest, "subject"> | undefined {
  if (verdict === undefined || verdict instanceof Response) return verdict;
  if (typeof verdict === "object" && verdict !== null && "subject" in verdict) {
    const { subject } = verdict;
    // Nothing else of it: the rest of the request is not the guard's to change.
    if (typeof subject === "string") return { subject };
  }
  throw new TypeError(
    `A guard returned ${
      shown(verdict)
    }: expected nothing, a Response, or an object with a text as its subject`,
  );
}
