/** The outcome of a case, as Autobahn tells it: how the frames were, and how the end was. */
export interface Outcome {
  readonly behavior: string;
  readonly behaviorClose: string;
}

/** A case, or with `*` at its end some of them, that a run cannot pass. */
export interface Exception {
  readonly run: string;
  readonly cases: string;
}

const PASSED = new Set(["OK", "NON-STRICT", "INFORMATIONAL"]);

/** Reads the list: a run, its cases and the reason in each line, and comments behind `#`. */
export function exceptionsIn(list: string): Exception[] {
  const lines = list.split("\n").map((line) => line.trim()).filter((line) => /^[^#]/.test(line));
  return lines.map((line) => {
    const [run = "", cases = "", reason] = line.split(/\s+/);
    if (reason === undefined) throw new Error(`Cannot read "${line}": expected RUN CASES REASON`);
    return { run, cases };
  });
}

/**
 * Finds what is not as it should be: cases that fail and are not in the list, and those that are in it and pass.
 *
 * @returns A line for each, in the order of the cases.
 */
export function judge(
  run: string,
  outcomes: ReadonlyMap<string, Outcome>,
  list: readonly Exception[],
): string[] {
  const own = list.filter((it) => it.run === run);
  const lines: string[] = [];
  for (const [id, { behavior, behaviorClose }] of outcomes) {
    const passes = PASSED.has(behavior) && PASSED.has(behaviorClose);
    const isListed = own.some(({ cases }) => matches(id, cases));
    if (passes && isListed) lines.push(`${id}: passes, and is in the list of those that cannot`);
    if (!passes && !isListed) lines.push(`${id}: ${behavior}, its end ${behaviorClose}`);
  }
  for (const { cases } of own) {
    if ([...outcomes.keys()].some((id) => matches(id, cases))) continue;
    lines.push(`${cases}: is in the list, and was not tried`);
  }
  return lines;
}

function matches(id: string, cases: string): boolean {
  return cases.endsWith("*") ? id.startsWith(cases.slice(0, -1)) : id === cases;
}
