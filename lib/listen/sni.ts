import { createSecureContext, type SecureContext, type SecureContextOptions } from "node:tls";
import type { CertifiedKey, Credentials } from "./engine.ts";
import { dnsNamesOf, ServerNames } from "./server_names.ts";

/** Options of each certificate alike: what a client may not choose by asking for another name. */
export function contextOptions(
  { cert, key, ca }: CertifiedKey & Pick<Credentials, "ca">,
): SecureContextOptions {
  return { cert, key, minVersion: "TLSv1.2", ...(ca === undefined ? {} : { ca }) };
}

type Answer = (error: Error | null, context?: SecureContext) => void;

/** Several certificates, of which a client gets that of the name for which it asks; for any other name the first. */
export class Sni {
  #contexts: ServerNames<SecureContext | undefined>;

  constructor(credentials: Credentials) {
    this.#contexts = contextsOf(credentials);
  }

  /** Options of a server that asks it. */
  readonly options = {
    SNICallback: (name: string, answer: Answer): void => answer(null, this.#contexts.find(name)),
  };

  /** Gives new connections others. */
  renew(credentials: Credentials): void {
    this.#contexts = contextsOf(credentials);
  }
}

function contextsOf(
  { cert, others = [], ca }: Credentials,
): ServerNames<SecureContext | undefined> {
  const contexts = new ServerNames<SecureContext | undefined>();
  // The server has that itself.
  contexts.add(dnsNamesOf(cert), undefined);
  for (const pair of others) {
    const context = createSecureContext(contextOptions({ ...pair, ...(ca ? { ca } : {}) }));
    contexts.add(dnsNamesOf(pair.cert), context);
  }
  return contexts;
}
