const BINARY = "application/octet-stream";
const TEXT = "text/plain; charset=UTF-8";
// As much as browsers and websocketd look at.
const SAMPLE = 512;

/**
 * The media type of a file: by the extension of its name, and where that tells nothing (`README`,
 * `main.py`), plain text if it begins like one. Plain text is the most that a guess may make of a file:
 * a browser that is told not to sniff runs nothing in it.
 *
 * @param path The file's name, as it was asked for.
 * @param file The file at its beginning.
 */
export async function mediaType(
  path: string,
  file: Pick<Deno.FsFile, "read">,
): Promise<string> {
  // Loaded only where it is used: its table makes the start slower.
  const { contentType } = await import("@std/media-types/content-type");
  const extension = /\.[^./]+$/.exec(path)?.[0] ?? "";
  return contentType(extension) ?? (isText(await sample(file)) ? TEXT : BINARY);
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

async function sample(file: Pick<Deno.FsFile, "read">): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(SAMPLE);
  return bytes.subarray(0, await file.read(bytes) ?? 0);
}
