import { inBrackets } from "../base/host.ts";
import { ValueError } from "./value_error.ts";

/** One of the origins that `--origin` allows. */
export interface OriginRule {
  /** Without it, http and https. */
  readonly scheme?: string;
  /**
   * Name or address as browsers write it: IPv6 without brackets, in lower case, other letters as `xn--…`; `*.`
   * in front is one label, and `*` alone is any: without a scheme, also the lack of an origin.
   */
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
 * @param list `[scheme://]host[:port]`, separated by commas; `*` as the host, or as its first label.
 * @throws {ValueError} If one of them is not like that, or can be no page's.
 */
export function parseOrigins(list: string): OriginRule[] {
  return list.split(",").map((entry) => {
    const [, name, host, port] = ORIGIN.exec(entry.trim()) ?? [];
    if (host === undefined) throw new ValueError(ORIGINS, entry);
    const scheme = name?.toLowerCase();
    if (scheme === "ws" || scheme === "wss") {
      throw new ValueError(`the origin of a page, as ${scheme.replace("ws", "http")}://…`, entry);
    }
    if (Number(port ?? 0) > 65_535) throw new ValueError("a port up to 65535", entry);
    // A sandboxed page of any site sends that.
    if (/^null$/i.test(entry.trim())) {
      throw new ValueError("an origin that tells whose page it is, which null does not", entry);
    }
    return {
      ...(scheme === undefined ? {} : { scheme }),
      host: hostOf(host, scheme, entry),
      // Browsers write no zeros in front.
      ...(port === undefined ? {} : { port: String(Number(port)) }),
    };
  });
}

/** A host as browsers write it. */
function hostOf(text: string, scheme: string | undefined, entry: string): string {
  // Those that are not of the web say what they like.
  if (scheme !== undefined && !["http", "https"].includes(scheme) && !text.includes("*")) {
    return text.replace(/^\[|\]$/g, "").toLowerCase();
  }
  if (text === "*") return text;
  const [, wildcard = "", name = ""] = /^(\*\.)?(.*)$/s.exec(text) ?? [];
  const host = canonicalHost(name);
  // Labels that are empty are passed by URL; a dot in front is how others write a wildcard.
  const isBroken = host === undefined || /^\.|\.\./.test(host);
  // As an address, or a name that ends in a number, it would be another host than what is meant.
  if (isBroken || (wildcard && /^\[|^[\d.]+$/.test(host))) {
    throw new ValueError("the host of a page, of which * may be all, or the first label", entry);
  }
  return wildcard + host.replace(/^\[|\]$/g, "");
}

/**
 * A name or address as browsers write it in an origin: IPv4 with four numbers, IPv6 as short as can be and in
 * brackets, letters beyond ASCII as `xn--…` (RFC 5890).
 *
 * @returns undefined where it can be none.
 */
export function canonicalHost(text: string): string | undefined {
  // What a URL has around a host, or takes for something else; an asterisk passes as a letter there.
  if (text === "" || /[\s*@/?#\\%:]/.test(text.replace(/^\[.*\]$/, ""))) return undefined;
  try {
    return new URL(`http://${text}`).hostname;
  } catch {
    return undefined;
  }
}

/** The same origin as text. */
export function originText({ scheme, host, port }: OriginRule): string {
  return (scheme === undefined ? "" : `${scheme}://`) + inBrackets(host) +
    (port === undefined ? "" : `:${port}`);
}
