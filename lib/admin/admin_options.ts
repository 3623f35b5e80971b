import { UsageError } from "../base/errors.ts";
import { isLoopback } from "../base/host.ts";
import type { Guard } from "../contract.ts";
import type { Authenticator } from "../gate/auth/authenticator.ts";
import { type AdminPlace, adminPlaceText } from "../options/admin_place.ts";
import type { Others } from "./others.ts";

/** Options of the place of whoever runs the server. */
export interface AdminOptions {
  /** The place: a TCP port, a Unix socket, or a path of the server itself. */
  readonly at: AdminPlace;
  /** Find out who asks, but for `/healthz` and `/readyz`, as those of a route do; default: everybody comes in. */
  readonly auth?: readonly Authenticator[];
  /** Look at every request but those for `/healthz` and `/readyz`; default: none do. */
  readonly guards?: readonly Guard[];
  /** The other servers that are one with this one, of which it tells as well; default: there are none. */
  readonly others?: Others | undefined;
}

/** The part of {@linkcode AdminOptions} that says who gets in. */
export interface AdminDoor {
  readonly at: AdminPlace;
  /** Anything in it keeps strangers out; so it does in `guards`. */
  readonly auth?: readonly unknown[];
  readonly guards?: readonly unknown[];
}

/**
 * Checks that nobody is let in by mistake.
 *
 * @throws {UsageError} If strangers could reach it, and no guard looks at them.
 */
export function expectSafe({ at, auth = [], guards = [] }: AdminDoor): void {
  if (auth.length > 0 || guards.length > 0 || "unixSocket" in at) return;
  const open = `Cannot serve --admin=${adminPlaceText(at)} to everybody`;
  if ("path" in at) {
    throw new UsageError(
      `${open}: with a path it needs --adminauth, because a proxy in front makes strangers look like this machine`,
    );
  }
  if (isLoopback(at.hostname)) return;
  throw new UsageError(
    `${open}: without --adminauth it needs an address of this machine alone, as 127.0.0.1:${at.port}`,
  );
}
