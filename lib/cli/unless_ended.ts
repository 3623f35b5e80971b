/** A start that was ended before its end. */
export class StartEnded extends Error {
  /** The class, as it is printed. */
  override readonly name = "StartEnded";
}

/**
 * Waits for a part of a start until somebody ends that: a module may take for ever to load.
 *
 * @param ending Resolves when the server is to end.
 * @throws {StartEnded} If it is to end before that part is done, which goes on then.
 */
export async function unlessEnded<T>(ending: Promise<unknown>, part: Promise<T>): Promise<T> {
  const ended = ending.then(() => {
    throw new StartEnded("The start was ended before it was done");
  });
  return await Promise.race([part, ended]);
}
