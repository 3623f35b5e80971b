import { GUARD } from "./in_time.ts";

/**
 * Looks again and again until something is so of which nobody tells; fails where it never is.
 *
 * @param look Answers whether it is so.
 * @param what What was looked for; asked only when it has not come.
 */
export async function lookFor(
  look: () => boolean | Promise<boolean>,
  what: () => string,
): Promise<void> {
  const deadline = performance.now() + GUARD;
  while (!await look()) {
    if (performance.now() > deadline) throw new Error(`Looked in vain for ${what()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
