import { assert, assertEquals } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { ConfigFile } from "../support/config_file.ts";
import { connectFrom } from "../support/connect_from.ts";
import { Folder } from "../support/folder.ts";
import { pidIn, untilGone } from "../support/processes.ts";
import { TestServer } from "../support/server.ts";
import { startWorkers, testWorkersTable } from "./workers.ts";

/** Asks for so many connections at once: those that came about, and the statuses of all others. */
async function crowd(url: string, count: number): Promise<{ in: RawClient[]; out: number[] }> {
  const all = await Promise.all(Array.from({ length: count }, () => RawClient.request(url)));
  const out = all.filter(({ answer }) => answer.status !== 101);
  for (const client of out) client[Symbol.dispose]();
  return {
    in: all.filter(({ answer }) => answer.status === 101),
    out: out.map(({ answer }) => answer.status),
  };
}

/**
 * Tries to get in until somebody does: what another one has left is seen a little later, and a worker that is killed
 * resets what has come to it.
 */
async function openSoon(url: string): Promise<RawClient> {
  for (;;) {
    try {
      const client = await RawClient.request(url);
      if (client.answer.status === 101) return client;
      client[Symbol.dispose]();
    } catch (error) {
      const { ConnectionReset, ConnectionRefused } = Deno.errors;
      if (!(error instanceof ConnectionReset || error instanceof ConnectionRefused)) throw error;
    }
  }
}

/** Has clients of {@linkcode TELLS} leave, and waits until their processes have ended. */
async function endAll(clients: readonly RawClient[]): Promise<void> {
  const pids = await Promise.all(clients.map(async (client) => pidIn(await client.text())));
  assertEquals(new Set(pids).size, clients.length);
  for (const client of clients) client[Symbol.dispose]();
  for (const pid of pids) await untilGone(pid);
}

async function statusFrom(address: string, url: string): Promise<[number, Disposable]> {
  const client = await RawClient.request(url, { conn: await connectFrom(address, url) });
  return [client.answer.status, client];
}

/** Ends what is in it. */
class All extends Array<Disposable> implements Disposable {
  [Symbol.dispose](): void {
    for (const each of this.splice(0)) each[Symbol.dispose]();
  }
}

/** A program that says its number, and then whatever it hears. */
const TELLS = "--route=/tells=process sh -c 'echo $$; exec cat'";

const testLimit = testWorkersTable();

testLimit(
  "stdws --workers=3 --maxforks=5 runs five processes of sixty clients at once, and again when they have ended",
  async (form) => {
    await using server = await startWorkers(["--maxforks=5", TELLS], { form }, 3);
    for (let round = 0; round < 2; round++) {
      const came = await crowd(`${server.url}tells`, 60);
      assertEquals([came.in.length, new Set(came.out)], [5, new Set([429])]);
      await endAll(came.in);
      // Until the last of their permits is back.
      const others: RawClient[] = [];
      while (others.length < 5) others.push(await openSoon(`${server.url}tells`));
      const more = await crowd(`${server.url}tells`, 10);
      assertEquals([more.in.length, new Set(more.out)], [0, new Set([429])]);
      await endAll(others);
      const last: RawClient[] = [];
      while (last.length < 5) last.push(await openSoon(`${server.url}tells`));
      await endAll(last);
    }
  },
);

testLimit(
  "stdws --workers has a process that waits in one worker give way to a client of another",
  async (form) => {
    const args = ["--loglevel=debug", "--maxforks=4", `--route=/warm=process?warm=2 cat`, TELLS];
    await using server = await startWorkers(args, { form });
    const waits = () => server.stdout.all.filter((line) => /waits for a client/.test(line)).length;
    while (waits() < 4) {
      await server.stdout.after(server.stdout.all.length, /waits for a client/);
    }
    using all = new All();
    for (let count = 0; count < 4; count++) all.push(await RawClient.open(`${server.url}tells`));
    const more = await RawClient.request(`${server.url}tells`);
    assertEquals(more.answer.status, 429);
    more[Symbol.dispose]();
  },
);

testLimit("stdws --workers --maxperip counts an address in all workers", async (form) => {
  await using server = await startWorkers(["--maxperip=3", "--echo"], { form }, 3);
  using all = new All();
  const from = async (address: string) => {
    const [status, client] = await statusFrom(address, server.url);
    all.push(client);
    return status;
  };
  const many = await Promise.all(Array.from({ length: 20 }, () => from("127.0.0.2")));
  assertEquals(many.filter((status) => status === 101).length, 3);
  assertEquals(many.filter((status) => status === 429).length, 17);
  assertEquals(await from("127.0.0.3"), 101);
  await server.stdout.until(
    /status:'429' .*\| Too many connections from 127\.0\.0\.2: it may have 3 \(maxperip\)/,
  );
});

