import { assert, assertEquals } from "@std/assert";
import { Certificates } from "../support/certificates.ts";
import { RawClient } from "../support/client.ts";
import { ConfigFile } from "../support/config_file.ts";
import { Folder } from "../support/folder.ts";
import { untilGone } from "../support/processes.ts";
import { type Form, TestServer } from "../support/server.ts";
import { Churn, connectAll, lives, testNode, testWorkers, workersOf } from "./workers.ts";

const LOCAL = { port: 0, address: "127.0.0.1", workers: 2 };
const TELLS = { handler: "process", command: ["sh", "-c", "echo $PPID; exec cat"] };

/** A module that waits, where there is a file `slow`, until that is gone. */
const SLOW = `
const slow = new URL("slow", import.meta.url);
const isThere = () => Deno.stat(slow).then(() => true, () => false);
if (await isThere()) {
  const watcher = Deno.watchFs(new URL(".", import.meta.url).pathname);
  (await Deno.create(new URL("waits", import.meta.url))).close();
  for await (const _ of watcher) if (!await isThere()) break;
}
export default { open: (connection) => void connection.send("here") };
`;

async function start(file: ConfigFile, form: Form): Promise<TestServer> {
  const flags = ["--unstable-net"];
  return await TestServer.startAt([`--config=${file.path}`], { form, flags });
}

/** Has the server read its file again, and waits for a line about it. */
async function reload(server: TestServer, until: RegExp): Promise<string[]> {
  const known = server.stdout.all.length;
  Deno.kill(server.pid, "SIGHUP");
  await server.stdout.after(known, until);
  return server.stdout.all.slice(known);
}

testWorkers(
  "stdws --workers takes up changed routes by all workers, and refuses nobody",
  async (form) => {
    const routes = { "/tells": TELLS, "/echo": "echo" };
    await using file = await ConfigFile.write({ ...LOCAL, routes });
    await using server = await start(file, form);
    const all = await connectAll(server.url);
    const before = workersOf(server);
    const churn = new Churn(`${server.url}echo`);
    await churn.more(20);
    await file.change({ ...LOCAL, routes: { ...routes, "/new": "echo" } });
    const lines = await reload(server, /Reloaded: 3 routes$/);
    assertEquals(lines.filter((line) => /Reloaded/.test(line)).length, 1);
    await churn.more(20);
    assertEquals(await churn.end(), []);
    // They take turns: behind the next line of the first, whichever worker it is.
    await reload(server, /Reloaded: 3 routes$/);
    const fresh = new Churn(`${server.url}new`);
    await fresh.more(40);
    assertEquals(await fresh.end(), []);
    assertEquals(workersOf(server), before);
    for (const each of all.values()) {
      assert(await lives(each));
      each[Symbol.dispose]();
    }
  },
);

testWorkers(
  "stdws --workers says a mistake of a changed file once, and serves on",
  async (form) => {
    const routes = { "/tells": TELLS, "/echo": "echo" };
    await using file = await ConfigFile.write({ ...LOCAL, routes });
    await using server = await start(file, form);
    for (
      const [route, says] of [
        ["nonsense", /Cannot reload, .*nonsense/],
        // Only a worker sees that.
        [
          { handler: "process", command: ["there-is-no-such-program"] },
          /Cannot reload, .*no-such-program/,
        ],
      ] as const
    ) {
      await file.change({ ...LOCAL, routes: { ...routes, "/new": route } });
      await reload(server, says);
      await file.change({ ...LOCAL, routes });
      await reload(server, /Reloaded: 2 routes$/);
      assertEquals(server.stdout.all.filter((line) => says.test(line)).length, 1);
    }
  },
);

testNode("stdws --workers replaces its workers one by one, and refuses nobody", async (form) => {
  const routes = { "/tells": TELLS, "/echo": "echo" };
  await using file = await ConfigFile.write({ ...LOCAL, drain: 600, routes });
  await using server = await start(file, form);
  const all = await connectAll(server.url);
  const before = workersOf(server);
  const churn = new Churn(`${server.url}echo`);
  await churn.more(20);
  await file.change({ ...LOCAL, drain: 600, routes, maxforks: 50 });
  // The clients of those that are replaced have their time, and end it before it is over.
  const replaced = reload(server, /All workers are replaced$/);
  for (const [worker, each] of all) {
    await server.stdout.until(new RegExp(`serves in place of process ${worker}$`));
    assert(await lives(each));
    await each.client.close();
    each[Symbol.dispose]();
  }
  await replaced;
  await Promise.all(before.map(untilGone));
  await churn.more(20);
  assertEquals(await churn.end(), []);
  const after = await connectAll(server.url);
  assertEquals([...after.keys()].filter((pid) => before.includes(pid)), []);
  for (const each of after.values()) each[Symbol.dispose]();
});

