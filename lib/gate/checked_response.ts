import { NO_FIELD_VALUE } from "../base/header_forms.ts";
import { shown } from "../base/shown.ts";

/**
 * An answer as an engine can send it: a handler of somebody's own may not have been checked for its types.
 *
 * @throws {TypeError} If it is none.
 */
export function checkedResponse(response: unknown): Response {
  if (!(response instanceof Response)) {
    throw new TypeError(`An answer has to be a Response or undefined, not ${typeof response}`);
  }
  if (response.type === "error") throw new TypeError("Response.error() cannot be sent");
  if (response.bodyUsed || response.body?.locked) {
    throw new TypeError("The body of the answer was read already");
  }
  for (const [name, value] of response.headers) {
    // Some that the runtime lets pass are no characters of a header (RFC 9110 §5.5).
    if (NO_FIELD_VALUE.test(value) || name === "content-length" && !/^\d+$/.test(value)) {
      throw new TypeError(`The answer cannot have the header ${name}: ${shown(value)}`);
    }
  }
  return response;
}
