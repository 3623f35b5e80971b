import { X509Certificate } from "node:crypto";
import type { TLSSocket } from "node:tls";

/**
 * Decides who may come in with a client certificate. The TLS handshake has decided that already, except
 * for a resumed session: for that, the runtime neither looks at the dates again nor at authorities that
 * were exchanged since (Deno 2.9).
 */
export class Authorities {
  /** Authorities that took the place of the first ones. */
  #renewed: readonly X509Certificate[] | undefined;

  /** @param ca In PEM, one after the other, as they were read and written anew. */
  renew(ca: string): void {
    const blocks = ca.split(/(?=-----BEGIN )/).filter(Boolean);
    this.#renewed = blocks.map((block) => new X509Certificate(block));
  }

  /** Whether a client may come in. */
  admit(socket: TLSSocket): boolean {
    if (socket.authorized !== true) return false;
    if (!socket.isSessionReused()) return true;
    const { raw } = socket.getPeerCertificate();
    if (!raw) return false;
    const certificate = new X509Certificate(raw);
    const now = Date.now();
    if (now < Date.parse(certificate.validFrom) || now > Date.parse(certificate.validTo)) {
      return false;
    }
    // One that an intermediate has signed has to come with a new session: what it came with is gone.
    return this.#renewed?.some((authority) =>
      certificate.checkIssued(authority) && certificate.verify(authority.publicKey)
    ) ?? true;
  }
}
