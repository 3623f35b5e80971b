import { Batch } from "../../base/batch.ts";
import { CodecError } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import { put } from "../../base/put.ts";
import { encodeSome } from "../../codec/encode_some.ts";
import { converted } from "../../codec/mismatch.ts";
import type { Codec, Decoder, Hub, IncomingRequest } from "../../contract.ts";
import type { Stdin } from "../../process/stdin.ts";
import { Addressees } from "./addressees.ts";
import type { Client } from "./client.ts";
import type { Crowd } from "./crowd.ts";
import { introduce } from "./introduce.ts";
import { type Complain, linesOf } from "./lines_of.ts";
import type { Talk } from "./talk.ts";

const encoder = new TextEncoder();

// Each of them gets a tag, so that a message of nothing but line ends would become many times what it was.
const MOST_LINES = 65_536;

/** Options of {@linkcode Tagged}. */
export interface TaggedOptions {
  /** Whether a later process is told who is there. */
  readonly remembers: boolean;
  /** Whether binary messages are taken for text. */
  readonly converts: boolean;
}

/**
 * Lines that say whose they are, which a shell script can read without more: `ID<TAB>text` is a message from
 * a client, or to it, `*<TAB>text` one to all; `+ID` says that a client has come, `-ID` that it has left, or
 * of the process that it is to be closed.
 *
 * A message of several lines is as many lines to the process, so that no client can speak for another.
 */
export class Tagged implements Talk {
  hub: Hub | undefined;
  readonly #stdin: Stdin<Client>;
  readonly #crowd: Crowd;
  readonly #remembers: boolean;
  readonly #takes: Codec["takes"];
  readonly #addressees: Addressees;

  constructor(stdin: Stdin<Client>, crowd: Crowd, { remembers, converts }: TaggedOptions) {
    this.#stdin = stdin;
    this.#crowd = crowd;
    this.#addressees = new Addressees(crowd);
    this.#remembers = remembers;
    this.#takes = converts ? "both" : "text";
  }

  started(log: Log): Decoder {
    this.#stdin.replace((pieces) => introduce(this.#crowd, pieces));
    return linesOf(log, (line, complain) => this.#obey(line, complain));
  }

  stopped(): void {}

  announce({ id }: IncomingRequest): string {
    return `+${id}\n`;
  }

  opened(client: Client): void {
    this.#stdin.add(client, "open", client.announcement);
    if (!this.#remembers) client.announcement = "";
  }

  message(client: Client, batch: Batch): boolean {
    if (client.ignored.has(batch, this.#takes, client.log)) return true;
    const id = encoder.encode(`${client.id}\t`);
    const encode = (some: Batch) => tag(converted(some, "text"), id);
    const { data, refused } = encodeSome({ encode }, batch);
    if (!this.#stdin.add(client, "message", data)) return false;
    if (refused) throw refused;
    return true;
  }

  left(client: Client): void {
    this.#stdin.add(client, "close", `-${client.id}\n`);
    this.#addressees.left(client);
  }

  #obey(line: string, complain: Complain): void {
    const tab = line.indexOf("\t");
    if (line.startsWith("-") && tab < 0) {
      return this.#addressees.find(line.slice(1), complain)?.close({
        code: 1000,
        reason: "",
        ending: { by: "program" },
      });
    }
    if (tab < 0) return complain("expected an id or *, a tab, and a text");
    const [id, text] = [line.slice(0, tab), line.slice(tab + 1)];
    const batch = Batch.of(text);
    if (id !== "*") this.#addressees.find(id, complain)?.send(batch);
    else for (const client of this.#crowd) client.send(batch);
  }
}

const NEWLINE = 10;

/** Each line of each message with a tag before it and its end behind it. */
function tag(batch: Batch, tag: Uint8Array): Uint8Array {
  const { bytes, spans } = batch;
  let lines = batch.size;
  for (let at = 0; at < spans.length; at += 2) {
    for (let byte = spans[at] as number; byte < (spans[at + 1] as number); byte++) {
      if (bytes[byte] === NEWLINE) lines++;
    }
  }
  // Its own line ends are among the bytes already, but for the last of each message.
  if (lines > MOST_LINES) throw new CodecError(1009, `A message may have ${MOST_LINES} lines`);
  const tagged = new Uint8Array(batch.length + batch.size + lines * tag.length);
  let to = 0;
  for (let at = 0; at < spans.length; at += 2) {
    for (let start = spans[at] as number, end = spans[at + 1] as number; start <= end;) {
      const found = bytes.subarray(start, end).indexOf(NEWLINE);
      const next = found < 0 ? end : start + found;
      to = put(tagged, to, tag);
      to = put(tagged, to, bytes, start, next);
      tagged[to++] = NEWLINE;
      start = next + 1;
    }
  }
  return tagged;
}
