import { HandshakeError } from "../../base/errors.ts";
import type { Authenticator, Denial, Evidence } from "./authenticator.ts";

/** Everything that is known of a client that is not let in. */
export interface Unknown {
  readonly evidence: Evidence;
  /** The findings of those who have looked at that, in their order. */
  readonly denials: readonly Denial[];
  /** All who were asked. */
  readonly authenticators: readonly Authenticator[];
}

/**
 * The answer to a client that is not let in, where one of those who were asked has one.
 *
 * @throws {HandshakeError} If none has: 403 where the client is known, 503 where somebody could not be asked, otherwise
 * 401 with all challenges.
 */
export function authRefusal(client: Unknown): Response {
  const { denials } = client;
  const denial = denials.find(({ status }) => status === 403) ??
    denials.find(({ status }) => status === 503) ??
    denials.find(({ response }) => response) ?? denials[0];
  const { status = 401, response } = denial ?? {};
  const challenges = status === 401 ? challengesTo(client) : "";
  if (!response) {
    const reasons = denials.map(({ reason }) => reason).join(", ");
    const why = reasons || "there is nothing that says who it is";
    const headers: Record<string, string> = challenges ? { "WWW-Authenticate": challenges } : {};
    throw new HandshakeError(status, `The client is not let in: ${why}`, headers);
  }
  if (response.status !== 401 || response.headers.has("www-authenticate")) return response;
  if (challenges === "") return response;
  const headers = new Headers(response.headers);
  headers.set("www-authenticate", challenges);
  return new Response(response.body, { status: 401, headers });
}

function challengesTo({ evidence, authenticators }: Unknown): string {
  const all = new Set(authenticators.flatMap(({ challenge }) => challenge ?? []));
  // A browser knows no other, and looks no further than the first.
  const sorted = [...all].sort((a, b) => Number(isBasic(b)) - Number(isBasic(a)));
  // RFC 6750 §3.1
  const fault = evidence.token === undefined ? "" : ', error="invalid_token"';
  return sorted.map((text) => /^Bearer /i.test(text) ? text + fault : text).join(", ");
}

function isBasic(challenge: string): boolean {
  return /^Basic /i.test(challenge);
}
