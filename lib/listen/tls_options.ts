import { UsageError } from "../base/errors.ts";

/** The files of a certificate, in PEM. */
export interface CertificateFiles {
  /** The certificate and what it is signed by. */
  readonly certFile: string;
  /** The certificate's private key. */
  readonly keyFile: string;
}

/** The files, in PEM, that TLS needs. */
export interface TlsOptions extends CertificateFiles {
  /** Further certificates, for clients that ask for one of their DNS names (SNI); not with `native`. */
  readonly others?: readonly CertificateFiles[];
  /** Authorities of which a client needs a certificate; default: it needs none. */
  readonly caFile?: string;
}

/** All of the files. */
export function filesOf({ caFile, others = [], ...first }: TlsOptions): string[] {
  const pairs = [first, ...others].flatMap(({ certFile, keyFile }) => [certFile, keyFile]);
  return caFile === undefined ? pairs : [...pairs, caFile];
}

/** The options of TLS, as a person says them. */
export interface TlsSaid {
  readonly ssl?: boolean;
  readonly sslcert?: readonly string[];
  readonly sslkey?: readonly string[];
  readonly sslca?: string;
}

/**
 * Makes of what was said the files of TLS, each certificate with its key.
 *
 * @returns undefined where there is no TLS.
 * @throws {UsageError} If it does not fit together.
 */
export function tlsOptions(
  { ssl, sslcert = [], sslkey = [], sslca }: TlsSaid,
): TlsOptions | undefined {
  // One that is empty says none, as by a variable that is not set.
  const [certs, keys] = [sslcert, sslkey].map((files) => files.filter(Boolean)) as [
    string[],
    string[],
  ];
  if (!ssl) {
    const said = { sslcert: certs[0], sslkey: keys[0], sslca };
    for (const [name, file] of Object.entries(said)) {
      if (file) throw new UsageError(`--${name}=${file} needs --ssl`);
    }
    return undefined;
  }
  if (certs.length === 0 || keys.length === 0) {
    const missing = [
      ...(certs.length > 0 ? [] : ["--sslcert=FILE"]),
      ...(keys.length > 0 ? [] : ["--sslkey=FILE"]),
    ];
    throw new UsageError(`--ssl needs ${missing.join(" and ")}`);
  }
  if (certs.length !== keys.length) {
    throw new UsageError(
      `--sslcert and --sslkey have to be said as often as each other, each certificate with its key in the same order: there are ${certs.length} and ${keys.length}`,
    );
  }
  const [first, ...others] = certs.map((certFile, at) => ({ certFile, keyFile: keys[at] ?? "" }));
  return {
    ...first as CertificateFiles,
    ...(others.length > 0 ? { others } : {}),
    ...(sslca ? { caFile: sslca } : {}),
  };
}
