import { isDenoSince } from "../base/deno_version.ts";
import { messageOf } from "../base/errors.ts";
import type { Credentials, EngineName } from "./engine.ts";

/** A refusal of the TLS library. */
export interface Refusal {
  readonly of: "certificate" | "key";
  readonly why: string;
}

/**
 * Has the runtime's TLS library read a pair, by a client that is never used: it reads what it is to show as a
 * listener does, asks for no permission, and says why not, where a server of `node:https` starts and fails at
 * every handshake (Deno 2.9).
 *
 * @returns undefined where it takes the pair.
 */
export function refusalOfPair(
  { cert, key }: Pick<Credentials, "cert" | "key">,
  engine: EngineName = "node",
): Refusal | undefined {
  // Deno 2.6 panics; there, a listener throws, and it has no other engine.
  if (!isDenoSince(2, 8)) return undefined;
  const why = refusalOf({ cert, key });
  if (why === undefined) return undefined;
  if (why.includes("UnsupportedCertVersion")) {
    if (engine === "node") return undefined;
    return { of: "certificate", why: "it is of X.509 version 1, which needs --engine=node" };
  }
  if (why.includes("private key")) {
    const those = "RSA of 2048 bits and more, P-256, P-384, P-521 and Ed25519";
    return { of: "key", why: `TLS takes only ${those} here (${why})` };
  }
  return { of: "certificate", why };
}

/** The same for a certificate that others are signed by. */
export function refusalOfCertificate(pem: string): string | undefined {
  return refusalOf({ caCerts: [pem] });
}

function refusalOf(
  options: Deno.CreateHttpClientOptions | Deno.TlsCertifiedKeyPem,
): string | undefined {
  try {
    Deno.createHttpClient(options as Deno.CreateHttpClientOptions).close();
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}