testWorkers(
  "stdws --workers names the options that the parent itself has to be restarted for",
  async (form) => {
    const routes = { "/echo": "echo" };
    await using file = await ConfigFile.write({ ...LOCAL, routes });
    await using server = await start(file, form);
    const before = workersOf(server);
    await file.change({ ...LOCAL, workers: 3, routes });
    await reload(server, /Reloaded: 1 route$/);
    // Of another process, which may write it later.
    await server.stdout.until(/Changed, but not without a restart: --workers$/);
    assertEquals(workersOf(server), before);
  },
);

testNode(
  "stdws --workers says once that a certificate and a file of tokens have changed",
  async (form) => {
    await using made = await Certificates.make();
    const [pair, other] = [await made.server(), await made.server()];
    const tokens = `${made.folder}/tokens`;
    await Deno.writeTextFile(tokens, "0123456789abcdef");
    const said = { ssl: true, sslcert: pair.cert, sslkey: pair.key, auth: `token:${tokens}` };
    await using file = await ConfigFile.write({ ...LOCAL, ...said, routes: { "/echo": "echo" } });
    await using server = await start(file, form);
    // Each looks at the file from the first one on that brings a token.
    const headers = { Authorization: "Bearer wrong" };
    for (let count = 0; count < 9; count++) {
      const conn = await made.connect(server);
      using client = await RawClient.request(`${server.url}echo`, { conn, headers });
      assertEquals(client.answer.status, 401);
    }
    await Deno.writeTextFile(tokens, "fedcba9876543210");
    await server.stdout.until(/server {5}\|  \| Took up the changed file: .*tokens$/);
    await Deno.copyFile(other.key, pair.key);
    await Deno.copyFile(other.cert, pair.cert);
    Deno.kill(server.pid, "SIGHUP");
    await server.stdout.until(/server {5}\|  \| Took up the changed certificate: /);
    // When it is the first one's turn again, all have told the parent what they had to say.
    await server.stdout.until(/Reloaded/);
    await reload(server, /Reloaded/);
    const lines = server.stdout.all.filter((line) => /Took up the changed/.test(line));
    assertEquals(lines.length, 2, lines.join("\n"));
  },
  ["openssl"],
);

testWorkers("stdws --workers keeps its workers where new ones cannot start", async (form) => {
  const routes = { "/tells": TELLS };
  await using file = await ConfigFile.write({ ...LOCAL, routes });
  await using server = await start(file, form);
  const before = workersOf(server);
  const broken = { handler: "process", command: ["there-is-no-such-program"] };
  await file.change({ ...LOCAL, maxforks: 50, routes: { ...routes, "/new": broken } });
  await reload(server, /Cannot replace worker 1: the new one has ended before it served$/);
  assertEquals(workersOf(server), before);
  const all = await connectAll(server.url);
  for (const each of all.values()) each[Symbol.dispose]();
});

