import { messageOf, UsageError } from "../../base/errors.ts";
import { type AuthSpec, authText, parseAuths } from "../../options/auths.ts";
import { ValueError } from "../../options/value_error.ts";
import type { Authenticator } from "./authenticator.ts";
import { AUTHENTICATORS } from "./authenticators.ts";

/**
 * Makes what `auth` of a route takes.
 *
 * @param specs As the option `--auth` has them, as `token:FILE`.
 * @throws {UsageError} If one of them is none, or cannot work.
 */
export async function auth(...specs: readonly string[]): Promise<Authenticator[]> {
  try {
    return await Promise.all(parseAuths(specs).map(makeAuthenticator));
  } catch (error) {
    throw error instanceof ValueError ? new UsageError(`${error.message}, for auth()`) : error;
  }
}

/**
 * Makes one of them.
 *
 * @throws {UsageError} If it cannot work.
 */
export async function makeAuthenticator(spec: AuthSpec): Promise<Authenticator> {
  const { kind, rest } = spec;
  try {
    return await AUTHENTICATORS[kind].make(rest);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    // A password in an address is a mistake, and is not to be in a log as well.
    const said = authText(spec).replace(/\/\/[^/?#]*@/, "//");
    throw new UsageError(`${messageOf(error)} (auth=${said})`);
  }
}
