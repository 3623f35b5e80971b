import { assert, assertEquals } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { Folder } from "../support/folder.ts";
import { Redis } from "../support/redis.ts";
import { testEach, TestServer } from "../support/server.ts";
import { startWorkers, testWorkers, workersOf } from "./workers.ts";

/** Notes what it gets, up to the end of that, and says it to all with its number. */
const NOTING =
  'trap "" INT TERM; while IFS= read -r line; do echo "$line $$" >> "$GOT"; echo "$$ $line"; done';

// Lines that a client has sent and not heard, beyond which it says less: what waits on a busy machine must have an end.
const FAR_AHEAD = 500;

/** A client that sends numbered lines as long as it is told to, and hears what all say. */
class Numbering {
  readonly #client: RawClient;
  readonly name: string;
  readonly heard: string[] = [];
  #isEnding = false;
  sent = 0;
  /** The last of its own lines that it has heard. */
  #echoed = 0;
  /** How it was cut off. */
  #end = "";
  #news = Promise.withResolvers<void>();

  constructor(client: RawClient, name: string) {
    this.#client = client;
    this.name = name;
    this.#hear();
  }

  /** Whether it was cut off. */
  get isGone(): boolean {
    return this.heard.at(-1) === "close";
  }

  async #hear(): Promise<void> {
    for (;;) {
      const received = await this.#client.next()
        .catch(({ message }: Error) => ({ kind: "close", code: 0, reason: message } as const));
      if (received.kind === "close") this.#end = `${received.code} ${received.reason}`;
      this.heard.push(received.kind === "text" ? received.data : received.kind);
      if (received.kind === "text") {
        const [, name, number] = received.data.split(" ");
        if (name === this.name) this.#echoed = Number(number);
      }
      this.#news.resolve();
      this.#news = Promise.withResolvers();
      if (received.kind === "close") return;
    }
  }

  /** Sends lines until it is told to end. */
  async talk(): Promise<void> {
    while (!this.#isEnding && !this.isGone) {
      await this.#send(`${this.name} ${++this.sent}`);
      if (this.sent % 20 > 0) continue;
      const ms = this.sent - this.#echoed > FAR_AHEAD ? 100 : 5;
      await new Promise((resolve) => setTimeout(resolve, ms));
    }
    await this.#send(`${this.name} end`);
  }

  async #send(text: string): Promise<void> {
    await this.#client.send(text).catch((error) => {
      // It is not known yet that it is gone.
      if (
        !(error instanceof Deno.errors.BrokenPipe) &&
        !(error instanceof Deno.errors.ConnectionReset)
      ) throw error;
    });
  }

  end(): void {
    this.#isEnding = true;
  }

  /** Waits until it has heard something, or is cut off; answers which. */
  async staysUntil(pattern: RegExp): Promise<boolean> {
    for (let at = 0;; at++) {
      while (at >= this.heard.length) await this.#news.promise;
      if (pattern.test(this.heard[at] as string)) return true;
      if (this.heard[at] === "close") return false;
    }
  }

  /** Waits until it has heard something. */
  async until(pattern: RegExp): Promise<string> {
    assert(await this.staysUntil(pattern), `${this.name} was cut off: ${this.#end}`);
    return this.heard.find((said) => pattern.test(said)) as string;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.isGone) await this.#client.close();
    while (this.heard.at(-1) !== "close") await this.#news.promise;
    this.#client[Symbol.dispose]();
  }
}

const ENDS = [
  ["is killed", "SIGKILL", true],
  // It says itself what its process has not read.
  ["ends", "SIGTERM", false],
  ["stands still for longer than it may", "SIGSTOP", true],
] as const;
for (const [what, signal, isUnread] of ENDS) {
  testEach(
    `stdws shared goes on at another server when the one that runs it ${what}: each line is given once, or is said to be lost`,
    async (form) => {
      await using redis = await Redis.start();
      await using folder = await Folder.make();
      const got = `${folder.path}/got`;
      const args = [
        // Nobody but the one that stands still is silent for so long, however busy the machine.
        `--bus=${redis.url}?ttl=8s`,
        `--route=/s=shared?closems=5000&env=GOT=${got} sh -c '${NOTING}'`,
      ];
      const holder = await TestServer.start(args, { form });
      await using two = await TestServer.start(args, { form });
      await using three = await TestServer.start(args, { form });
      const own = await RawClient.open(holder.url, { target: "/s" });
      await own.send("first");
      const [old = ""] = (await own.text()).split(" ");
      const clients: Numbering[] = [];
      for (const [index, { url }] of [two, three, two, three].entries()) {
        clients.push(new Numbering(await RawClient.open(url, { target: "/s" }), `c${index}`));
      }
      const talking = clients.map((client) => client.talk());
      for (const [index, client] of clients.entries()) {
        await client.until(new RegExp(`^${old} c${index} 200$`));
      }
      if (signal === "SIGSTOP") holder.child.kill(signal);
      else await holder.stop(signal);
      const ofNew = new RegExp(`^(?!${old} )\\d+ c`);
      for (const client of clients) await client.until(ofNew);
      if (signal === "SIGSTOP") {
        holder.child.kill("SIGCONT");
        // Its own client is led to the new process as well.
        await own.send("own");
        for (let said = ""; !/^\d+ own$/.test(said) || said.startsWith(`${old} `);) {
          said = await own.text();
        }
      } else own[Symbol.dispose]();
      for (const client of clients) client.end();
      await Promise.all(talking);
      for (const client of clients) {
        for (const index of clients.keys()) await client.until(new RegExp(` c${index} end$`));
      }
      for (const client of clients) await client[Symbol.asyncDispose]();
      own[Symbol.dispose]();
      if (signal === "SIGSTOP") await holder.stop();
      // Their logs are whole then.
      for (const server of [two, three]) await server.stop();
      await expectOnce(got, clients, [two, three]);
      const unread = /serves it no more may not have read up to \d+ messages? that/;
      const said = [two, three].flatMap(({ stdout }) => stdout.all)
        .filter((line) => unread.test(line));
      // Of each client, which may be led from one server to another twice on a machine that is busy.
      const of = new Set(said.map((line) => / id:'(\S+)'/.exec(line)?.[1]));
      assertEquals(of.size, isUnread ? clients.length : 0, said.join("\n"));
    },
    ["redis-server"],
  );
}