testWorkers(
  "stdws --workers --watch has all workers take up a changed module, said once",
  async (form) => {
    const folder = await Deno.makeTempDir();
    try {
      const file = `${folder}/greet.js`;
      const write = (word: string) =>
        Deno.writeTextFile(file, `export default { open: (it) => void it.send("${word}") };`);
      await write("old");
      const args = ["--workers=2", "--watch", `--route=/=module ${file}`];
      await using server = await TestServer.start(args, { form, flags: ["--unstable-net"] });
      assertEquals(await greeting(server.url), "old");
      await write("new");
      await server.stdout.until(/Reloaded: 1 route$/);
      const [first = 0, second = 0] = workersOf(server);
      assert(first > 0 && second > 0);
      // The second one follows, and nothing tells when.
      for (let row = 0; row < 20;) row = await greeting(server.url) === "new" ? row + 1 : 0;
      const said = (what: RegExp) => server.stdout.all.filter((line) => what.test(line)).length;
      assertEquals([said(/Loaded ".*" again/), said(/Reloaded/)], [1, 1]);
      await Deno.writeTextFile(file, "export default {");
      await server.stdout.until(/Cannot reload all of 1 route/);
      await write("newer");
      await server.stdout.until(/Reloaded: 1 route$/);
      // They take turns: all have tried the one with the mistake.
      for (let row = 0; row < 20;) row = await greeting(server.url) === "newer" ? row + 1 : 0;
      assertEquals([said(/what was loaded before stays/), said(/Cannot reload/)], [1, 1]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

async function greeting(url: string): Promise<string> {
  using client = await RawClient.open(url);
  return await client.text();
}
testNode(
  "stdws --workers has a worker that is still starting take up what has changed since it has read it",
  async (form) => {
    await using folder = await Folder.make();
    const [module, slow] = [`${folder.path}/slow.js`, `${folder.path}/slow`];
    await Deno.writeTextFile(module, SLOW);
    const routes = { "/slow": { handler: "module", file: module } };
    await using file = await ConfigFile.write({ ...LOCAL, routes: { ...routes, "/tells": TELLS } });
    await using server = await start(file, form);
    const before = workersOf(server);
    await Deno.writeTextFile(slow, "");
    using watcher = Deno.watchFs(folder.path);
    Deno.kill(before[1] as number, "SIGKILL");
    for await (const { paths } of watcher) if (paths.some((path) => /waits$/.test(path))) break;
    await file.change({ ...LOCAL, routes: { ...routes, "/tells": TELLS, "/new": "echo" } });
    await reload(server, /Reloaded: 3 routes$/);
    await Deno.remove(slow);
    await server.stdout.until(/Worker \d \(process \d+\) serves$/);
    const all = await connectAll(server.url);
    for (const each of all.values()) each[Symbol.dispose]();
    const fresh = new Churn(`${server.url}new`);
    await fresh.more(40);
    assertEquals(await fresh.end(), []);
  },
);

testNode(
  "stdws --workers says that a worker was killed which was replaced and still had clients",
  async (form) => {
    const routes = { "/tells": TELLS };
    await using file = await ConfigFile.write({ ...LOCAL, drain: 600, routes });
    await using server = await start(file, form);
    const all = await connectAll(server.url);
    await file.change({ ...LOCAL, drain: 600, routes, maxforks: 50 });
    const [replaced = 0] = workersOf(server);
    await reload(server, new RegExp(`serves in place of process ${replaced}$`));
    Deno.kill(replaced, "SIGKILL");
    await server.stdout.until(new RegExp(`\\(process ${replaced}\\) has ended by SIGKILL$`));
    for (const each of all.values()) each[Symbol.dispose]();
    await server.stdout.until(/All workers are replaced$/);
  },
);

testNode(
  "stdws --workers has only the first worker take up a module that ends it",
  async (form) => {
    await using folder = await Folder.make();
    const module = `${folder.path}/module.js`;
    const ends = (end: string) => `${end}; export default { open() {} };`;
    await Deno.writeTextFile(module, ends(""));
    const routes = { "/module": { handler: "module", file: module }, "/tells": TELLS };
    await using file = await ConfigFile.write({ ...LOCAL, routes });
    await using server = await start(file, form);
    const [first, second = 0] = workersOf(server);
    await Deno.writeTextFile(module, ends('Deno.kill(Deno.pid, "SIGKILL")'));
    const why = `\\(process ${first}\\) has ended meanwhile, and the others stay as they were`;
    await reload(server, new RegExp(`Cannot reload: Worker 1 ${why}$`));
    await Deno.writeTextFile(module, ends(""));
    await server.stdout.until(/Worker 1 \(process \d+\) serves$/);
    const all = await connectAll(server.url);
    assert(all.has(second));
    for (const each of all.values()) each[Symbol.dispose]();
  },
);

testNode(
  "stdws --workers names a worker that does not take up what the first one does, and goes on with the next",
  async (form) => {
    await using folder = await Folder.make();
    const [module, refuses] = [`${folder.path}/module.js`, `${folder.path}/refuses`];
    await Deno.writeTextFile(
      module,
      `if (Deno.readTextFileSync("${refuses}") === String(Deno.pid)) throw new Error("not here");
export default { open: (connection) => void connection.send(String(Deno.pid)) };`,
    );
    const routes = { "/tells": TELLS };
    await using file = await ConfigFile.write({ ...LOCAL, workers: 3, routes });
    await using server = await start(file, form);
    const [first = 0, second = 0, third = 0] = workersOf(server);
    await Deno.writeTextFile(refuses, `${second}`);
    const added = { handler: "module", file: module };
    await file.change({ ...LOCAL, workers: 3, routes: { ...routes, "/new": added } });
    await reload(
      server,
      new RegExp(`Worker 2 \\(process ${second}\\) has not reloaded: .*not here`),
    );
    const served = new Set<number>();
    while (served.size < 2) {
      using client = await RawClient.request(`${server.url}new`);
      if (client.answer.status === 101) served.add(Number(await client.text()));
    }
    assertEquals(served, new Set([first, third]));
    assertEquals(server.stdout.all.filter((line) => /not here/.test(line)).length, 1);
  },
);
