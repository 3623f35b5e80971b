import { assert, assertEquals } from "@std/assert";
import type { RawClient } from "./client.ts";
import type { Folder } from "./folder.ts";
import type { TestServer } from "./server.ts";

/** A recording, as it is in its file. */
export interface Kept {
  readonly name: string;
  readonly head: Readonly<Record<string, unknown>>;
  /** The lines behind the head, without their times, which never go back. */
  readonly lines: readonly (readonly unknown[])[];
}

/** The recordings of a folder, the oldest first. */
export async function recordingsIn(folder: Folder): Promise<Kept[]> {
  return await Promise.all(
    (await folder.names()).sort().map(async (name) => {
      const text = await Deno.readTextFile(`${folder.path}/${name}`);
      const [head, ...timed] = text.trimEnd().split("\n").map((line) => JSON.parse(line));
      let latest = 0;
      for (const [time] of timed) {
        assert(time >= latest, `${time} after ${latest}`);
        latest = time;
      }
      return { name, head, lines: timed.map(([, ...line]) => line) };
    }),
  );
}

/** The one recording of a folder. */
export async function recordingIn(folder: Folder): Promise<Kept> {
  const [recording, ...others] = await recordingsIn(folder);
  assertEquals(others, []);
  assert(recording, "there is no recording");
  return recording;
}

/** Has a client close, and waits until the server has seen that: its answer may be that of the runtime. */
export async function leave(client: RawClient, { stdout }: TestServer): Promise<void> {
  const known = stdout.all.length;
  await client.close();
  await stdout.after(known, /DISCONNECT$/);
}
