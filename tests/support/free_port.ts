// Behind the last one that browsers refuse, and before those that the system gives to whoever asks for any: nobody
// gets one of these by chance, while a test that has asked for it is not listening yet.
const [FIRST, END] = [10_081, 32_768];

// One behind the other, from anywhere on: others that run beside this do the same from elsewhere on, and so nobody gets
// what somebody else has just got and does not listen on yet, or not again.
let next = Math.floor((END - FIRST) * Math.random());

/** A TCP port that nobody uses on 127.0.0.1 nor on ::1, and that nobody gets who does not ask for it. */
export function freePort(): number {
  for (;;) {
    const port = FIRST + next++ % (END - FIRST);
    try {
      using _four = Deno.listen({ hostname: "127.0.0.1", port });
      using _six = Deno.listen({ hostname: "::1", port });
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
}
