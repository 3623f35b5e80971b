import { HIDDEN } from "../base/query_token.ts";

// Each with what stays in front of the secret. A password may have a slash or an "@" in it that is not encoded, and then
// the address is none: all up to the last "@" of the word is taken for it.
const SECRETS = [
  /([?&]env=[^=&\s]*?(?:=|%3D))[^&\s"]+/gi,
  /(\/\/)(?:[^\s"]*:[^\s"]*|[^\s"/?#]*)(?=@)/g,
  /(\b(?:forward:|jwt:|[a-z]+:(?=https?:))[^\s?;&"]*?(?:\?|%3F))[^\s;&"]+/gi,
  /([?&]access_token=)[^\s&"]+/gi,
];

/**
 * What a person has said, an option's value or a whole route, as a message may have it, which others read: without the
 * values of `env=`, the users and passwords of addresses, and what stands behind the question mark of an address of
 * `auth`.
 */
export function withoutSecrets(text: string): string {
  return SECRETS.reduce((shown, secret) => shown.replace(secret, `$1${HIDDEN}`), text);
}
