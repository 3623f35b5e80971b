/** A TCP port that nobody uses on 127.0.0.1 nor on ::1, for the moment. */
export function freePort(): number {
  for (;;) {
    using four = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    try {
      using six = Deno.listen({ hostname: "::1", port: four.addr.port });
      return six.addr.port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
}
