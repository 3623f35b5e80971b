import { isDenoSince } from "../base/deno_version.ts";
import { isOwnBody } from "../base/own_body.ts";
import { sentListener } from "../base/sent.ts";

/**
 * An answer as `Deno.serve` shall send it, so that who wants to know hears how that went. The runtime tells when it is
 * over, but neither how much it was nor that the body broke off (Deno 2.9): that, a body of ours tells.
 *
 * @param info Has what settles when the runtime is done with the request; asked for only where somebody wants to know.
 */
export function tellWhenSent(
  answer: Response,
  method: string,
  info: Pick<Deno.ServeHandlerInfo, "completed">,
): Response {
  const tell = sentListener(answer);
  if (!tell) return answer;
  const { completed } = info;
  const { body, status, headers } = answer;
  const length = headers.get("content-length");
  const announced = length === null ? undefined : Number(length);
  // Before Deno 2.8, texts that went out are said to have failed.
  if (!body || method === "HEAD" || !isOwnBody(body)) {
    const bytes = body && method !== "HEAD" ? announced : 0;
    const failed = () => tell({ bytes, whole: !isDenoSince(2, 8) });
    completed.then(() => tell({ bytes, whole: true }), failed);
    return answer;
  }
  let bytes = 0;
  let isOver = false;
  let isLeft = false;
  const over = () => tell({ bytes, whole: isOver || bytes === announced });
  completed.then(over, over);
  const reader = body.getReader();
  const watched = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value, done } = await reader.read();
      // Who cancels a body is told that it is over.
      if (isLeft) return;
      if (done) {
        isOver = true;
        return controller.close();
      }
      bytes += value.length;
      controller.enqueue(value);
    },
    cancel(reason) {
      isLeft = true;
      return reader.cancel(reason);
    },
  }, { highWaterMark: 0 });
  return new Response(watched, { status, headers });
}
