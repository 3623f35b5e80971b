import { HandshakeError } from "../base/errors.ts";
import { decodePath, type IncomingRequest } from "../base/request.ts";
import { resolveDots } from "../base/resolve_dots.ts";
import { withSlash } from "../handlers/static/with_slash.ts";

/** The prefix that a server is at, where a proxy leaves it on the paths that it passes on. */
export class BasePath {
  readonly #prefix: string;

  /** @param path With or without a slash at its end; it was checked. */
  constructor(path: string) {
    this.#prefix = path.replace(/\/$/, "");
  }

  /** Without a slash at its end; empty for the root. */
  get prefix(): string {
    return this.#prefix;
  }

  /**
   * A request as routes see it: behind the prefix. Only the prefix as it is written counts: another spelling of it is
   * another path to who decides by paths in front of the server.
   *
   * @throws {HandshakeError} If it is none of those below the prefix (404).
   */
  below(request: IncomingRequest): IncomingRequest {
    const prefix = this.#prefix;
    if (prefix === "") return request;
    const { target } = request;
    const rest = target.startsWith(prefix) ? target.slice(prefix.length) : undefined;
    if (rest === undefined || !/^(?:[/?]|$)/.test(rest)) throw outside(request);
    const below = rest.startsWith("/") ? rest : `/${rest}`;
    const path = decodePath(below.replace(/\?.*$/s, ""));
    // By whatever anybody behind may take for a slash.
    if (resolveDots(path.replace(/[\\/]+/g, "/")) === undefined) throw outside(request);
    return Object.freeze({ ...request, basePath: prefix, target: below, path });
  }

  /** The place of a page that is asked for without the slash behind the prefix, with which its links hold. */
  redirect({ target }: IncomingRequest): string | undefined {
    const prefix = this.#prefix;
    if (prefix === "" || target.replace(/\?.*$/s, "") !== prefix) return undefined;
    return withSlash(target);
  }
}

function outside({ path }: IncomingRequest): HandshakeError {
  return new HandshakeError(404, `NOT FOUND: ${path} is not below the base path`);
}
