import { createPublicKey, type JsonWebKey, X509Certificate } from "node:crypto";
import { messageOf } from "../../base/errors.ts";
import { isObject } from "../../base/is_object.ts";
import { derOf, type PemBlock, pemBlocks, pemOf } from "../../base/pem.ts";
import { keyOfJwk, keyOfObject, type VerificationKey } from "./verification_key.ts";

/** Keys of a set that are tried: a token without a name for its key is tried with each. */
const MOST = 100;

/**
 * The keys in a file: public keys and certificates in PEM, a JWK Set, or one JWK (RFC 7517). Any other text is no
 * secret by itself: what somebody takes for a public key would be one, too.
 *
 * @throws {Error} If there is none that a signature can be checked with.
 */
export function readKeys(bytes: Uint8Array): readonly VerificationKey[] {
  if (bytes.length === 0) throw new Error("it is empty");
  const blocks = pemBlocks(bytes);
  return blocks.length > 0 ? keysOfPem(blocks) : keysOfJson(bytes);
}

/**
 * The keys of a JWK Set that came over the network, where a secret would be none.
 *
 * @throws {Error} If there is none that a signature can be checked with.
 */
export function readPublicKeys(bytes: Uint8Array): readonly VerificationKey[] {
  const keys = keysOfJson(bytes).filter(({ jwk }) => jwk.kty !== "oct");
  if (keys.length === 0) throw new Error("there is no public key in it");
  return keys;
}

function keysOfPem(blocks: readonly PemBlock[]): VerificationKey[] {
  const found = blocks.filter(({ label }) => !label.endsWith("PARAMETERS"));
  return found.map((block) => {
    const { label } = block;
    if (label.endsWith("PRIVATE KEY")) {
      throw new Error(
        "there is a private key in it, which belongs to who signs; " +
          "openssl pkey -in FILE -pubout makes the public one",
      );
    }
    const pem = pemOf(label, derOf(block));
    const isCertificate = label === "CERTIFICATE";
    if (!isCertificate && !label.endsWith("PUBLIC KEY")) {
      throw new Error(`there is no public key in it, but a ${label}`);
    }
    return keyOfObject(isCertificate ? new X509Certificate(pem).publicKey : createPublicKey(pem));
  });
}

function keysOfJson(bytes: Uint8Array): VerificationKey[] {
  const said = jwksIn(bytes);
  if (said.length === 0) throw new Error("there is no key in it");
  if (said.length > MOST) throw new Error(`there are more than ${MOST} keys in it`);
  const faults: string[] = [];
  const keys = said.flatMap((jwk) => {
    try {
      return keyOfJwk(jwk) ?? [];
    } catch (error) {
      // One of a kind that is not known does not stand for the others (RFC 7517 §5).
      faults.push(messageOf(error));
      return [];
    }
  });
  if (keys.length > 0) return keys;
  throw new Error(faults[0] ?? "there is no key in it that is for signatures");
}

function jwksIn(bytes: Uint8Array): readonly JsonWebKey[] {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new Error("it is neither PEM nor a JWK Set, which is JSON");
  }
  const { keys, kty } = (isObject(value) ? value : {}) as { keys?: unknown; kty?: unknown };
  const found = Array.isArray(keys) ? keys : typeof kty === "string" ? [value] : undefined;
  if (!found?.every(isObject)) throw new Error("it is neither a JWK Set nor a JWK");
  return found as readonly JsonWebKey[];
}
