/** The name of the folder that the runtime puts in front of PATH where it finds no `node` (Deno 2.9). */
const ADDED = /(?:^|[/\\])node_compat_bin[/\\]?$/;

/**
 * The server's PATH as it was when the server was started: programs are found by it, and get it. The runtime puts a
 * folder of its own in front of it, where a `node` is that is Deno.
 *
 * @returns undefined where it is not set, or empty.
 */
export function serverPath(): string | undefined {
  const path = Deno.env.get("PATH");
  const divider = Deno.build.os === "windows" ? ";" : ":";
  const [first = "", ...others] = path?.split(divider) ?? [];
  // One that was there already, as in what another Deno has started, was meant.
  if (!ADDED.test(first) || path === originally()) return path || undefined;
  return others.join(divider) || undefined;
}

/** A variable of the server as it was when the server was started. */
export function serverVariable(name: string): string | undefined {
  return name === "PATH" ? serverPath() : Deno.env.get(name);
}

/** PATH as the system handed it over; undefined where that cannot be looked at. */
function originally(): string | undefined {
  try {
    const variables = Deno.readTextFileSync("/proc/self/environ").split("\0");
    return variables.find((variable) => variable.startsWith("PATH="))?.slice("PATH=".length);
  } catch {
    // No Linux, or Deno may not look.
    return undefined;
  }
}
