/** Processes that have a word in their environment, without one of them. */
export function marked(word: string, except: number): number[] {
  const found: number[] = [];
  for (const { name } of Deno.readDirSync("/proc")) {
    const pid = Number(name);
    if (!(pid > 0) || pid === except) continue;
    try {
      if (Deno.readTextFileSync(`/proc/${name}/environ`).includes(word)) found.push(pid);
    } catch {
      // It has ended meanwhile, or is somebody else's.
    }
  }
  return found;
}
