/** An answer whose body is at hand; to HEAD the same without it. */
export function textAnswer(
  method: string,
  text: string,
  init: { readonly status?: number; readonly headers?: Readonly<Record<string, string>> } = {},
): Response {
  const body = new TextEncoder().encode(text);
  return new Response(method === "HEAD" ? null : body, {
    status: init.status ?? 200,
    headers: {
      "Content-Type": "text/plain; charset=utf-8",
      "Content-Length": String(body.length),
      "X-Content-Type-Options": "nosniff",
      ...init.headers,
    },
  });
}
