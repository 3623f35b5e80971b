import { isAlwaysUtf8, isKnownUtf8 } from "./charset.ts";

const BINARY = "application/octet-stream";
const TEXT = "text/plain; charset=UTF-8";
// As much as browsers and websocketd look at.
const SAMPLE = 512;
// Most pages are no longer.
const CHARSET_SAMPLE = 16 * 1024;

/**
 * The media type of a file: by the extension of its name, and where that tells nothing (`README`,
 * `main.py`), plain text if it begins like one. Plain text is the most that a guess may make of a file:
 * a browser that is told not to sniff runs nothing in it.
 *
 * A text that is not known to be UTF-8 has no charset: what the page says itself counts, or what a browser finds.
 *
 * @param path The file's name, as it was asked for.
 * @param file The file at its beginning.
 */
export async function mediaType(
  path: string,
  file: Pick<Deno.FsFile, "read">,
): Promise<string> {
  // Loaded only where it is used: its table makes the start slower.
  const { contentType }: Pick<typeof import("../../base/std.d.ts"), "contentType"> = await import(
    "npm:deno-std@1.4.0/media_types/content_type.js"
  );
  const extension = /\.[^./]+$/.exec(path)?.[0] ?? "";
  const type = contentType(extension);
  if (type === undefined) return isText(await sample(file, SAMPLE)) ? TEXT : BINARY;
  const [bare = "", charset] = type.split("; charset=");
  if (!charset || isAlwaysUtf8(bare)) return type;
  return isKnownUtf8(bare, await sample(file, CHARSET_SAMPLE)) ? type : bare;
}

/** Whether bytes are the beginning of a text in UTF-8. */
export function isText(bytes: Uint8Array<ArrayBuffer>): boolean {
  try {
    // With `stream`, because the last character may be cut.
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    // deno-lint-ignore no-control-regex -- these are what tells.
    return !/[\0-\x08\x0e-\x1a\x1c-\x1f\x7f]/.test(text);
  } catch {
    return false;
  }
}

async function sample(
  file: Pick<Deno.FsFile, "read">,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  return bytes.subarray(0, await file.read(bytes) ?? 0);
}
