import { Batch } from "../../base/batch.ts";
import type { Log } from "../../base/log.ts";
import { Delimited, LINE } from "../../codec/delimited.ts";
import type { Decoder, Hub, IncomingRequest } from "../../contract.ts";
import type { Stdin } from "../../process/stdin.ts";
import type { Client } from "./client.ts";
import { shorten } from "./command.ts";
import type { Crowd } from "./crowd.ts";
import { introduce } from "./introduce.ts";
import { Recent } from "./recent.ts";
import type { Talk } from "./talk.ts";

const encoder = new TextEncoder();

/**
 * Lines that say whose they are, which a shell script can read without more: `ID<TAB>text` is a message from
 * a client, or to it, `*<TAB>text` one to all; `+ID` says that a client has come, `-ID` that it has left, or
 * of the process that it is to be closed.
 *
 * A message of several lines is as many lines to the process, so that no client can speak for another.
 */
export class Tagged implements Talk {
  readonly history: readonly [] = [];
  hub: Hub | undefined;
  readonly #stdin: Stdin<Client>;
  readonly #crowd: Crowd;
  readonly #remembers: boolean;
  /** Who has been there, so that a process that does not know yet is not blamed. */
  readonly #left = new Recent();

  /** @param remembers Whether a later process is told who is there. */
  constructor(stdin: Stdin<Client>, crowd: Crowd, remembers: boolean) {
    this.#stdin = stdin;
    this.#crowd = crowd;
    this.#remembers = remembers;
  }

  started(log: Log): Decoder {
    this.#stdin.replace((pieces) => introduce(this.#crowd, pieces));
    let number = 0;
    return new Delimited(LINE, (batch) => {
      for (const line of batch) this.#obey(line as string, ++number, log);
    });
  }

  stopped(): void {}

  announce({ id }: IncomingRequest): string {
    return `+${id}\n`;
  }

  opened(client: Client): void {
    this.#stdin.add(client, "open", encoder.encode(client.announcement));
    if (!this.#remembers) client.announcement = "";
  }

  message(client: Client, batch: Batch): boolean {
    if (batch.binary) {
      client.log.debug("websocket", "Ignored a binary message");
      return true;
    }
    const tagged: string[] = [];
    for (const message of batch) {
      for (const line of (message as string).split("\n")) tagged.push(`${client.id}\t${line}\n`);
    }
    return this.#stdin.add(client, "message", encoder.encode(tagged.join("")));
  }

  left(client: Client): void {
    this.#stdin.add(client, "close", encoder.encode(`-${client.id}\n`));
    this.#left.add(client.id);
  }

  #obey(line: string, number: number, log: Log): void {
    const complain = (what: string, level: "error" | "debug" = "error") =>
      log.write(level, "process", `Line ${number}: ${what}: ${shorten(line)}`);
    const tab = line.indexOf("\t");
    if (line.startsWith("-") && tab < 0) {
      return this.#find(line.slice(1), complain)?.close(1000, "");
    }
    if (tab < 0) return complain("expected an id or *, a tab, and a text");
    const [id, text] = [line.slice(0, tab), line.slice(tab + 1)];
    const batch = Batch.of(text);
    if (id !== "*") this.#find(id, complain)?.send(batch);
    else for (const client of this.#crowd) client.send(batch);
  }

  #find(
    id: string,
    complain: (what: string, level?: "error" | "debug") => void,
  ): Client | undefined {
    const client = this.#crowd.get(id);
    if (client) return client;
    if (this.#left.has(id)) complain(`"${id}" has left`, "debug");
    else complain(`there is no "${id}"`);
    return undefined;
  }
}
