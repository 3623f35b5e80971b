import { type AuthSpec, authText } from "../../options/auths.ts";
import { makeAuthenticator } from "./auth.ts";
import type { Authenticator } from "./authenticator.ts";

/** Authenticators by what was said of them: those who say the same have the same, so that a file is watched once. */
export class AuthPool {
  readonly #before: ReadonlyMap<string, Authenticator>;
  readonly #made = new Map<string, Authenticator>();

  /** @param before The pool from which those are taken over that are asked for again. */
  constructor(before?: AuthPool) {
    this.#before = before ? before.#made : new Map();
  }

  /**
   * Makes those that there are not.
   *
   * @throws {UsageError} If one of them cannot work.
   */
  async of(specs: readonly AuthSpec[]): Promise<readonly Authenticator[]> {
    const found: Authenticator[] = [];
    for (const spec of specs) {
      const text = authText(spec);
      const one = this.#made.get(text) ?? this.#before.get(text) ?? await makeAuthenticator(spec);
      this.#made.set(text, one);
      found.push(one);
    }
    return found;
  }
}
