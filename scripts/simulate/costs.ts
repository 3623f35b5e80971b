/**
 * Costs of one operation on one core, in microseconds, for a message of 100 bytes, as `--measure` finds them: those here
 * are of a virtual machine of 2 cores, with Deno 2.9 and the local bus. What is made of them is good within a factor of
 * two.
 */
export const COSTS = {
  /** A server writes an envelope for the engine. */
  say: 12,
  /** A server takes an entry: reads and checks its envelope, notes it in the log, frames it once. */
  take: 4,
  /** A server hands one member the frames that are made already, and the system takes them for its socket. */
  deliver: 8,
  /** The engine takes a message, numbers it, and keeps it. */
  accept: 8,
  /** The engine sends it to one server. */
  pass: 2,
};

/** The network between servers and engine: that of one data centre. */
export const NETWORK = {
  /** Milliseconds that it takes at least, one way. */
  latency: 0.25,
  /** Milliseconds that it takes longer in the mean, by an exponential distribution. */
  jitter: 0.1,
  /** Bytes in a millisecond: 10 Gbit/s. */
  bandwidth: 1_250_000,
};
