/**
 * The stream of what comes from a connection. Not its own `readable`, which closes the connection at its
 * end: the other side may still take what waits for it.
 *
 * @param failed Gets why it cannot be read on; that is the end of the stream as well.
 */
export function readableOf(
  conn: Pick<Deno.Conn, "read">,
  failed: (error: unknown) => void,
): ReadableStream<Uint8Array> {
  return new ReadableStream({
    type: "bytes",
    async pull(controller) {
      const request = controller.byobRequest;
      const view = request?.view;
      if (!request || !view) return;
      const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
      const count = await conn.read(bytes).catch((error) => {
        failed(error);
        return null;
      });
      if (count === null) controller.close();
      request.respond(count ?? 0);
    },
  });
}

/** The stream of what goes to a connection. Not its own `writable`, which closes the connection as well. */
export function writableOf(conn: Pick<Deno.Conn, "write">): WritableStream<Uint8Array> {
  return new WritableStream({
    async write(chunk) {
      for (let written = 0; written < chunk.length;) {
        written += await conn.write(chunk.subarray(written));
      }
    },
  });
}
