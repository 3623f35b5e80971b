/** A value that an option does not take. */
export class ValueError extends Error {
  override readonly name = "ValueError";
  /** The values that the option takes, in words. */
  readonly expected: string;
  /** The text that it was given. */
  readonly text: string;
  /** The values that there are, where they can be counted. */
  readonly known: readonly string[];

  /** @param expected The values that the option takes, to follow “expected”. */
  constructor(expected: string, text: string, known: readonly string[] = []) {
    super(`Invalid value "${text}": expected ${expected}`);
    this.expected = expected;
    this.text = text;
    this.known = known;
  }
}
