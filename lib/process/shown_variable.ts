import { HIDDEN, TOKEN_PARAM, withoutToken } from "../base/query_token.ts";

const PARAM = `STDWS_PARAM_${TOKEN_PARAM.toUpperCase()}`;
const TOKEN_COOKIE = new RegExp(`((?:^|;)\\s*${TOKEN_PARAM}=)[^;]*`, "g");

/**
 * The value of a variable as the log may have it: without the password or token of a client, in all the places where
 * it can say one. A program may be told them (`--authpass`), or finds out itself who somebody is; who reads its log
 * should not be let in by that.
 */
export function shownVariable(name: string, value: string): string {
  switch (name) {
    case PARAM:
      return HIDDEN;
    case "QUERY_STRING":
      return withoutToken(`?${value}`).slice(1);
    case "HTTP_AUTHORIZATION":
    case "HTTP_PROXY_AUTHORIZATION":
      // The scheme is none.
      return value.replace(/^(\S+\s+)?.*$/s, `$1${HIDDEN}`);
    case "HTTP_COOKIE":
      return value.replace(TOKEN_COOKIE, `$1${HIDDEN}`);
    case "HTTP_SEC_WEBSOCKET_PROTOCOL":
      return value.replace(/\b(bearer\s*,\s*)[^\s,]+/, `$1${HIDDEN}`);
    default:
      // An address, as in REQUEST_URI and HTTP_REFERER.
      return withoutToken(value);
  }
}
