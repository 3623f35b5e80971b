/** A value that an option does not take. */
export class ValueError extends Error {
  override readonly name = "ValueError";
  /** What it takes. */
  readonly expected: string;
  /** What it was given. */
  readonly text: string;

  /** @param expected What the option takes, to follow “expected”. */
  constructor(expected: string, text: string) {
    super(`Invalid value "${text}": expected ${expected}`);
    this.expected = expected;
    this.text = text;
  }
}
