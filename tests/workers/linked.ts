import { Link } from "../../lib/workers/link.ts";

/** Two ends of one way, over a real socket; disposing closes both. */
export async function linked(): Promise<{ here: Link; there: Link } & AsyncDisposable> {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/socket`;
  using listener = Deno.listen({ transport: "unix", path });
  const [near, far] = await Promise.all([
    Deno.connect({ transport: "unix", path }),
    listener.accept(),
  ]);
  const [here, there] = [new Link(near), new Link(far)];
  return {
    here,
    there,
    async [Symbol.asyncDispose]() {
      here.close();
      there.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
}