testLimit("stdws --workers --connectrate counts handshakes of all workers", async (form) => {
  await using server = await startWorkers(["--connectrate=0.01:4", "--echo"], { form }, 3);
  const came = await crowd(server.url, 20);
  for (const client of came.in) client[Symbol.dispose]();
  assertEquals([came.in.length, new Set(came.out)], [4, new Set([429])]);
});

testLimit("stdws --workers counts wrong tokens of an address in all workers", async (form) => {
  await using folder = await Folder.make();
  const tokens = `${folder.path}/tokens`;
  const right = "0123456789abcdef";
  await Deno.writeTextFile(tokens, right);
  await using server = await startWorkers([`--auth=token:${tokens}`, "--echo"], { form }, 3);
  const statusOf = async (address: string, token: string) => {
    const conn = await connectFrom(address, server.url);
    const headers = { Authorization: `Bearer ${token}` };
    using client = await RawClient.request(server.url, { conn, headers });
    return client.answer.status;
  };
  const begun = performance.now();
  const many = Array.from({ length: 60 }, (_, at) => statusOf("127.0.0.2", `wrong-${at}`));
  const found = await Promise.all(many);
  const seconds = (performance.now() - begun) / 1_000;
  const wrong = found.filter((status) => status === 401).length;
  assertEquals(found.filter((status) => status === 429).length, 60 - wrong);
  // Ten, and one for each two seconds that all of it takes; each worker by itself has ten as well.
  assert(wrong >= 10 && wrong <= 10 + seconds / 2, `${wrong} in ${seconds} s`);
  assertEquals(await statusOf("127.0.0.2", right), 101);
  assertEquals(await statusOf("127.0.0.3", "wrong"), 401);
});

testLimit(
  "stdws --workers gives the places of a worker that was killed to others, and no more",
  async (form) => {
    const route = "--route=/tells=process?maxconnections=4 sh -c 'echo $PPID; exec cat'";
    await using server = await startWorkers([route], { form }, 3);
    const url = `${server.url}tells`;
    const came = await crowd(url, 30);
    assertEquals([came.in.length, new Set(came.out)], [4, new Set([503])]);
    const workers = await Promise.all(came.in.map(async (client) => pidIn(await client.text())));
    const [killed = 0] = workers;
    Deno.kill(killed, "SIGKILL");
    const lost = workers.filter((worker) => worker === killed).length;
    using all = new All(...came.in);
    for (let count = 0; count < lost; count++) all.push(await openSoon(url));
    const more = await crowd(url, 10);
    assertEquals([more.in.length, new Set(more.out)], [0, new Set([503])]);
  },
);

testLimit(
  "stdws --workers takes up a limit by a reload, and counts who was there before",
  async (form) => {
    const base = { port: 0, address: ["127.0.0.1"], workers: 3 };
    const route = (more: object) => ({ "/echo": { handler: "echo", ...more } });
    await using file = await ConfigFile.write({ ...base, routes: route({}) });
    await using server = await TestServer.startAt([`--config=${file.path}`], {
      form,
      flags: ["--unstable-net"],
    });
    const url = `${server.url}echo`;
    const three = await Promise.all(Array.from({ length: 3 }, () => RawClient.open(url)));
    await file.change({ ...base, routes: route({ maxconnections: 3 }) });
    // The first worker says it, and they take turns: when it says so again, all others have done it, too.
    for (let known = 0, turn = 0; turn < 2; turn++, known = server.stdout.all.length) {
      Deno.kill(server.pid, "SIGHUP");
      await server.stdout.after(known, /Reloaded/);
    }
    const full = await crowd(url, 20);
    assertEquals([full.in.length, new Set(full.out)], [0, new Set([503])]);
    three.pop()?.[Symbol.dispose]();
    using _again = await openSoon(url);
    const more = await crowd(url, 20);
    assertEquals([more.in.length, new Set(more.out)], [0, new Set([503])]);
    for (const client of three) client[Symbol.dispose]();
  },
);

testLimit("stdws --workers keeps no more recordings than it is to", async (form) => {
  await using folder = await Folder.make();
  const args = [`--record=${folder.path}`, "--recordkeep=4", "--echo"];
  await using server = await startWorkers(args, { form }, 3);
  using stays = await RawClient.open(server.url);
  await stays.send("first");
  assertEquals(await stays.text(), "first");
  const [first] = await folder.names();
  for (let round = 0; round < 20; round++) {
    using client = await RawClient.open(server.url);
    await client.send("hello");
    assertEquals(await client.text(), "hello");
    await client.close();
  }
  await server[Symbol.asyncDispose]();
  const names = await folder.names();
  assert(names.length <= 4, names.join());
  assert(first && names.includes(first));
});
