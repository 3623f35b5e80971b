const CLOSE_CODES = {
  1000: "Normal closure",
  1001: "Going away",
  1002: "Protocol error",
  1003: "Unsupported data",
  1005: "No code received",
  1006: "Abnormal closure",
  1007: "Invalid payload data",
  1008: "Policy violation",
  1009: "Message too big",
  1010: "Extension missing",
  1011: "Internal error",
  1012: "Service restart",
  1013: "Try again later",
  1014: "Bad gateway",
  1015: "TLS handshake failed",
};

/**
 * Says what a close code means (RFC 6455 §7.4.1 and IANA's registry).
 *
 * @param {number} code
 * @returns {string} Empty where the code has no meaning of its own.
 */
export function closeCodeName(code) {
  if (code in CLOSE_CODES) return CLOSE_CODES[code];
  if (code >= 3000 && code <= 3999) return "Registered code";
  if (code >= 4000 && code <= 4999) return "Private code";
  return "";
}

/** Bytes that a close frame's reason may have (RFC 6455 §5.5: 125 less the two of the code). */
export const MAX_REASON_SIZE = 123;

/**
 * Checks what a page may close with: 1000 or 3000 to 4999, and a reason of 123 bytes.
 *
 * @param {number} code
 * @param {string} reason
 * @returns {string} The mistake; empty if there is none.
 */
export function checkClose(code, reason) {
  if (!(code === 1000 || (Number.isInteger(code) && code >= 3000 && code <= 4999))) {
    return "A page may close with code 1000 or 3000 to 4999";
  }
  const size = new TextEncoder().encode(reason).length;
  if (size <= MAX_REASON_SIZE) return "";
  return `The reason has ${size} bytes: ${MAX_REASON_SIZE} are allowed`;
}
