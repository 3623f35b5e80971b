import { shown } from "../base/shown.ts";
import { variableFault } from "../base/variable_fault.ts";
import type { Known } from "../contract.ts";

const TEXTS = ["subject", "user", "authType"] as const;

/**
 * Checks the verdict of a guard. A guard of somebody's own may not have been checked for its types, and one
 * that says something else, as `false`, most likely means to refuse: nothing is let in by mistake.
 *
 * @returns Of what it knows, nothing else: the rest of the request is not the guard's to change.
 * @throws {TypeError} If it is nothing that a guard can say.
 */
export function checkedVerdict(verdict: unknown): Response | Partial<Known> | undefined {
  if (verdict === undefined || verdict instanceof Response) return verdict;
  if (typeof verdict === "object" && verdict !== null) {
    const said = verdict as Readonly<Record<string, unknown>>;
    const { headers, authUntil } = said;
    const texts = TEXTS.filter((name) => said[name] !== undefined);
    const known: Partial<Known> = {
      ...Object.fromEntries(texts.map((name) => [name, said[name]])),
      ...(headers instanceof Headers ? { headers } : {}),
      ...(typeof authUntil === "number" ? { authUntil } : {}),
      ...(said.variables === undefined ? {} : { variables: checkedVariables(said.variables) }),
    };
    const isText = texts.every((name) => typeof said[name] === "string");
    const isGood = isText && (headers === undefined || headers instanceof Headers) &&
      (authUntil === undefined || Number.isFinite(authUntil));
    if (isGood && Object.keys(known).length > 0) return known;
  }
  throw new TypeError(
    `A guard returned ${
      shownVerdict(verdict)
    }: expected nothing, a Response, or an object with subject, user or authType, which are texts, authUntil, which is a number, headers, which are Headers, or variables`,
  );
}

/** A verdict as a log may have it: headers and variables may be secrets, and the runtime shows headers at any depth. */
function shownVerdict(verdict: unknown): string {
  const hasHeaders = typeof verdict === "object" && verdict !== null && "headers" in verdict &&
    verdict.headers instanceof Headers;
  return shown(hasHeaders ? { ...verdict, headers: {} } : verdict, 0);
}

/** Variables as a program can have them. Their values may be secrets: they stand in no message. */
function checkedVariables(variables: unknown): Known["variables"] {
  if (typeof variables !== "object" || variables === null) {
    throw new TypeError(`A guard returned ${shown(variables)} as variables: expected an object`);
  }
  for (const [name, value] of Object.entries(variables)) {
    const fault = variableFault(name) ??
      (typeof value === "string" ? undefined : `it is a text, not ${typeof value}`);
    if (fault) throw new TypeError(`A guard cannot set the variable ${shown(name)}: ${fault}`);
  }
  return { ...variables };
}
