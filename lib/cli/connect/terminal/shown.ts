import { oneLine } from "../../../base/one_line.ts";

// Bytes of a binary message that are shown.
const MOST = 16;

const decoder = new TextDecoder();

/**
 * A text message as it may be shown on a terminal, which its characters could steer otherwise; the lines
 * behind the first one begin with an indent, so that none looks like one of somebody else's.
 */
export function shownText(data: Uint8Array, indent: string = ""): string {
  return decoder.decode(data).split("\n").map(oneLine).join(`\n${indent}`);
}

/** The beginning of a binary message, as numbers and as far as it can be read. */
export function shownBinary(data: Uint8Array): string {
  const part = data.subarray(0, MOST);
  const more = data.length > MOST ? " …" : "";
  const unit = data.length === 1 ? "byte" : "bytes";
  const hex = Array.from(part, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  const text = Array.from(part, (byte) => {
    return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".";
  }).join("");
  const head = `binary, ${data.length} ${unit}`;
  return data.length === 0 ? head : `${head}: ${hex}${more}  |${text}|`;
}
