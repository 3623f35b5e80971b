/** The way in which programs of a name buffer their output, and how a person can change that. */
export interface Habit {
  readonly name: RegExp;
  /**
   * The one that buffers: `python` and `perl`, which a variable can tell not to; `stdio`, that of the C library; `own`, where
   * it either does not, or no variable changes it.
   */
  readonly buffer: "python" | "perl" | "stdio" | "own";
  /** A way out for its author. */
  readonly remedy?: string;
}

/** Habits of programs that are known by name; all others count as `stdio`, where they use the C library. */
export const HABITS: readonly Habit[] = [
  {
    name: /^(?:python|pypy)[\d.]*$/,
    buffer: "python",
    remedy: "python3 -u, or print(…, flush=True)",
  },
  { name: /^perl[\d.]*$/, buffer: "perl", remedy: "$| = 1" },
  { name: /^ruby[\d.]*$/, buffer: "own", remedy: "$stdout.sync = true" },
  { name: /^[mg]?awk$/, buffer: "stdio", remedy: "fflush(), and of mawk -W interactive" },
  { name: /^[ef]?grep$/, buffer: "stdio", remedy: "grep --line-buffered" },
  { name: /^g?sed$/, buffer: "stdio", remedy: "sed -u" },
  { name: /^jq$/, buffer: "stdio", remedy: "jq --unbuffered" },
  // They write at once.
  { name: /^(?:php[\d.]*|node|nodejs|deno|bun|java)$/, buffer: "own" },
];

/** The habit of a program. */
export function habitOf(name: string): Habit | undefined {
  return HABITS.find((habit) => habit.name.test(name));
}
