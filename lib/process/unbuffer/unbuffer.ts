/**
 * The policy for programs that keep their output back until much of it has gathered, because nobody reads it at a
 * terminal:
 *
 * - `auto`: variables make those write at once of which is known that nothing else changes by that;
 * - `on`: all of these variables, whatever the program is;
 * - `off`: nothing;
 * - `pty`: the output is a pseudo-terminal, beside what `auto` does.
 */
export type Unbuffer = "auto" | "on" | "off" | "pty";

/** All of {@linkcode Unbuffer}. */
export const UNBUFFERS = ["auto", "on", "off", "pty"] as const satisfies readonly Unbuffer[];
