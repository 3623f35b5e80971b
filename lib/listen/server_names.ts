import { X509Certificate } from "node:crypto";

/** The DNS names of a certificate, in lower case; one may begin with `*.`. */
export function dnsNamesOf(cert: string): string[] {
  const { subjectAltName = "" } = new X509Certificate(cert);
  return Array.from(subjectAltName.matchAll(/(?:^|, )DNS:([^\s,"]+)/g), ([, name = ""]) => {
    return name.toLowerCase();
  });
}

/** Values by the names for which a client may ask (SNI, RFC 6066 §3). */
export class ServerNames<T> {
  readonly #values = new Map<string, T>();

  /** Adds a value for names; those that have one keep it. */
  add(names: readonly string[], value: T): void {
    for (const name of names) if (!this.#values.has(name)) this.#values.set(name, value);
  }

  /** The value of a name: one of its own, or else that of all names beside it (RFC 9525 §6.3). */
  find(name: string): T | undefined {
    const own = name.toLowerCase();
    const key = this.#values.has(own) ? own : own.replace(/^[^.]*/, "*");
    return this.#values.get(key);
  }
}
