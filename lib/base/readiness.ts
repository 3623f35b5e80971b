/** One of the conditions on which a server takes what comes. */
export interface Condition {
  readonly name: string;
  /** The reason why it does not hold; undefined where it does. */
  readonly lacks: string | undefined;
}

/** The conditions on which a server takes what comes, each of which is looked at when somebody asks. */
export class Readiness {
  readonly #conditions = new Map<string, () => string | undefined>();

  /**
   * Adds a condition, in place of another one of that name.
   *
   * @param lacks Says why it does not hold; undefined where it does.
   */
  expect(name: string, lacks: () => string | undefined): void {
    this.#conditions.set(name, lacks);
  }

  /** Whether all of them hold now. */
  get isReady(): boolean {
    return this.conditions.every(({ lacks }) => lacks === undefined);
  }

  /** All conditions as they are now. */
  get conditions(): readonly Condition[] {
    return Array.from(this.#conditions, ([name, lacks]) => ({ name, lacks: lacks() }));
  }
}
