/** The variable that a program has a claim in. */
export function claimVariable(claim: string): string {
  return `CLAIM_${claim.toUpperCase().replace(/[^A-Z0-9]/g, "_")}`;
}

/**
 * Claims as variables: a text as it is, anything else as JSON, and empty where the token has no such claim.
 *
 * @param names The claims that are wanted.
 */
export function claimVariables(
  claims: Readonly<Record<string, unknown>>,
  names: readonly string[],
): Record<string, string> {
  return Object.fromEntries(names.map((name) => {
    const claim = Object.hasOwn(claims, name) ? claims[name] : undefined;
    return [claimVariable(name), typeof claim === "string" ? claim : JSON.stringify(claim) ?? ""];
  }));
}