testWorkers(
  "stdws shared goes on in another worker when the one that runs it is killed",
  async (form) => {
    await using folder = await Folder.make();
    const got = `${folder.path}/got`;
    const script = `echo "$$ is $PPID"; ${NOTING}`;
    const route = `--route=/s=shared?history=1000000&env=GOT=${got} sh -c '${script}'`;
    await using server = await startWorkers([route], { form }, 4);
    const all: Numbering[] = [];
    for (let index = 0; index < 12; index++) {
      all.push(new Numbering(await RawClient.open(server.url, { target: "/s" }), `c${index}`));
    }
    const [, old = "", worker = ""] = /^(\d+) is (\d+)$/.exec(await all[0]?.until(/ is /) ?? "") ??
      [];
    assert(workersOf(server).includes(Number(worker)));
    const talking = all.map((client) => client.talk());
    for (const [index, client] of all.entries()) {
      await client.until(
        new RegExp(`^${old} c${index} 100$`),
      );
    }
    Deno.kill(Number(worker), "SIGKILL");
    // Whoever was at that worker is cut off, and nobody else.
    await server.stdout.until(/RELAY: server \w+ serves it now/);
    const stay: Numbering[] = [];
    for (const client of all) {
      if (await client.staysUntil(new RegExp(`^(?!${old} )\\d+ c`))) {
        stay.push(client);
      }
    }
    assert(stay.length > 0);
    for (const client of all) client.end();
    await Promise.all(talking);
    for (const client of stay) {
      for (const { name } of stay) {
        await client.until(new RegExp(` ${name} end$`));
      }
    }
    for (const client of all) await client[Symbol.asyncDispose]();
    await server.stop();
    // The process is ended with its worker, and may leave in its pipe what the log says.
    await expectOnce(
      got,
      stay,
      [server],
      countIn([server], /may not have read up to (\d+) message/),
    );
  },
);

/** The sum of the numbers in those lines of the logs that match. */
function countIn(servers: readonly TestServer[], pattern: RegExp): number {
  return servers.flatMap(({ stdout }) => stdout.all)
    .reduce((sum, line) => sum + Number(pattern.exec(line)?.[1] ?? 0), 0);
}

/**
 * Checks that what clients have sent was got once and in order, but for what the log counts as lost.
 *
 * @param unread How many at most a process may have left unread that was ended.
 */
async function expectOnce(
  got: string,
  clients: readonly Numbering[],
  servers: readonly TestServer[],
  unread = 0,
): Promise<void> {
  const names = new Set(clients.map(({ name }) => name));
  const lines = (await Deno.readTextFile(got)).trim().split("\n")
    .filter((line) => names.has(line.split(" ")[0] ?? ""));
  const said = lines.map((line) => line.replace(/ \d+$/, ""));
  assertEquals(new Set(said).size, said.length, "a line was given twice");
  const lost = countIn(servers, /Lost (\d+) message/);
  const sent = clients.reduce((sum, client) => sum + client.sent + 1, 0);
  const counts = `${lines.length} of ${sent}, ${lost} lost and ${unread} unread`;
  assert(lines.length <= sent && lines.length + lost + unread >= sent, counts);
  // A process that was left behind may still have got something when another one had begun.
  const last = new Map<string, number>();
  for (const line of lines) {
    const [name = "", number = "", pid = ""] = line.split(" ");
    if (number === "end") continue;
    const key = `${name} of ${pid}`;
    assert(Number(number) > (last.get(key) ?? 0), `${line} came after ${last.get(key)}`);
    last.set(key, Number(number));
  }
}
