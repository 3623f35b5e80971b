import { assert, assertEquals } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { HttpClient } from "../support/http_client.ts";
import { isAlive, pidIn, untilGone, untilIdle } from "../support/processes.ts";
import { testEach, TestServer, testTable } from "../support/server.ts";
import { PLAIN, serving } from "./serving.ts";

/** Hands its output to a filter that is slower than itself. */
const FILTER = 'exec > >(while read -r l; do sleep 0.3; echo "$l"; done)';
const THREE = `${FILTER}; for i in 1 2 3; do echo "line $i"; done; exit 3`;
const LINES = ["line 1", "line 2", "line 3"];
const CLOSED = "4003 exit status 3";

/** Everything up to the end, whatever kind of messages it is. */
async function everything(client: RawClient): Promise<{ text: string; closed: string }> {
  const decoder = new TextDecoder();
  for (let text = "";;) {
    const received = await client.next();
    if (received.kind === "text") text += received.data + "\n";
    if (received.kind === "binary") text += decoder.decode(received.data, { stream: true });
    if (received.kind !== "close") continue;
    return { text, closed: `${received.code} ${received.reason}`.trimEnd() };
  }
}

const WAYS: [what: string, args: string[], text: string[]][] = [
  ["", ["bash", "-c", THREE], LINES],
  [" --binary", ["--binary", "bash", "-c", THREE], LINES],
  [
    " --passstderr",
    ["--passstderr", "bash", "-c", THREE],
    LINES.map((data) => JSON.stringify({ stream: "stdout", data })),
  ],
  [" shared", [`--route=/=shared bash -c '${THREE}'`], LINES],
];
const testWay = testTable();
for (const [what, args, texts] of WAYS) {
  testWay(
    `stdws${what} sends all that a filter writes after its program has exited`,
    async (form) => {
      await using server = await TestServer.start(args, { form });
      using client = await RawClient.open(server.url);
      assertEquals(await everything(client), { text: texts.join("\n") + "\n", closed: CLOSED });
    },
    ["bash"],
  );
}

testEach("stdws CGI answers all that a filter writes after its script has exited", async (form) => {
  const script = `#!/bin/bash\n${PLAIN}; ${THREE}`;
  await serving(form, { script }, async (server) => {
    using client = await HttpClient.connect(server.url);
    const { status, body } = await client.ask("GET /script");
    assertEquals([status, body], [200, LINES.join("\n") + "\n"]);
  });
}, ["bash"]);

testEach("stdws --passstderr waits for the end of stderr, too", async (form) => {
  const program = "exec 3<&0; (read -r _ <&3; echo late >&2) >&- & echo $$; exit 3";
  await using server = await TestServer.start(["--passstderr", "bash", "-c", program], { form });
  using client = await RawClient.open(server.url);
  const { stream, data } = JSON.parse(await client.text());
  assertEquals(stream, "stdout");
  await untilGone(Number(data));
  await client.send("go on");
  const late = JSON.stringify({ stream: "stderr", data: "late" });
  assertEquals(await client.rest(), { texts: [late], closed: CLOSED });
  await server.stdout.until(/stderr .*late$/);
}, ["bash"]);

testEach("stdws sends a filter's last lines to a client that reads late", async (form) => {
  // More than is on its way to a client that does not read.
  const program = `exec > >(cat); head -c 30000000 /dev/zero | tr '\\0' x | fold -w 1000; exit 3`;
  await using server = await TestServer.start(["bash", "-c", `echo $$; ${program}`], { form });
  using client = await RawClient.open(server.url);
  const first = await client.text();
  // It waits, as everybody does from there to the client.
  await untilIdle(pidIn(first));
  await untilIdle(server.pid);
  const { texts, closed } = await client.rest();
  assertEquals([texts.length, closed], [30_000, CLOSED]);
}, ["bash", "fold"]);

testEach("stdws ends a filter when its client leaves", async (form) => {
  const program = "exec > >(echo $BASHPID; exec sleep 600); exit 3";
  await using server = await TestServer.start(["bash", "-c", program], { form });
  using client = await RawClient.open(server.url);
  const pid = Number(await client.text());
  assert(isAlive(pid));
  client[Symbol.dispose]();
  await untilGone(pid);
}, ["bash"]);

const JOB = "setsid sh -c 'exec sleep 600' > /dev/null 2>&1 < /dev/null &";
for (const orphans of ["keep", "end"]) {
  const fate = orphans === "keep" ? "lets live" : "ends";
  testEach(
    `stdws orphans=${orphans} ${fate} what a program starts in its SIGINT trap`,
    async (form) => {
      const script = await Deno.makeTempFile();
      try {
        await Deno.writeTextFile(
          script,
          `trap '${
            JOB.replaceAll("'", '"')
          } echo $! > ${script}.pid; exit' INT\necho up; while :; do sleep 0.05; done`,
        );
        // On a machine that is busy, a trap takes longer than there is time between SIGINT and SIGTERM.
        const route = `--route=/=process?orphans=${orphans}&closems=2000 bash ${script}`;
        await using server = await TestServer.start(["--loglevel=debug", route], { form });
        using client = await RawClient.open(server.url);
        await client.text();
        client[Symbol.dispose]();
        await server.stdout.until(/terminated after/);
        const pid = Number(await Deno.readTextFile(`${script}.pid`));
        if (orphans === "end") await untilGone(pid);
        else {
          assert(isAlive(pid));
          Deno.kill(pid, "SIGKILL");
          await untilGone(pid);
        }
      } finally {
        await Deno.remove(script);
        await Deno.remove(`${script}.pid`);
      }
    },
    ["bash", "setsid"],
  );
}

/** Comes in as soon as the process of the one before has given its permit back. */
async function openWhenFree(server: TestServer): Promise<RawClient> {
  for (;;) {
    const client = await RawClient.request(server.url);
    if (client.answer.status === 101) return client;
    using _refused = client;
    assertEquals(client.answer.status, 429);
  }
}

const KEPT: [what: string, script: string][] = [
  // It writes for ever, and nobody reads it any more: then it gets SIGPIPE.
  ["standard output", "yes & read -r line"],
  ["standard error", "(while sleep 0.05; do echo x >&2; done) >/dev/null & echo hi; read -r line"],
];
const testKept = testTable();
for (const [what, script] of KEPT) {
  for (const handler of ["process", "shared"]) {
    testKept(
      `stdws ${handler} with orphans=keep reads ${what} of nobody after its client has left`,
      async (form) => {
        const route = `--route=/=${handler}?orphans=keep&maxforks=1 bash -c '${script}'`;
        await using server = await TestServer.start([route], { form });
        for (let visit = 0; visit < 3; visit++) {
          using client = await openWhenFree(server);
          await client.next();
        }
      },
      ["bash"],
    );
  }
}
