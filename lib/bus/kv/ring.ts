/** A key by which servers tell each other that there is something new: said or claimed, or somebody who came or left. */
export type Bell = "bell" | "census";

/**
 * Has a commit tell so. That the key is written tells it, and not what is there: so it does not matter what somebody
 * else has written there. To add to it would fail then, with a part of the commit done.
 */
export function ring(
  commit: Deno.AtomicOperation,
  prefix: Deno.KvKey,
  bell: Bell,
): Deno.AtomicOperation {
  // A number, because servers of another version may add to it.
  return commit.set([...prefix, bell], new Deno.KvU64(1n));
}
