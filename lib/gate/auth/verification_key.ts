import { createPublicKey, type JsonWebKey, type KeyObject } from "node:crypto";

/** A key that signatures of tokens are checked with. */
export interface VerificationKey {
  /** The name that it has in its set; undefined where it has none. */
  readonly kid: string | undefined;
  /** Algorithms of signatures that it may check: those of its type alone, whatever a token says (RFC 8725 §3.1). */
  readonly algorithms: readonly string[];
  /** Nothing but what checking needs (RFC 7517). */
  readonly jwk: JsonWebKey & { readonly kty: string };
}

const RSA = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];
const CURVES: Readonly<Record<string, readonly string[]>> = {
  "P-256": ["ES256"],
  "P-384": ["ES384"],
  "P-521": ["ES512"],
  Ed25519: ["EdDSA", "Ed25519"],
};

/** Bytes that a secret has at least, by the algorithm (RFC 7518 §3.2). */
const SECRETS = [["HS256", 32], ["HS384", 48], ["HS512", 64]] as const;

/** Bits that an RSA key has at least (RFC 7518 §3.3). */
const LEAST_BITS = 2048;

/**
 * The key of a JWK.
 *
 * @returns undefined where it is for something else, as for encryption.
 * @throws {Error} If it is none, or too weak.
 */
export function keyOfJwk(jwk: JsonWebKey): VerificationKey | undefined {
  if (jwk.use !== undefined && jwk.use !== "sig") return undefined;
  const operations: unknown = jwk.key_ops;
  // A secret, or a private key, may be there for who signs.
  if (
    Array.isArray(operations) && !operations.some((name) => name === "verify" || name === "sign")
  ) {
    return undefined;
  }
  const { kty, algorithms, ...members } = jwk.kty === "oct" ? secretOf(jwk) : publicOf(jwk);
  const said = jwk.alg;
  const kept = said === undefined ? algorithms : algorithms.filter((name) => name === said);
  if (kept.length === 0) return undefined;
  const kid = typeof jwk.kid === "string" ? jwk.kid : undefined;
  return { kid, algorithms: kept, jwk: { kty, ...members } };
}

/**
 * The key of a public key.
 *
 * @throws {Error} If no signature of a token can be checked with it, or it is too weak.
 */
export function keyOfObject(object: KeyObject): VerificationKey {
  const { algorithms, ...jwk } = described(object);
  return { kid: undefined, algorithms, jwk };
}

interface Described extends JsonWebKey {
  readonly kty: string;
  readonly algorithms: readonly string[];
}

function secretOf({ k }: JsonWebKey): Described {
  if (typeof k !== "string") throw new Error("a secret has no k");
  let length: number;
  try {
    length = Uint8Array.fromBase64(k, { alphabet: "base64url" }).length;
  } catch {
    throw new Error("the k of a secret is not all base64url");
  }
  const algorithms = SECRETS.filter(([, least]) => length >= least).map(([name]) => name);
  if (algorithms.length === 0) {
    throw new Error(`a secret has ${length} bytes: 32 are the least (RFC 7518 §3.2)`);
  }
  return { kty: "oct", k, algorithms };
}

function publicOf({ kty, n, e, crv, x, y, d }: JsonWebKey): Described {
  if (d !== undefined) throw new Error("there is a private key in it, which belongs to who signs");
  const members = kty === "RSA" ? { n, e } : kty === "EC" ? { crv, x, y } : { crv, x };
  if (kty !== "RSA" && (crv === undefined || !Object.hasOwn(CURVES, crv))) {
    throw new Error(`no signature is checked with a key of the type ${kty} ${crv ?? ""}`.trimEnd());
  }
  return described(createPublicKey({ key: { kty, ...members }, format: "jwk" }));
}

function described(object: KeyObject): Described {
  const { asymmetricKeyType: type = "", asymmetricKeyDetails: details } = object;
  if (type === "rsa") {
    const { modulusLength = 0 } = details ?? {};
    if (modulusLength < LEAST_BITS) {
      throw new Error(`an RSA key has ${modulusLength} bits: ${LEAST_BITS} are the least`);
    }
    return { ...exported(object), algorithms: RSA };
  }
  const jwk = ["ec", "ed25519"].includes(type) ? exported(object) : undefined;
  const algorithms = CURVES[jwk?.crv ?? ""];
  if (jwk && algorithms) return { ...jwk, algorithms };
  throw new Error(`no signature is checked with a key of the type ${jwk?.crv ?? type}`);
}

function exported(object: KeyObject): JsonWebKey & { kty: string } {
  return object.export({ format: "jwk" }) as JsonWebKey & { kty: string };
}
