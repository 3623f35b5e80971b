import { Buffer } from "node:buffer";
import { constants, createHmac, generateKeyPairSync, type KeyObject, sign } from "node:crypto";

/** A pair of keys: one that signs tokens, and one that checks them. */
export interface Signer {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** The public key as a JWK of a set. */
  readonly jwk: Record<string, unknown>;
  /** The same in PEM. */
  readonly pem: string;
}

const CURVES: Readonly<Record<string, string>> = { ES256: "P-256", ES384: "P-384", ES512: "P-521" };

/** Makes the keys of a signer. */
export function makeSigner(alg = "RS256", kid = `key of ${alg}`, bits = 2048): Signer {
  const { privateKey, publicKey } = keysOf(alg, bits);
  return {
    kid,
    alg,
    privateKey,
    publicKey,
    jwk: { ...publicKey.export({ format: "jwk" }), kid, alg, use: "sig" },
    pem: String(publicKey.export({ format: "pem", type: "spki" })),
  };
}

function keysOf(alg: string, bits: number): { privateKey: KeyObject; publicKey: KeyObject } {
  if (alg === "EdDSA") return generateKeyPairSync("ed25519");
  const namedCurve = CURVES[alg];
  if (namedCurve) return generateKeyPairSync("ec", { namedCurve });
  return generateKeyPairSync("rsa", { modulusLength: bits });
}

/** Claims that are good for an hour. */
export function goodClaims(more: Record<string, unknown> = {}): Record<string, unknown> {
  return { sub: "jane", exp: Math.floor(Date.now() / 1000) + 3600, ...more };
}

/** A token of three parts, whatever they say: nothing but `node:crypto`, so that it can be wrong in any way. */
export function tokenOf(
  head: Record<string, unknown>,
  claims: Record<string, unknown> | string,
  signature: (data: string) => Uint8Array,
): string {
  const data = [head, claims].map((part) => {
    return base64url(
      new TextEncoder().encode(typeof part === "string" ? part : JSON.stringify(part)),
    );
  }).join(".");
  return `${data}.${base64url(signature(data))}`;
}

/** A token as a signer signs it. */
export function signed(
  signer: Signer,
  claims: Record<string, unknown> = goodClaims(),
  head: Record<string, unknown> = {},
): string {
  const { alg, kid } = signer;
  return tokenOf(
    { alg, kid, ...head },
    claims,
    (data) => signatureOf(alg, signer.privateKey, data),
  );
}

function signatureOf(alg: string, key: KeyObject, data: string): Uint8Array {
  const hash = alg === "EdDSA" ? null : `sha${alg.slice(2)}`;
  return sign(hash, Buffer.from(data), {
    key,
    dsaEncoding: "ieee-p1363",
    ...(alg.startsWith("PS")
      ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: Number(alg.slice(2)) / 8 }
      : {}),
  });
}

/** A signature by a secret. */
export function hmac(alg: string, secret: string | Uint8Array): (data: string) => Uint8Array {
  return (data) => createHmac(`sha${alg.slice(2)}`, secret).update(data).digest();
}

/** Bytes in base64url without padding. */
export function base64url(bytes: Uint8Array): string {
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}
