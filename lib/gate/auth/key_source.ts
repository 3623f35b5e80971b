import type { VerificationKey } from "./verification_key.ts";

/** A place where the keys are that tokens are checked with. */
export interface KeySource extends AsyncDisposable {
  /**
   * The keys that may have signed a token, as they are now.
   *
   * @throws {Error} If that cannot be found out.
   */
  find(isMeant: (key: VerificationKey) => boolean): Promise<readonly VerificationKey[]>;
}
