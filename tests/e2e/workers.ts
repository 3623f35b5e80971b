import { childrenOf } from "../../lib/process/proc.ts";
import { RawClient } from "../support/client.ts";
import { pidIn } from "../support/processes.ts";
import { needing } from "../support/programs.ts";
import {
  type Form,
  type StartOptions,
  testBoth,
  TestServer,
  testTable,
} from "../support/server.ts";

/** A program that says which worker it is of, and then whatever it hears. */
export const TELLS = `--route=/tells=process sh -c 'echo $PPID; exec cat'`;

// The engine native shares a port only so; the executable has it.
const FLAGS = ["--unstable-net"];

/** Defines a test for both engines and the executable, where processes can share a port. */
export function testWorkers(name: string, test: (form: Form) => Promise<void>): void {
  if (Deno.build.os !== "linux") return;
  testBoth(name, test);
  testNode(name, test);
}

/** Defines tests as {@linkcode testTable} does, where processes can share a port: of what the parent alone decides. */
export function testWorkersTable(): typeof testWorkers {
  const testRow = testTable();
  return (name, test) => {
    if (Deno.build.os === "linux") testRow(name, test);
  };
}

/** Defines a test for the engine node, which alone listens on descriptors. */
export function testNode(
  name: string,
  test: (form: Form) => Promise<void>,
  needs: readonly string[] = [],
): void {
  Deno.test({ ...needing(`${name} [node]`, ...needs), fn: () => test("node") });
}

/** Starts a server with workers on a free port. */
export async function startWorkers(
  args: readonly string[],
  options: StartOptions,
  count = 2,
): Promise<TestServer> {
  return await TestServer.start([`--workers=${count}`, ...args], { flags: FLAGS, ...options });
}

/** The processes of the workers. */
export function workersOf(server: { readonly pid: number }): number[] {
  return childrenOf(server.pid);
}

/** A client, and the worker that serves it. */
export interface Served extends Disposable {
  readonly client: RawClient;
  readonly worker: number;
}

/** Connects to a server that serves {@linkcode TELLS}. */
export async function connect(url: string, conn?: Deno.Conn): Promise<Served> {
  const client = await RawClient.open(`${url}tells`, conn ? { conn } : {});
  const worker = pidIn(await client.text());
  return { client, worker, [Symbol.dispose]: () => client[Symbol.dispose]() };
}

/** Connects until each of the workers, or of so many, serves somebody; their first clients by worker. */
export async function connectAll(url: string, count = 2): Promise<Map<number, Served>> {
  const served = new Map<number, Served>();
  for (let attempt = 0; served.size < count; attempt++) {
    if (attempt > 200) throw new Error(`Only these workers serve: ${[...served.keys()]}`);
    const each = await connect(url);
    if (served.has(each.worker)) each[Symbol.dispose]();
    else served.set(each.worker, each);
  }
  return served;
}

/** Whether a client still gets back what it says. */
export async function lives({ client }: Served): Promise<boolean> {
  await client.send("hello");
  return await client.text() === "hello";
}

/** Clients that come and go all the time. */
export class Churn {
  served = 0;
  readonly failures: string[] = [];
  #isOver = false;
  readonly #all: Promise<unknown>;
  #wake = Promise.withResolvers<void>();

  constructor(url: string) {
    this.#all = Promise.all(Array.from({ length: 4 }, () => this.#come(url)));
  }

  /** Resolves when so many more have been served. */
  async more(count: number): Promise<void> {
    const target = this.served + count;
    while (this.served < target) await this.#wake.promise;
  }

  /** Ends them; whatever went wrong. */
  async end(): Promise<string[]> {
    this.#isOver = true;
    await this.#all;
    return this.failures;
  }

  async #come(url: string): Promise<void> {
    while (!this.#isOver) {
      try {
        using client = await RawClient.open(url);
        await client.send("hello");
        if (await client.text() !== "hello") throw new Error("another text");
        await client.close();
      } catch (error) {
        this.failures.push(String(error));
      }
      this.served++;
      this.#wake.resolve();
      this.#wake = Promise.withResolvers();
    }
  }
}
