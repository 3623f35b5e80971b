import { assertEquals } from "@std/assert";
import { HttpClient } from "../support/http_client.ts";
import { pidIn, untilGone } from "../support/processes.ts";
import { testEach } from "../support/server.ts";
import { PLAIN, serving } from "./serving.ts";

const BREAKS: [how: string, script: string, whole: boolean, reason: RegExp][] = [
  ["is killed", "kill -KILL $$", false, /middle of its answer \(SIGKILL\)$/],
  ["ends early", "exit 0", false, /5 bytes of its Content-Length are missing$/],
  ["fails at its end", "exit 3", true, /ended with exit status 3$/],
];
for (const [how, ending, whole, reason] of BREAKS) {
  const length = how === "ends early" ? "echo 'Content-Length: 10'; " : "";
  const script = `${length}${PLAIN}; echo body; read -r go < go; ${ending}`;
  testEach(
    `stdws --cgidir ${whole ? "ends" : "breaks off"} the answer of a script that ${how}`,
    async (form) => {
      await serving(form, { script }, async ({ url, stdout }, { folder }) => {
        using client = await HttpClient.connect(url);
        await client.send("GET /script");
        assertEquals((await client.head()).status, 200);
        assertEquals(await client.until("\n"), "body\n");
        await Deno.writeTextFile(`${folder}/go`, "go\n");
        assertEquals(await client.part(), whole ? "" : undefined);
        await stdout.until(new RegExp(`ERROR {2}\\| process .*${reason.source}`));
      });
    },
  );
}

const ENDINGS: [phase: string, script: string, request: string][] = [
  ["before the headers", "echo $$ > pid; exec sleep 600", "GET /script"],
  ["in the body", `${PLAIN}; echo $$ > pid; exec sleep 600`, "GET /script"],
  ["in a body that it does not read", `${PLAIN}; echo $$ > pid; exec yes`, "GET /script"],
  ["of a HEAD", `${PLAIN}; echo $$ > pid; exec sleep 600`, "HEAD /script"],
  ["while it uploads", "echo $$ > pid; exec cat", "POST /script\nContent-Length: 50\n\nhello"],
  ["after it has uploaded", "echo $$ > pid; exec sleep 600", "PUT /script\nContent-Length: 1\n\nx"],
  [
    "that asked for another upgrade",
    "echo $$ > pid; exec sleep 600",
    "GET /script\nConnection: Upgrade\nUpgrade: other",
  ],
  [
    "that asked for a WebSocket where there is none",
    "echo $$ > pid; exec sleep 600",
    "GET /script\nConnection: Upgrade\nUpgrade: websocket",
  ],
  ["with a child", `${PLAIN}; sleep 600 & echo $! > pid; wait`, "GET /script"],
];
testEach("stdws --cgidir ends a script whose client leaves", async (form, context) => {
  const programs = ENDINGS.map(([, script], at) => [`script${at}`, script]);
  await serving(form, Object.fromEntries(programs), async ({ url, stdout }, { folder }) => {
    for (const [at, [phase, , request]] of ENDINGS.entries()) {
      await context.step(phase, async () => {
        const client = await HttpClient.connect(url);
        await client.send(request.replace("/script", `/script${at}`));
        const pid = pidIn(await Deno.readTextFile(`${folder}/pid`));
        client[Symbol.dispose]();
        await untilGone(pid);
      });
    }
    assertEquals(stdout.all.filter((line) => /ERROR|FATAL/.test(line)), []);
  });
});

for (const signal of ["SIGTERM", "SIGINT", "SIGKILL"] as const) {
  testEach(`stdws --cgidir leaves no script behind after ${signal}`, async (form) => {
    const script = `trap '' INT TERM; ${PLAIN}; sleep 600 & echo $! $$ > pid; wait; wait`;
    await serving(form, { script }, async (server, { folder }) => {
      using client = await HttpClient.connect(server.url);
      await client.send("GET /script");
      const pids = (await Deno.readTextFile(`${folder}/pid`)).split(" ").map(pidIn);
      await server.stop(signal);
      for (const pid of pids) await untilGone(pid);
    });
  });
}
