import type * as Jose from "npm:jose@6.2.18";
import { messageOf, UsageError } from "../../base/errors.ts";
import type { Authenticator, Denial, Identity } from "./authenticator.ts";
import { claimVariable, claimVariables } from "./claim_variables.ts";
import type { KeySource } from "./key_source.ts";
import { keySourceOf } from "./key_source_of.ts";
import { listOf, readTerms } from "./terms.ts";

// Seconds by which the clocks of who signs and who checks may differ.
const LEEWAY = 30;

const TERMS = ["iss", "aud", "user", "claims"] as const;

/** The rules for tokens, beside the signature and the times of theirs. */
interface Rules {
  readonly issuers: readonly string[];
  readonly audiences: readonly string[];
  /** The claim that is the name of the user. */
  readonly user: string;
  /** Claims that a program gets. */
  readonly claims: readonly string[];
}

/**
 * Knows clients by JSON Web Tokens (RFC 7519, checked as RFC 8725 says).
 *
 * @param text `KEYS[;iss=A,B][;aud=A,B][;user=CLAIM][;claims=A,B]`: the file or address of the keys, and the rules.
 * @throws {UsageError} If it cannot work.
 */
export async function jwt(text: string): Promise<Authenticator> {
  const { target, said } = readTerms("jwt", text, TERMS);
  const rules: Rules = {
    issuers: listOf(said.iss),
    audiences: listOf(said.aud),
    user: said.user ?? "sub",
    claims: listOf(said.claims),
  };
  const variables = rules.claims.map(claimVariable);
  const twice = variables.find((name, at) => variables.indexOf(name) < at);
  if (twice) throw new UsageError(`Two claims are the variable ${twice}`, 2);
  const keys = await keySourceOf(target);
  return {
    kind: "jwt",
    challenge: `Bearer realm="stdws"`,
    async check(_request, { token }) {
      return token === undefined ? undefined : await checked(token, keys, rules);
    },
    [Symbol.asyncDispose]: () => keys[Symbol.asyncDispose](),
  };
}

async function checked(token: string, keys: KeySource, rules: Rules): Promise<Identity | Denial> {
  const jose = await import("npm:jose@6.2.18");
  let head: Jose.ProtectedHeaderParameters;
  try {
    head = jose.decodeProtectedHeader(token);
  } catch {
    return refused("it is no JSON Web Token");
  }
  const { alg, kid } = head;
  // The key says what a signature by it is, and never the token: `none` is an algorithm of no key.
  const found = await keys.find((key) =>
    key.algorithms.includes(String(alg)) && (kid === undefined || (key.kid ?? kid) === kid)
  ).catch((error): Denial => ({ status: 503, reason: messageOf(error) }));
  if ("status" in found) return found;
  for (const { jwk, algorithms } of found) {
    try {
      const { payload } = await jose.jwtVerify(token, jwk as Jose.JWK, {
        algorithms: [...algorithms],
        clockTolerance: LEEWAY,
        requiredClaims: ["exp"],
        ...(rules.issuers.length > 0 ? { issuer: [...rules.issuers] } : {}),
        ...(rules.audiences.length > 0 ? { audience: [...rules.audiences] } : {}),
      });
      return identityOf(payload, rules);
    } catch (error) {
      // Two keys may have the same name, or none.
      if (error instanceof jose.errors.JWSSignatureVerificationFailed) continue;
      return refused(messageOf(error));
    }
  }
  return refused(
    found.length > 0
      ? "its signature is by no key that is known"
      : "its key, or its algorithm, is not known",
  );
}

function identityOf(
  payload: Jose.JWTPayload,
  { audiences, user, claims }: Rules,
): Identity | Denial {
  // RFC 7519 §4.1.3: it is meant for somebody, and nobody has said that this is here.
  if (payload.aud !== undefined && audiences.length === 0) {
    return refused("it has an audience (aud), and none is said by ;aud=");
  }
  const name = payload[user];
  if (typeof name !== "string" || !/^[^\p{Cc}]+$/u.test(name)) {
    return refused(`its claim ${user}, the name of its user, is missing or no plain text`);
  }
  const { exp = 0 } = payload;
  return {
    user: name,
    type: "Bearer",
    // A number that is as large as it can be is one all the same.
    until: Math.min((exp + LEEWAY) * 1_000, Number.MAX_SAFE_INTEGER),
    variables: claimVariables(payload, claims),
  };
}

function refused(why: string): Denial {
  return { status: 401, reason: `the token is refused: ${why}` };
}
