import { type Needing, needing } from "./programs.ts";

/** Whether packages can be downloaded now: into a cache that has none. */
async function isReachable(): Promise<boolean> {
  const cache = await Deno.makeTempDir();
  try {
    const args = ["eval", "--no-config", "--no-lock", 'await import("npm:shlex@3.0.0")'];
    const signal = AbortSignal.timeout(10_000);
    const options = { args, env: { DENO_DIR: cache }, signal, stdin: "null" } as const;
    return (await new Deno.Command(Deno.execPath(), options).output()).success;
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
}

const isReached = await isReachable();

/**
 * Leaves a test out, and says so in its name, where no packages can be downloaded or a program that it
 * needs is missing. With TEST_ALL=1 it runs, and fails.
 */
export function needingRegistry(name: string, ...programs: readonly string[]): Needing {
  const { name: full, ignore } = needing(name, ...programs);
  if (isReached) return { name: full, ignore };
  return { name: `${full} [needs the registry]`, ignore: Deno.env.get("TEST_ALL") !== "1" };
}
