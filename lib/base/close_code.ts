/** Whether a close frame may carry a code (RFC 6455 §7.4). */
export function isCloseCode(code: unknown): code is number {
  if (typeof code !== "number" || !Number.isInteger(code) || code < 1000 || code > 4999) {
    return false;
  }
  return code >= 3000 || (code <= 1014 && ![1004, 1005, 1006].includes(code));
}

// The server ends, the connection broke, or it cannot be served now.
const PASSING = [1001, 1006, 1012, 1013];

/** Whether it may help a client to come again after a close with a code. */
export function isPassing(code: number): boolean {
  return PASSING.includes(code);
}

const encoder = new TextEncoder();

/** The reason of a close frame has 123 bytes (RFC 6455 §5.5); what is longer is cut, between two characters. */
export function cutReason(reason: string): string {
  const { read } = encoder.encodeInto(reason, new Uint8Array(123));
  return reason.slice(0, read);
}
