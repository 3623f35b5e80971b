import { X509Certificate } from "node:crypto";
import { ListenError, messageOf } from "../base/errors.ts";
import { derOf, firstValue, type PemBlock, pemBlocks, pemOf } from "../base/pem.ts";
import type { CertifiedKey, Credentials, EngineName } from "./engine.ts";
import { hintAt } from "./hint_at.ts";
import { mustStaple } from "./must_staple.ts";
import { isSame, keysIn } from "./private_keys.ts";
import { dnsNamesOf } from "./server_names.ts";
import type { CertificateFiles, TlsOptions } from "./tls_options.ts";
import { refusalOfCertificate, refusalOfPair } from "./tls_trial.ts";

/** Options of {@linkcode readCredentials}. */
export interface ReadingOptions {
  /** The engine that is to use them; default `node`. */
  readonly engine?: EngineName;
  /** The bytes of files that can be read only once, by their names. */
  readonly pipes?: ReadonlyMap<string, Uint8Array>;
}

/** Labels of a certificate: the second is of old programs, the third has something behind it that is OpenSSL's. */
const CERTIFICATE = "CERTIFICATE";
const CERTIFICATES = [CERTIFICATE, "X509 CERTIFICATE", "TRUSTED CERTIFICATE"];

/**
 * Reads the files and checks them against each other, and by what the runtime does with them before it shakes
 * hands. What is answered is not the files' text, but written anew from what was checked, so that nothing which
 * only some readers understand is left in it.
 *
 * @throws {ListenError} If one of them cannot be used.
 */
export function readCredentials(options: TlsOptions, reading: ReadingOptions = {}): Credentials {
  const { caFile, others = [] } = options;
  const pair = readPair(options, reading);
  const named = others.map((files) => readNamed(files, reading));
  return {
    ...pair,
    ...(named.length > 0 ? { others: named } : {}),
    ...(caFile === undefined ? {} : { ca: readAuthorities(caFile, reading) }),
  };
}

/**
 * Reads a certificate that has names by which clients ask for it.
 *
 * @throws {ListenError} If it cannot be used.
 */
export function readNamed(files: CertificateFiles, reading: ReadingOptions = {}): CertifiedKey {
  const pair = readPair(files, reading);
  if (dnsNamesOf(pair.cert).length > 0) return pair;
  throw new ListenError(
    `Cannot use the certificate "${files.certFile}": it has no DNS name for which a client could ask, and is not the first`,
  );
}

function readPair({ certFile, keyFile }: CertificateFiles, reading: ReadingOptions): CertifiedKey {
  const chain = inOrder(read("certificate", certFile, reading, certificatesIn));
  const [leaf] = chain as [Certificate];
  const keys = read("private key", keyFile, reading, (bytes) => {
    return keysIn(bytes, ({ publicKey }) => isSame(leaf.x509.publicKey, publicKey));
  });
  if (mustStaple(leaf.der)) {
    throw new ListenError(
      `Cannot use the certificate "${certFile}": it says that a proof of its status is stapled to it (OCSP must-staple), which TLS of this runtime cannot do, and clients would refuse it`,
    );
  }
  const key = keys.find(({ publicKey }) => isSame(leaf.x509.publicKey, publicKey));
  if (!key) {
    const place = chain.findIndex(({ x509 }) => isSame(x509.publicKey, keys[0]?.publicKey));
    const hint = place > 0
      ? `: it is that of number ${place + 1} there, which has to be first`
      : "";
    throw new ListenError(
      `Cannot use the private key "${keyFile}": it is not that of the certificate "${certFile}"${hint}`,
    );
  }
  const pair = { cert: chain.map(({ pem }) => pem).join(""), key: key.pem };
  const refusal = refusalOfPair(pair, reading.engine);
  if (refusal) {
    const [what, file] = refusal.of === "key"
      ? ["private key", keyFile]
      : ["certificate", certFile];
    throw new ListenError(`Cannot use the ${what} "${file}": ${refusal.why}`);
  }
  return pair;
}

