import { LAYERED } from "../handlers/flags.ts";
import { variableOf } from "./environment.ts";
import type { Reading } from "./read_config.ts";

/** Warnings for the log about variables that say nothing. */
export async function warningsOf({ unknown, unset }: Reading): Promise<string[]> {
  const warnings: string[] = [];
  if (unset.length > 0) {
    warnings.push(`Warning: these variables count as not set: ${unset.join(", ")}`);
  }
  if (unknown.length > 0) {
    const { closest } = await import("./closest.ts");
    const known = LAYERED.map(variableOf);
    const names = unknown.map((name) => name + closest(name, known));
    warnings.push(`Warning: no option has the name of these variables: ${names.join(", ")}`);
  }
  return warnings;
}
