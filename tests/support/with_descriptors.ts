/**
 * Starts Deno with so many descriptors at most; a shell lowers the limit, which a server could not raise again.
 *
 * @param words What stands behind `deno run`.
 */
export function withDescriptors(
  limit: number,
  words: readonly string[],
  cwd?: string,
): Deno.ChildProcess {
  const script = `ulimit -n ${limit}; exec "$0" run --quiet "$@"`;
  return new Deno.Command("bash", {
    args: ["-c", script, Deno.execPath(), ...words],
    ...(cwd === undefined ? {} : { cwd }),
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
}