function readAuthorities(caFile: string, reading: ReadingOptions): string {
  const authorities = read("authorities", caFile, reading, (bytes) => {
    // OpenSSL writes behind such a one what it may be trusted for, which nobody would look at here.
    const isTrusted = pemBlocks(bytes).some(({ label }) => label === "TRUSTED CERTIFICATE");
    if (isTrusted) throw new Error("it has a TRUSTED CERTIFICATE; openssl x509 makes a plain one");
    return certificatesIn(bytes);
  });
  return authorities.map(({ pem }) => pem).join("");
}

/** A certificate, and the PEM that says no more and no less. */
interface Certificate {
  readonly pem: string;
  /** The same in DER: `raw` of the other needs Deno 2.8. */
  readonly der: Uint8Array;
  readonly x509: X509Certificate;
}

/**
 * Reads one certificate in PEM after the other.
 *
 * @throws {Error} If there is none, or one is none.
 */
function certificatesIn(bytes: Uint8Array): Certificate[] {
  const blocks = pemBlocks(bytes).filter(({ label }) => CERTIFICATES.includes(label));
  if (blocks.length === 0) throw new Error(`there is no certificate${hintAt(bytes)}`);
  return blocks.map((block, index) => {
    try {
      return certificateOf(block);
    } catch (cause) {
      if (blocks.length === 1) throw cause;
      throw new Error(`number ${index + 1} of ${blocks.length}: ${messageOf(cause)}`, { cause });
    }
  });
}

/** Puts behind each certificate the one that has signed it, as a client of TLS 1.2 expects (RFC 5246 §7.4.2). */
function inOrder([leaf, ...others]: readonly Certificate[]): Certificate[] {
  const ordered = leaf ? [leaf] : [];
  // Grows while it is walked.
  for (const { x509 } of ordered) {
    const at = others.findIndex((other) => isIssuedBy(x509, other.x509));
    if (at >= 0) ordered.push(...others.splice(at, 1));
  }
  return [...ordered, ...others];
}

function isIssuedBy(x509: X509Certificate, issuer: X509Certificate): boolean {
  if (x509.issuer !== issuer.subject) return false;
  try {
    // Another one may have the same name.
    return x509.checkIssued(issuer);
  } catch {
    // There is none before Deno 2.8, and the name has to do.
    return true;
  }
}

function certificateOf(block: PemBlock): Certificate {
  const all = derOf(block);
  const der = firstValue(all);
  if (block.label !== "TRUSTED CERTIFICATE" && der.length < all.length) {
    throw new Error("there is more in it than a certificate");
  }
  const pem = pemOf(CERTIFICATE, der);
  const x509 = new X509Certificate(pem);
  const why = refusalOfCertificate(pem);
  if (why) throw new Error(why);
  return { pem, der, x509 };
}

function read<T>(
  what: string,
  file: string,
  { pipes }: ReadingOptions,
  parse: (bytes: Uint8Array) => T,
): T {
  let bytes;
  try {
    bytes = pipes?.get(file) ?? readFile(file);
  } catch (cause) {
    throw new ListenError(`Cannot read the ${what} "${file}": ${messageOf(cause)}`, { cause });
  }
  try {
    return parse(bytes);
  } catch (cause) {
    const expected = `expected PEM, unencrypted (${messageOf(cause)})`;
    throw new ListenError(`Cannot use the ${what} "${file}": ${expected}`, { cause });
  }
}

function readFile(file: string): Uint8Array {
  const { isFile, isDirectory } = Deno.statSync(file);
  // Whoever reads a pipe waits for who writes it, and everybody would wait with it.
  if (!isFile && !isDirectory) throw new Error("it is no file, and can be read only at the start");
  return Deno.readFileSync(file);
}
