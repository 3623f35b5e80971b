import { pemBlocks } from "../base/pem.ts";

/** Says, to follow what a file has not, what it is instead. */
export function hintAt(bytes: Uint8Array): string {
  if (bytes.length === 0) return ": the file is empty";
  const [block] = pemBlocks(bytes);
  if (block) return `, but a ${block.label}`;
  const content = contentOfSequence(bytes);
  if (!content) return "";
  // It begins with its version, which is 3 (RFC 7292 §4); no certificate and no key has that there.
  const isPkcs12 = content[0] === 2 && content[1] === 1 && content[2] === 3;
  return isPkcs12
    ? ": it is PKCS #12, of which openssl pkcs12 -in FILE -nodes makes PEM"
    : ": it is DER, which openssl makes PEM of";
}

/** The content of a sequence in DER that is all of the bytes (X.690 §8.1); undefined where it is none. */
function contentOfSequence(bytes: Uint8Array): Uint8Array | undefined {
  const [tag, length = 0] = bytes;
  const head = length > 0x80 ? 2 + (length & 0x7f) : 2;
  const size = length > 0x80
    ? bytes.subarray(2, head).reduce((sum, byte) => sum * 256 + byte, 0)
    : length;
  return tag === 0x30 && bytes.length === head + size ? bytes.subarray(head) : undefined;
}
