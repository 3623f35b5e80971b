import { Batch, type Message } from "../../base/batch.ts";
import type { Log } from "../../base/log.ts";
import { Delimited, LINE } from "../../codec/delimited.ts";
import type { Decoder, Gauge, Hub, IncomingRequest, Room } from "../../contract.ts";
import type { Stdin } from "../../process/stdin.ts";
import { announce } from "./announce.ts";
import type { Client } from "./client.ts";
import { type Command, CommandError, parseCommand, shorten } from "./command.ts";
import type { Crowd } from "./crowd.ts";
import { Holds } from "./holds.ts";
import { introduce } from "./introduce.ts";
import { Recent } from "./recent.ts";
import type { Talk } from "./talk.ts";

/** Events to the process, commands from it, both as lines of JSON. */
export class Events implements Talk {
  hub: Hub | undefined;
  readonly #stdin: Stdin<Client>;
  readonly #crowd: Crowd;
  readonly #remembers: boolean;
  /** Clients and rooms that have been there, so that a process that does not know yet is not blamed. */
  #left = new Recent();
  #emptied = new Recent();
  /** Where rooms have members at other servers. */
  #holds: Holds | undefined;

  /** @param remembers Whether a later process is told who is there. */
  constructor(stdin: Stdin<Client>, crowd: Crowd, remembers: boolean) {
    this.#stdin = stdin;
    this.#crowd = crowd;
    this.#remembers = remembers;
  }

  started(log: Log): Decoder {
    for (const client of this.#crowd) this.#leaveAll(client);
    this.#emptied = new Recent();
    this.#stdin.replace((pieces) => introduce(this.#crowd, pieces));
    let number = 0;
    return new Delimited(LINE, (batch) => {
      for (const line of batch) this.#obey(line as string, ++number, log);
    });
  }

  gauge(pace: Gauge | undefined): Gauge | undefined {
    if (!this.hub?.isShared) return pace;
    return this.#holds = new Holds(pace);
  }

  stopped(): void {}

  announce(request: IncomingRequest): string {
    return announce(request);
  }

  opened(client: Client): void {
    this.#stdin.add(client, "open", client.announcement);
    if (!this.#remembers) client.announcement = "";
  }

  message(client: Client, batch: Batch): boolean {
    const events: string[] = [];
    for (const message of batch) events.push(eventOf(client, message));
    return this.#stdin.add(client, "message", events.join(""));
  }

  left(client: Client, code: number, reason: string): void {
    const event = { type: "close", id: client.id, code, reason };
    this.#stdin.add(client, "close", `${JSON.stringify(event)}\n`);
    this.#leaveAll(client);
    this.#left.add(client.id);
  }

  #obey(line: string, number: number, log: Log): void {
    const complain = (what: string, level: "error" | "debug" = "error") =>
      log.write(level, "process", `Line ${number}: ${what}: ${shorten(line)}`);
    try {
      this.#carryOut(parseCommand(line), complain);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      complain(error.message);
    }
  }

  #carryOut(command: Command, complain: Complain): void {
    if (command.type === "send") {
      return this.#send(command, complain);
    }
    const client = this.#find(command.id, complain);
    if (!client) return;
    if (command.type === "close") {
      const { code, reason } = command;
      client.close({ code, reason, ending: { by: "program" } });
    } else if (command.type === "leave") this.#leaveRoom(client, command.room);
    else {
      this.#room(command.room)?.join(client.connection);
      (client.rooms ??= new Set()).add(command.room);
    }
  }

  #send({ to, except, data }: Send, complain: Complain): void {
    const batch = Batch.of(data);
    const others = except.length > 0 ? new Set(except) : undefined;
    if (typeof to === "object" && "room" in to) {
      const room = this.#room(to.room);
      if (room && room.size > 0) return void room.publish(batch, others, this.#holds);
      return complain(
        `nobody is in room "${to.room}"`,
        this.#emptied.has(to.room) ? "debug" : "error",
      );
    }
    const clients = to === "*" ? this.#crowd : to.flatMap((id) => this.#find(id, complain) ?? []);
    for (const client of clients) if (!others?.has(client.id)) client.send(batch);
  }

  #find(id: string, complain: Complain): Client | undefined {
    const client = this.#crowd.get(id);
    if (!client) {
      if (this.#left.has(id)) complain(`"${id}" has left`, "debug");
      else complain(`there is no "${id}"`);
    }
    return client;
  }

  #room(name: string): Room | undefined {
    return this.hub?.room(name);
  }

  #leaveRoom(client: Client, name: string): void {
    if (!client.rooms?.delete(name)) return;
    const room = this.#room(name);
    room?.leave(client.connection);
    if (room?.size === 0) this.#emptied.add(name);
  }

  #leaveAll(client: Client): void {
    for (const room of client.rooms ?? []) this.#leaveRoom(client, room);
  }
}

type Send = Extract<Command, { type: "send" }>;

type Complain = (what: string, level?: "error" | "debug") => void;

/** The line that tells a process of a message. */
function eventOf({ id }: Client, data: Message): string {
  const event = typeof data === "string"
    ? { type: "message", id, data }
    : { type: "message", id, base64: data.toBase64() };
  return JSON.stringify(event) + "\n";
}
