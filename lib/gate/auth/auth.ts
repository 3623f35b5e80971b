import { messageOf, UsageError } from "../../base/errors.ts";
import { type AuthSpec, authText, parseAuths } from "../../options/auths.ts";
import { ValueError } from "../../options/value_error.ts";
import { withoutSecrets } from "../../options/without_secrets.ts";
import type { Authenticator } from "./authenticator.ts";
import { AUTHENTICATORS } from "./authenticators.ts";

/**
 * Makes what `auth` of a route takes.
 *
 * @param specs As the option `--auth` has them, as `token:FILE`.
 * @returns To be given to one server, which ends them.
 * @throws {UsageError} If one of them is none, or cannot work.
 *
 * @example
 * ```ts
 * import { auth, echo, serve } from "@stdws/stdws";
 *
 * const file = await Deno.makeTempFile();
 * await Deno.writeTextFile(file, "ann:0123456789abcdef\n");
 * const routes = [{ path: "*", handler: echo(), auth: await auth(`token:${file}`) }];
 * await using server = await serve({ port: 0, addresses: ["127.0.0.1"], routes });
 * const ask = async (headers: HeadersInit) => {
 *   const response = await fetch(`${server.addresses[0]}`.replace("ws:", "http:"), { headers });
 *   await response.body?.cancel();
 *   return response.status;
 * };
 * if (await ask({}) !== 401) throw new Error("a stranger was let in");
 * // It is known, and there is nothing but a WebSocket.
 * if (await ask({ Authorization: "Bearer 0123456789abcdef" }) !== 426) throw new Error("not let in");
 * ```
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
    const said = withoutSecrets(authText(spec));
    throw new UsageError(`${messageOf(error)} (auth=${said})`);
  }
}
