/**
 * Has `performance.now()` say what a test says while this is in scope: for what every message passes, which takes no
 * clock as an option.
 */
export class HeldClock implements Disposable {
  readonly #real = performance.now;
  /** Milliseconds. */
  now = 0;

  constructor() {
    performance.now = () => this.now;
  }

  [Symbol.dispose](): void {
    performance.now = this.#real;
  }
}
