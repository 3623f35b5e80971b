import { X509Certificate } from "node:crypto";
import type { Credentials } from "./engine.ts";

/** Why a certificate is not in force. */
export interface Untimely {
  readonly why: string;
  /** When it will be, in ms since 1970; undefined where it has been. */
  readonly from?: number;
}

/** A word on the time of a certificate that clients will refuse; undefined where it is in force. */
export function untimely(
  { cert }: Pick<Credentials, "cert">,
  now: number = Date.now(),
): Untimely | undefined {
  // The first of a chain is the server's own.
  const { validFrom, validTo } = new X509Certificate(cert);
  const [from, to] = [Date.parse(validFrom), Date.parse(validTo)];
  if (now > to) return { why: `it was valid until ${dateOf(to)}` };
  if (now < from) return { why: `it is valid only from ${dateOf(from)} on`, from };
  return undefined;
}

function dateOf(time: number): string {
  return new Date(time).toISOString();
}
