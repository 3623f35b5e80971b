import { assertEquals } from "@std/assert";
import type { Handler } from "../../../lib/contract.ts";
import { directory } from "../../../lib/handlers/directory.ts";
import { process } from "../../../lib/handlers/process.ts";
import { shared } from "../../../lib/handlers/shared.ts";
import { serve } from "../../../lib/serve.ts";
import { CapturedLog } from "../../base/captured_log.ts";
import { Scripts } from "../../support/scripts.ts";

const LINES = "text/plain; charset=utf-8";
const BYTES = "application/octet-stream";

/** Serves a handler, and posts two lines to it that call themselves bytes. */
async function posted(
  engine: "native" | "node",
  handler: Handler,
  path: string,
  look: (answer: Response) => Promise<void>,
): Promise<void> {
  using _log = new CapturedLog();
  const routes = [{ path: "/*", handler, http: true }];
  await using server = await serve({ port: 0, addresses: ["127.0.0.1"], engine, routes });
  const url = `${server.addresses[0]}`.replace(/^ws/, "http") + path;
  const headers = { "Content-Type": BYTES };
  const body = new TextEncoder().encode("a\nb\n");
  await look(await fetch(url, { method: "POST", headers, body }));
}

const looksFor = (type: string) => async (answer: Response) => {
  const said = [answer.status, await answer.text(), answer.headers.get("content-type")];
  assertEquals(said, [200, "a\nb\n", type]);
};

for (const engine of ["native", "node"] as const) {
  Deno.test(`serve() gives process() what is posted as its framing takes it [${engine}]`, async () => {
    await posted(engine, process(["cat"]), "", looksFor(LINES));
    await posted(engine, process(["cat"], { framing: "binary" }), "", looksFor(BYTES));
  });

  Deno.test(`serve() gives directory() what is posted as its framing takes it [${engine}]`, async () => {
    await using scripts = await Scripts.write({ cat: "exec cat" });
    await posted(engine, directory(scripts.folder), "cat", looksFor(LINES));
  });

  Deno.test(`serve() gives shared() what is posted as its framing takes it [${engine}]`, async () => {
    await using scripts = await Scripts.write({});
    const got = `${scripts.folder}/got`;
    await new Deno.Command("mkfifo", { args: [got] }).output();
    const reader = new Deno.Command("cat", { args: [got], stdout: "piped" }).output();
    const script = 'read -r a; read -r b; printf "%s\\n" "$a" "$b" >"$0"; exec cat';
    const handler = shared(["sh", "-c", script, got], { start: "now", linger: Infinity });
    await posted(engine, handler, "", async (answer) => {
      assertEquals(answer.status, 204);
      assertEquals(new TextDecoder().decode((await reader).stdout), "a\nb\n");
    });
  });
}
