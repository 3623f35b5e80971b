/** Whether a close frame may carry a code (RFC 6455 §7.4). */
export function isCloseCode(code: unknown): code is number {
  if (typeof code !== "number" || !Number.isInteger(code) || code < 1000 || code > 4999) {
    return false;
  }
  return code >= 3000 || (code <= 1014 && ![1004, 1005, 1006].includes(code));
}
