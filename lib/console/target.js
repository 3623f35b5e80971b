/**
 * Tells where the console connects to before anybody has changed it: to what the page was asked for,
 * or, where the console has a path of its own, to the root of its server.
 *
 * @param {{ protocol: string, host: string, pathname: string, search: string }} location
 * @param {string} [path] The console's path at its server, where it has one of its own.
 * @returns {{ url: string, query: string }} The query comes without its question mark.
 */
export function defaultTarget(location, path) {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const origin = `${scheme}://${location.host}`;
  if (path !== undefined) {
    return { url: `${origin}${prefixOf(location.pathname, path)}/`, query: "" };
  }
  return { url: origin + location.pathname, query: location.search.slice(1) };
}

/**
 * Tells what a proxy takes off the beginning of a path before the server sees it.
 *
 * @param {string} pathname The path as the browser has it.
 * @param {string} seen The path as the server has it.
 * @returns {string} Empty, or without a slash at its end.
 */
export function prefixOf(pathname, seen) {
  if (pathname.endsWith(seen)) return pathname.slice(0, -seen.length);
  // As many folders up as the server's path is deep: a proxy may have changed its name as well.
  const depth = seen.replace(/\/$/, "").split("/").length - 1;
  return pathname.replace(/\/$/, "").split("/").slice(0, -depth || undefined).join("/");
}

/**
 * Takes a URL apart, so that its query can be edited by itself. A fragment is no part of the request.
 *
 * @param {string} text
 * @returns {{ url: string, query: string | undefined }} The query is undefined where there is none.
 */
export function splitQuery(text) {
  const [whole = ""] = text.trim().split("#");
  const mark = whole.indexOf("?");
  if (mark < 0) return { url: whole, query: undefined };
  return { url: whole.slice(0, mark), query: whole.slice(mark + 1) };
}

/**
 * Makes the URL to connect to.
 *
 * @param {string} text The URL field: absolute, or relative to the page; http counts as ws.
 * @param {string} query The query field, with or without its question mark.
 * @param {string} base The address of the page.
 * @returns {string}
 * @throws {Error} If it is no URL of a WebSocket.
 */
export function resolveTarget(text, query, base) {
  const { url: path, query: own } = splitQuery(text);
  const typed = query.trim().replace(/^\?/, "");
  const queries = [own, typed].filter(Boolean).join("&");
  // "localhost:8080" would be read as a URL with the scheme "localhost:".
  const absolute = /^[\w.-]+:\d+(\/|$)/.test(path) ? `//${path}` : path;
  if (!URL.canParse(absolute, base)) throw new Error(`"${text}" is not a URL`);
  const url = new URL(absolute, base);
  url.protocol = url.protocol.replace(/^http/, "ws");
  if (!/^wss?:$/.test(url.protocol)) {
    throw new Error(`"${url.protocol}" is not the scheme of a WebSocket: use ws: or wss:`);
  }
  url.search = queries;
  url.hash = "";
  return url.href;
}

/**
 * Reads a list of subprotocols, such as `chat.v2, chat.v1`.
 *
 * @param {string} text
 * @returns {string[]}
 */
export function parseProtocols(text) {
  return text.split(/[\s,]+/).filter(Boolean);
}
