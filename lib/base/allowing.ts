/** The answer to OPTIONS, as a browser asks before a request to another site; its other headers are the server's. */
export function allowing(methods: string): Response {
  return new Response(null, { status: 204, headers: { Allow: methods } });
}
