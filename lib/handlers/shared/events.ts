import { Batch, type Message } from "../../base/batch.ts";
import type { Log } from "../../base/log.ts";
import type { Decoder, Gauge, Hub, IncomingRequest, Room } from "../../contract.ts";
import type { Stdin } from "../../process/stdin.ts";
import { Addressees } from "./addressees.ts";
import { announce } from "./announce.ts";
import type { Client } from "./client.ts";
import { type Command, CommandError, parseCommand } from "./command.ts";
import type { Crowd } from "./crowd.ts";
import { Holds } from "./holds.ts";
import { introduce } from "./introduce.ts";
import { type Complain, linesOf } from "./lines_of.ts";
import { Recent } from "./recent.ts";
import type { Talk } from "./talk.ts";

/** Events to the process, commands from it, both as lines of JSON. */
export class Events implements Talk {
  hub: Hub | undefined;
  readonly #stdin: Stdin<Client>;
  readonly #crowd: Crowd;
  readonly #remembers: boolean;
  readonly #addressees: Addressees;
  /** Rooms that have been there, so that a process that does not know yet is not blamed. */
  #emptied = new Recent();
  /** Where rooms have members at other servers. */
  #holds: Holds | undefined;

  /** @param remembers Whether a later process is told who is there. */
  constructor(stdin: Stdin<Client>, crowd: Crowd, remembers: boolean) {
    this.#stdin = stdin;
    this.#crowd = crowd;
    this.#addressees = new Addressees(crowd);
    this.#remembers = remembers;
  }

  started(log: Log): Decoder {
    this.stopped();
    this.#emptied = new Recent();
    this.#stdin.replace((pieces) => introduce(this.#crowd, pieces));
    return linesOf(log, (line, complain) => this.#obey(line, complain));
  }

  gauge(pace: Gauge | undefined): Gauge | undefined {
    if (!this.hub?.isShared) return pace;
    return this.#holds = new Holds(pace);
  }

  stopped(): void {
    // Nobody else does: whoever is in a room stays there, and is counted, also when its connection has ended.
    for (const client of this.#crowd) this.#leaveAll(client);
  }

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
    this.#addressees.left(client);
  }

  #obey(line: string, complain: Complain): void {
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
    const client = this.#addressees.find(command.id, complain);
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
    const clients = to === "*"
      ? this.#crowd
      : to.flatMap((id) => this.#addressees.find(id, complain) ?? []);
    for (const client of clients) if (!others?.has(client.id)) client.send(batch);
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

/** The line that tells a process of a message. */
function eventOf({ id }: Client, data: Message): string {
  const event = typeof data === "string"
    ? { type: "message", id, data }
    : { type: "message", id, base64: data.toBase64() };
  return JSON.stringify(event) + "\n";
}
