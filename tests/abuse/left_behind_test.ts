import { assert, assertEquals } from "@std/assert";
import { abuse, type Attack } from "./abuse.ts";
import { possessionsOf } from "./possessions.ts";
import { RawClient } from "../support/client.ts";
import { pidIn, untilGone } from "../support/processes.ts";
import type { TestServer } from "../support/server.ts";
import { watchdogOf } from "./watchdog_of.ts";

/** Programs that write the number of a process which nobody is to be able to leave behind. */
const LEAVERS: [what: string, script: string, ...needs: string[]][] = [
  ["a child", "sleep 600 & echo $!; read -r line"],
  ["a child that ignores signals", `sh -c 'trap "" INT QUIT TERM; echo $$; sleep 600; :' & wait`],
  ["an orphan", "(sleep 600 >&- & echo $!); read -r line"],
  ["an orphan in a session of its own", `(setsid sh -c 'echo $$; exec sleep 600 >&-' &); cat`],
  [
    "an orphan without its environment",
    `(env -i setsid sh -c 'echo $$; exec sleep 600 >&-' &); cat`,
  ],
  [
    "an orphan of a program that has ended, without its environment",
    `(env -i setsid sh -c 'echo $$; exec sleep 600 >&-' &)`,
  ],
  [
    "an orphan that forks on and on without its environment",
    `(env -i setsid sh -c 'echo $$; while :; do (sleep 0.01; sleep 0.01) & wait; done >&-' &); cat`,
  ],
  [
    "a daemon that writes over its environment",
    `dir=$(mktemp -d); cd "$dir"
    redis-server --port 0 --unixsocket "$dir/socket" --daemonize yes --dir "$dir" --pidfile "$dir/pid" --save "" >log 2>&1
    until [ -s pid ]; do sleep 0.01; done; cat pid; rm -r "$dir"; cat`,
    "redis-server",
  ],
];

/** The ways in which it is ended; `-` is for its whole group, as Ctrl-\ does it. */
const ENDS: [how: string, end: (server: TestServer, client: RawClient) => unknown][] = [
  ["whose client leaves", (_, client) => client[Symbol.dispose]()],
  ["whose server is ended", (server) => server.stop()],
  ["whose server is killed", (server) => server.stop("SIGKILL")],
  ["whose server and all of its group get SIGQUIT", (server) => Deno.kill(-server.pid, "SIGQUIT")],
  ["whose server and all of its group are killed", (server) => Deno.kill(-server.pid, "SIGKILL")],
];

for (const [what, script, ...needs] of LEAVERS) {
  abuse(`a program that leaves ${what} behind, however it ends`, async (attack) => {
    await Promise.all(ENDS.map(async ([how, end]) => {
      await using server = await start(attack, script);
      using client = await RawClient.open(server.url);
      const text = await client.text();
      // What a program has left that has ended itself may have been ended by now.
      const pid = /that has ended/.test(what) ? Number(text) : pidIn(text);
      assert(pid > 1, text);
      await end(server, client);
      await untilGone(pid).catch((cause) => {
        Deno.kill(pid, "SIGKILL");
        throw new Error(`Something lives on ${how}`, { cause });
      });
    }));
    attack.note({ counted: ENDS.length, processes: 0 });
  }, { needs: ["setsid", ...needs] });
}

abuse("two programs that leave daemons behind, one of which goes on", async (attack) => {
  const script = `(env -i setsid sh -c 'echo $$; exec sleep 600 >&-' &); cat`;
  await using server = await start(attack, script);
  const before = possessionsOf(server.pid);
  {
    using one = await RawClient.open(server.url);
    using two = await RawClient.open(server.url);
    const [ends, stays] = [pidIn(await one.text()), pidIn(await two.text())];
    one[Symbol.dispose]();
    await untilGone(ends);
    await two.send("still there");
    assertEquals(await two.text(), "still there");
    assertEquals(pidIn(String(stays)), stays);
    two[Symbol.dispose]();
    await untilGone(stays);
  }
  await attack.isAsBefore(server, before);
}, { needs: ["setsid"] });

/** What somebody may do to the shell that watches the server. */
const HARMS: [what: string, signals: Deno.Signal[]][] = [
  ["is stopped", ["SIGSTOP"]],
  ["is killed", ["SIGKILL"]],
  ["was told to end", ["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT"]],
];
for (const [what, signals] of HARMS) {
  abuse(`somebody by whom its watchdog ${what}, and who ends it then`, async (attack) => {
    for (const times of [1, 2]) {
      await using server = await start(attack, "echo there; exec sleep 600");
      using client = await RawClient.open(server.url);
      await client.text();
      const watchdog = watchdogOf(server);
      for (const signal of signals) Deno.kill(watchdog, signal);
      Deno.kill(server.pid, "SIGTERM");
      if (times > 1) {
        await server.stdout.until(/Shutting down/);
        Deno.kill(server.pid, "SIGTERM");
      }
      const { code } = await server.child.status;
      // Whichever comes first.
      assertEquals([0, ...(times > 1 ? [143] : [])].includes(code), true, `exit code ${code}`);
      await untilGone(watchdog);
    }
  });
}

async function start(attack: Attack, script: string): Promise<TestServer> {
  return await attack.start(["--", "sh", "-c", script], { detached: true });
}
