import process from "node:process";

/**
 * Runs a test as somebody for whom permissions count: root may read everything, so it becomes the user
 * `nobody` for as long as that takes.
 */
export async function asNobody<T>(test: () => Promise<T>): Promise<T> {
  if (Deno.uid() !== 0) return await test();
  process.seteuid?.(65534);
  try {
    return await test();
  } finally {
    process.seteuid?.(0);
  }
}
