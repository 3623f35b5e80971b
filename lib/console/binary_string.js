// More arguments than this are too many for a call.
const AT_ONCE = 8192;

/**
 * Makes a text of bytes, in which each is a character, as `btoa` and JSON take it.
 *
 * @param {Uint8Array} bytes
 * @returns {string}
 */
export function binaryString(bytes) {
  let text = "";
  for (let start = 0; start < bytes.length; start += AT_ONCE) {
    text += String.fromCharCode(...bytes.subarray(start, start + AT_ONCE));
  }
  return text;
}

/**
 * Makes the bytes of such a text.
 *
 * @param {string} text
 * @returns {Uint8Array}
 */
export function bytesOf(text) {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
