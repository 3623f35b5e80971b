import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from "node:crypto";
import { ListenError, messageOf } from "../base/errors.ts";
import type { Credentials } from "./engine.ts";

/** The files, in PEM, that TLS needs. */
export interface TlsOptions {
  /** The certificate and what it is signed by. */
  readonly certFile: string;
  /** The certificate's private key. */
  readonly keyFile: string;
  /** Authorities of which a client needs a certificate; default: it needs none. */
  readonly caFile?: string;
}

/**
 * Reads the files and checks them against each other.
 *
 * @throws {ListenError} If one of them cannot be used.
 */
export function readCredentials(options: TlsOptions): Credentials {
  const { certFile, keyFile, caFile } = options;
  const cert = read(
    "certificate",
    certFile,
    (pem) => new X509Certificate(blockOf(pem, "CERTIFICATE")),
  );
  const key = read("private key", keyFile, (pem) => createPrivateKey(blockOf(pem, "PRIVATE KEY")));
  // Deno 2.6 has no `checkPrivateKey`.
  if (!isSame(cert.value.publicKey, createPublicKey(key.value))) {
    throw new ListenError(
      `Cannot use the private key "${keyFile}": it is not that of the certificate "${certFile}"`,
    );
  }
  if (caFile === undefined) return { cert: cert.pem, key: key.pem };
  const ca = read("authorities", caFile, parseCertificates);
  return { cert: cert.pem, key: key.pem, ca: ca.pem };
}

/**
 * Reads one certificate in PEM after the other.
 *
 * @throws {Error} If there is none, or one is none.
 */
export function parseCertificates(pem: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/g);
  if (!blocks) throw new Error("there is no certificate");
  return blocks.map((block) => new X509Certificate(block));
}

function isSame(a: KeyObject, b: KeyObject): boolean {
  const [one, other] = [a, b].map((key) => key.export({ type: "spki", format: "pem" }));
  return one === other;
}

/** The first part of that kind, because certificate and key may share a file. */
function blockOf(pem: string, kind: string): string {
  return new RegExp(`-----BEGIN ([A-Z0-9 ]*${kind})-----[^]*?-----END \\1-----`).exec(pem)?.[0] ??
    pem;
}

function read<T>(
  what: string,
  file: string,
  parse: (pem: string) => T,
): { readonly pem: string; readonly value: T } {
  let pem;
  try {
    pem = Deno.readTextFileSync(file);
  } catch (cause) {
    throw new ListenError(`Cannot read the ${what} "${file}": ${messageOf(cause)}`, { cause });
  }
  try {
    return { pem, value: parse(pem) };
  } catch (cause) {
    const expected = `expected PEM, unencrypted (${messageOf(cause)})`;
    throw new ListenError(`Cannot use the ${what} "${file}": ${expected}`, { cause });
  }
}
