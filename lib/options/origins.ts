import { ValueError } from "./value_error.ts";

/** One of the origins that `--origin` allows. */
export interface OriginRule {
  /** Without it, http and https. */
  readonly scheme?: string;
  /** Name or address, IPv6 without brackets, in lower case. */
  readonly host: string;
  /** Without it, any. */
  readonly port?: string;
}

/** The form of origins, to follow “expected”. */
export const ORIGINS = "[scheme://]host[:port], separated by commas";

const ORIGIN =
  /^(?:([a-z][a-z0-9+.-]*):\/\/)?(\[[^\]]+\]|[^:/\s]+|(?<=^file:\/\/))(?::(\d+))?\/?$/i;

/**
 * Reads a list of origins.
 *
 * @param list `[scheme://]host[:port]`, separated by commas.
 * @throws {ValueError} If one of them is not like that.
 */
export function parseOrigins(list: string): OriginRule[] {
  return list.split(",").map((entry) => {
    const [, scheme, host, port] = ORIGIN.exec(entry.trim()) ?? [];
    if (host === undefined) throw new ValueError(ORIGINS, entry);
    return {
      ...(scheme === undefined ? {} : { scheme: scheme.toLowerCase() }),
      host: host.replace(/^\[|\]$/g, "").toLowerCase(),
      ...(port === undefined ? {} : { port }),
    };
  });
}

/** The same origin as text. */
export function originText({ scheme, host, port }: OriginRule): string {
  const name = host.includes(":") ? `[${host}]` : host;
  return (scheme === undefined ? "" : `${scheme}://`) + name +
    (port === undefined ? "" : `:${port}`);
}
