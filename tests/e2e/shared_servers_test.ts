import { assert, assertEquals } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { Folder } from "../support/folder.ts";
import { Redis } from "../support/redis.ts";
import { testEach, TestServer } from "../support/server.ts";

/** Notes what it gets, and says it to all with its number. */
const NOTING = 'while IFS= read -r line; do echo "$line" >> "$GOT"; echo "$$ $line"; done';

/** A client that sends numbered lines as long as it is told to, and hears what all say. */
class Numbering {
  readonly #client: RawClient;
  readonly #name: string;
  readonly heard: string[] = [];
  #isEnding = false;
  sent = 0;
  #news = Promise.withResolvers<void>();

  constructor(client: RawClient, name: string) {
    this.#client = client;
    this.#name = name;
    this.#hear();
  }

  async #hear(): Promise<void> {
    for (;;) {
      const received = await this.#client.next();
      this.heard.push(received.kind === "text" ? received.data : received.kind);
      this.#news.resolve();
      this.#news = Promise.withResolvers();
      if (received.kind === "close") return;
    }
  }

  /** Sends lines until it is told to end. */
  async talk(): Promise<void> {
    while (!this.#isEnding) {
      await this.#client.send(`${this.#name} ${++this.sent}`);
      if (this.sent % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await this.#client.send(`${this.#name} end`);
  }

  end(): void {
    this.#isEnding = true;
  }

  /** Waits until it has heard something. */
  async until(pattern: RegExp): Promise<string> {
    for (let at = 0;; at++) {
      while (at >= this.heard.length) await this.#news.promise;
      const said = this.heard[at] as string;
      assert(said !== "close", "the client has noticed");
      if (pattern.test(said)) return said;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.close();
    while (this.heard.at(-1) !== "close") await this.#news.promise;
    this.#client[Symbol.dispose]();
  }
}

const ENDS = [
  ["is killed", "SIGKILL"],
  ["ends", "SIGTERM"],
  ["stands still for longer than it may", "SIGSTOP"],
] as const;
for (const [what, signal] of ENDS) {
  testEach(
    `stdws shared goes on at another server when the one that runs it ${what}: each line is given once, or is said to be lost`,
    async (form) => {
      await using redis = await Redis.start();
      await using folder = await Folder.make();
      const got = `${folder.path}/got`;
      const args = [
        `--bus=${redis.url}?ttl=2s`,
        `--route=/s=shared?env=GOT=${got} sh -c '${NOTING}'`,
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
      const lines = (await Deno.readTextFile(got)).trim().split("\n")
        .filter((line) => line.startsWith("c"));
      assertEquals(new Set(lines).size, lines.length, "a line was given twice");
      const lost = [two, three].flatMap(({ stdout }) => stdout.all)
        .reduce((sum, line) => sum + Number(/Lost (\d+) message/.exec(line)?.[1] ?? 0), 0);
      const sent = clients.reduce((sum, client) => sum + client.sent + 1, 0);
      assert(
        lines.length <= sent && lines.length + lost >= sent,
        `${lines.length} of ${sent}, ${lost} lost`,
      );
      for (const index of clients.keys()) {
        const numbers = lines.filter((line) => line.startsWith(`c${index} `)).map((line) =>
          Number(line.split(" ")[1])
        );
        assertEquals(
          numbers.slice(0, -1),
          numbers.slice(0, -1).toSorted((a, b) => a - b),
          "the order is another one",
        );
      }
    },
    ["redis-server"],
  );
}
