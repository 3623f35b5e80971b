import { RawClient } from "../../support/client.ts";
import { type Form, runToEnd, TestServer } from "../../support/server.ts";

/** A line of the contract, what proves it, and programs without which it is left out. */
export type Line = readonly [
  line: string,
  prove: (form: Form) => Promise<void>,
  needs?: readonly string[],
];

/** What a client sends in its handshake and afterwards. */
export interface Visit {
  readonly target?: string;
  readonly headers?: Record<string, string | undefined>;
  readonly send?: readonly (string | Uint8Array)[];
}

/** Headers of a request that asks for no upgrade. */
export const PLAIN = { Upgrade: undefined, Connection: "close" };

/** What a program sends to one client until it ends, and how it is closed. */
export async function visit(
  form: Form,
  args: readonly string[],
  { send = [], ...request }: Visit = {},
): Promise<{ texts: string[]; closed: string }> {
  await using server = await TestServer.start(args, { form });
  using client = await RawClient.open(server.url, request);
  for (const message of send) await client.send(message);
  return await client.rest();
}

/** The statuses of requests, in turn. */
export async function statuses(
  form: Form,
  args: readonly string[],
  requests: readonly Parameters<typeof RawClient.request>[1][],
): Promise<number[]> {
  await using server = await TestServer.start(args, { form });
  const found: number[] = [];
  for (const request of requests) {
    using client = await RawClient.request(server.url, request);
    found.push(client.answer.status);
  }
  return found;
}

/** The variables that a program sees which has one client. */
export async function environment(
  form: Form,
  args: readonly string[],
  request: Visit = {},
): Promise<Map<string, string>> {
  const { texts } = await visit(form, [...args, "env"], request);
  return new Map(texts.map((text) => text.split(/=(.*)/s, 2) as [string, string]));
}

/** How the program ends that does not start: the code, and the first line it says. */
export async function refusal(
  form: Form,
  args: readonly string[],
): Promise<{ code: number; says: string }> {
  const { code, stdout, stderr } = await runToEnd(args, { form });
  return { code, says: (stderr || stdout).split("\n")[0] ?? "" };
}

/** Calls it with an empty folder. */
export async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir();
  try {
    return await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Writes a program that a shell runs. */
export async function writeScript(path: string, body: string): Promise<void> {
  await Deno.writeTextFile(path, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
}
