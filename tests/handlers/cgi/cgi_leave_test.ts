import { assert, assertEquals, assertRejects } from "@std/assert";
import { HandshakeError } from "../../../lib/base/errors.ts";
import { Permits } from "../../../lib/base/permits.ts";
import { CapturedLog } from "../../base/captured_log.ts";
import { pidIn, untilGone } from "../../support/processes.ts";
import { inTime } from "../../support/in_time.ts";
import { PATIENT } from "../../support/patient.ts";
import { PLAIN, POST, Served, until, upload } from "../ask.ts";

const NOTHING = "echo 'Status: 204'; echo";

// Each tells the number of a process once it is where it shall be left, here through a named pipe.
const LEFT: [phase: string, script: string][] = [
  ["before the headers", "echo $$ > pid; exec sleep 600"],
  ["before the headers end", "echo 'Content-Type: text/plain'; echo $$ > pid; exec sleep 600"],
  ["in the body", `${PLAIN}; echo $$ > pid; exec sleep 600`],
  ["while it writes much", `${PLAIN}; echo $$ > pid; exec yes`],
  ["while it ignores signals", `trap '' INT TERM; ${PLAIN}; echo $$ > pid; sleep 600; sleep 600`],
  ["when it has started others", `${PLAIN}; sleep 600 & echo $! > pid; wait`],
];
const LEAVES: [how: string, leave: (leaving: Leaving) => unknown][] = [
  ["aborts", ({ controller }) => controller.abort()],
  ["stops uploading", ({ client }) => client.abort(new Error("gone"))],
  ["cancels", async ({ response }) => await (await response)?.body?.cancel()],
];
interface Leaving {
  readonly controller: AbortController;
  readonly client: WritableStreamDefaultWriter<Uint8Array>;
  readonly response: Promise<Response | undefined>;
}
for (const [phase, script] of LEFT) {
  for (const [how, leave] of LEAVES) {
    // Then there is nothing yet that could be cancelled.
    if (how === "cancels" && phase.startsWith("before")) continue;
    Deno.test(`cgi() ends a script whose client ${how} ${phase}`, async () => {
      using log = new CapturedLog("error");
      const forks = new Permits(1);
      await using served = await Served.scripts({ script }, { forks });
      const { pid, leaving } = await begin(served);
      await leave(leaving);
      await untilGone(pid);
      const response = await leaving.response;
      if (how !== "cancels" && response?.ok) await assertRejects(() => response.text());
      await served.end();
      assertEquals([forks.taken, log.lines], [0, []]);
    });
  }
}

Deno.test("cgi() ends the scripts of a client that had left when it asked", async () => {
  await using served = await Served.scripts({ script: "exec sleep 600" });
  const response = await served.ask("/script", { left: AbortSignal.abort() });
  assertEquals(response?.status, 500);
});

Deno.test("cgi() lets a script finish what it does when its client has left", async () => {
  // Much more than what fits into a pipe that nobody reads.
  const script = `${PLAIN}; echo $$ > pid; cat; head -c 1000000 /dev/zero; echo > done`;
  await using served = await Served.scripts({ script }, PATIENT);
  const { pid, leaving } = await begin(served);
  leaving.controller.abort();
  await untilGone(pid);
  assert((await Deno.stat(`${served.folder}/done`)).isFile);
  await leaving.client.abort();
});

Deno.test("cgi() breaks the body off that a client leaves, however its script ends", async () => {
  await using served = await Served.scripts({ script: `${PLAIN}; echo $$ > pid; cat; echo last` });
  const { pid, leaving } = await begin(served);
  const response = await leaving.response;
  leaving.controller.abort();
  await untilGone(pid);
  await assertRejects(async () => await response?.text(), Error, "left");
});

for (const [what, method, head] of [["HEAD", "HEAD", PLAIN], ["a 204", "POST", NOTHING]]) {
  Deno.test(`cgi() answers ${what} when the script is done`, async () => {
    const script = `${head}; read -r go < pid; echo > done`;
    await using served = await Served.scripts({ script });
    const pipe = `${served.folder}/pid`;
    await new Deno.Command("mkfifo", { args: [pipe] }).output();
    const response = served.ask("/script", { method: `${method}` });
    await Deno.writeTextFile(pipe, "go\n");
    assertEquals((await response)?.body, null);
    assert((await Deno.stat(`${served.folder}/done`)).isFile);
  });
}

for (const [phase, script] of LEFT) {
  Deno.test(`cgi() ends a script ${phase} when it is disposed of`, async () => {
    using _log = new CapturedLog("fatal");
    const forks = new Permits(1);
    await using served = await Served.scripts({ script }, { forks });
    const { pid, leaving } = await begin(served);
    await inTime(served.end(), () => "the end of the script");
    assertEquals(forks.taken, 0);
    await untilGone(pid);
    const response = await leaving.response;
    if (response?.ok) await assertRejects(() => response.text(), Error, "in the middle");
    const error = await assertRejects(() => served.ask("/script"), HandshakeError);
    assertEquals(error.status, 503);
    await leaving.client.abort();
  });
}

Deno.test("cgi() sends what a script still writes when it is disposed of", async () => {
  const script = `${PLAIN}; echo first; cat; echo last`;
  await using served = await Served.scripts({ script }, PATIENT);
  const [body, client] = upload();
  const response = await served.ask("/script", { ...POST, body });
  const reader = response?.body?.getReader();
  await until(reader, "first\n");
  await Promise.all([served.end(), until(reader, "last\n")]);
  assertEquals((await reader?.read())?.done, true);
  await client.abort();
});

/** Starts a script that tells a process number through the named pipe `pid`. */
async function begin(served: Served): Promise<{ pid: number; leaving: Leaving }> {
  const pipe = `${served.folder}/pid`;
  await new Deno.Command("mkfifo", { args: [pipe] }).output();
  const controller = new AbortController();
  const [body, client] = upload();
  const response = served.ask("/script", { ...POST, body, left: controller.signal });
  const pid = pidIn(await Deno.readTextFile(pipe));
  return { pid, leaving: { controller, client, response } };
}
