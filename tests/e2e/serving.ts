import { Scripts } from "../support/scripts.ts";
import { type Form, TestServer } from "../support/server.ts";

/** The header block of a script. */
export const PLAIN = "echo 'Content-Type: text/plain'; echo";

/**
 * Serves scripts, in whose folder there are two named pipes: `pid`, for what a script tells the test,
 * and `go`, for what it waits for.
 */
export async function serving(
  form: Form,
  programs: Readonly<Record<string, string>>,
  test: (server: TestServer, scripts: Scripts) => Promise<void>,
  args: readonly string[] = [],
): Promise<void> {
  await using scripts = await Scripts.write(programs);
  const { folder } = scripts;
  await new Deno.Command("mkfifo", { args: [`${folder}/go`, `${folder}/pid`] }).output();
  await using server = await TestServer.start([`--cgidir=${folder}`, ...args], { form });
  await test(server, scripts);
}
