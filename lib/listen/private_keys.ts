import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { messageOf } from "../base/errors.ts";
import { derOf, type PemBlock, pemBlocks, pemOf } from "../base/pem.ts";
import { hintAt } from "./hint_at.ts";

/** A private key, and the PEM of it. */
export interface Key {
  readonly pem: string;
  readonly publicKey: KeyObject;
}

/**
 * Reads the private keys in a file, which may have a certificate or parameters beside them, and keys that nobody can
 * read, as long as the one that is looked for is there.
 *
 * @param fits Whether a key is that one.
 * @throws {Error} If there is none, or it may be one that cannot be read.
 */
export function keysIn(bytes: Uint8Array, fits: (key: Key) => boolean): Key[] {
  const blocks = pemBlocks(bytes).filter(({ label }) => label.endsWith("PRIVATE KEY"));
  if (blocks.length === 0) throw new Error(`there is no private key${hintAt(bytes)}`);
  const keys: Key[] = [];
  const faults: unknown[] = [];
  for (const block of blocks) {
    try {
      keys.push(keyOf(block));
    } catch (error) {
      faults.push(error);
    }
  }
  if (faults.length > 0 && !keys.some(fits)) throw faults[0];
  return keys;
}

function keyOf(block: PemBlock): Key {
  const { label, body = "" } = block;
  if (label === "ENCRYPTED PRIVATE KEY" || /^\s*Proc-Type:.*ENCRYPTED/.test(body)) {
    throw new Error("it is encrypted; openssl pkey -in FILE -out OTHER decrypts it");
  }
  if (label === "OPENSSH PRIVATE KEY") {
    throw new Error("it is of OpenSSH, whose keys TLS does not take as they are");
  }
  const pem = pemOf(label, derOf(block));
  try {
    return { pem, publicKey: createPublicKey(createPrivateKey(pem)) };
  } catch (cause) {
    throw new Error(`a block ${label} is none: ${messageOf(cause)}`, { cause });
  }
}

/** Whether two public keys are the same. */
// Deno 2.6 has no `checkPrivateKey`.
export function isSame(a: KeyObject, b: KeyObject | undefined): boolean {
  const [one, other] = [a, b].map((key) => key?.export({ type: "spki", format: "pem" }));
  return one === other;
}
