import { Libc } from "../base/libc.ts";
import type { Engine, Place } from "./engine.ts";

/** A place that another process, the parent of this one, holds for it. */
export interface HeldPlace {
  /** The place as it was asked for: the address and the port, which may be 0, or the path. */
  readonly asked: { readonly hostname: string; readonly port: number } | { readonly path: string };
  /** The TCP port that it has; 0 on a Unix socket. */
  readonly port: number;
  /** The descriptor of the listening socket; without one, this process listens there beside others (SO_REUSEPORT). */
  readonly fd?: number;
}

/**
 * An engine that listens on held places only.
 *
 * @param held The places, of which each is listened on once, in their order.
 */
export function onHeld(engine: Engine, held: HeldPlace[]): Engine {
  return {
    async listen(place, credentials) {
      const at = held.findIndex(({ asked }) => isSame(asked, place));
      const [found] = at < 0 ? [] : held.splice(at, 1);
      if (!found) throw Object.assign(new Error("nobody holds it"), { code: "EADDRNOTAVAIL" });
      if (found.fd !== undefined) listenAt(found.fd);
      return await engine.listen(placeOf(found), credentials);
    },
  };
}

/** Where nobody could be started for it before, it does not listen. */
function listenAt(fd: number): void {
  using libc = new Libc();
  if (!libc.isListening(fd)) libc.listen(fd);
}

function placeOf({ asked, port, fd }: HeldPlace): Place {
  if (fd !== undefined) return "path" in asked ? { fd, unix: asked.path } : { fd };
  return "path" in asked ? asked : { hostname: asked.hostname, port, reusePort: true };
}

function isSame(asked: HeldPlace["asked"], place: Place): boolean {
  if ("path" in place) return "path" in asked && asked.path === place.path;
  if (!("port" in place) || !("port" in asked)) return false;
  return asked.hostname === place.hostname && asked.port === place.port;
}
