/**
 * Verifies passwords apart from everything else: each takes tens of milliseconds, in which nobody else would be
 * served.
 *
 * @module
 */
import { matchesHash } from "./matches_hash.ts";
import type { PasswordHash } from "./password_hash.ts";

/** A password and the hash that it is to match. */
export interface Question {
  readonly password: string;
  readonly hash: PasswordHash;
}

/** The part of a worker's global scope that is used here. */
interface Scope {
  onmessage: (event: MessageEvent<Question>) => void;
  postMessage(answer: boolean): void;
}

const scope = globalThis as unknown as Scope;

// One after the other, so that an answer is that to the first question which has none.
scope.onmessage = ({ data: { password, hash } }) => scope.postMessage(matchesHash(password, hash));
