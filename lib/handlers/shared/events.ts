import type { Log } from "../../base/log.ts";
import type { IncomingRequest } from "../../base/request.ts";
import { LineSplitter } from "../../process/framing.ts";
import type { ChunkSink } from "../../process/output.ts";
import type { Piece, SharedInput } from "../../process/shared_input.ts";
import { Rooms } from "../rooms.ts";
import { announce } from "./announce.ts";
import type { Client } from "./client.ts";
import { type Command, CommandError, parseCommand, shorten } from "./command.ts";
import type { Crowd } from "./crowd.ts";
import { Recent } from "./recent.ts";
import type { Talk } from "./talk.ts";

/** Events to the process, commands from it, both as lines of JSON. */
export class Events implements Talk {
  readonly history: readonly [] = [];
  readonly #input: SharedInput<Client>;
  readonly #crowd: Crowd;
  readonly #remembers: boolean;
  #rooms = new Rooms<Client>();
  /** Who and what has been there, so that a process that does not know yet is not blamed. */
  #left = new Recent();
  #emptied = new Recent();

  /** @param remembers Whether a later process is told who is there. */
  constructor(input: SharedInput<Client>, crowd: Crowd, remembers: boolean) {
    this.#input = input;
    this.#crowd = crowd;
    this.#remembers = remembers;
  }

  started(log: Log): ChunkSink {
    this.#rooms = new Rooms();
    this.#emptied = new Recent();
    for (const client of this.#crowd) client.rooms = undefined;
    this.#input.replace((pieces) => this.#introduce(pieces));
    let number = 0;
    return new LineSplitter((line) => this.#obey(line, ++number, log));
  }

  stopped(): void {}

  announce(request: IncomingRequest): string {
    return announce(request);
  }

  opened(client: Client): void {
    this.#input.add(client, "open", client.announcement);
    if (!this.#remembers) client.announcement = "";
  }

  message(client: Client, data: string | Uint8Array): boolean {
    const event = typeof data === "string"
      ? { type: "message", id: client.id, data }
      : { type: "message", id: client.id, base64: data.toBase64() };
    return this.#input.add(client, "message", JSON.stringify(event) + "\n");
  }

  left(client: Client, code: number, reason: string): void {
    const event = { type: "close", id: client.id, code, reason };
    this.#input.add(client, "close", JSON.stringify(event) + "\n");
    for (const room of client.rooms ?? []) this.#leaveRoom(client, room);
    this.#left.add(client.id);
  }

  /**
   * What a new process is told: first who is there, or was there and has said something that no process
   * has got; then what they said.
   */
  *#introduce(pieces: readonly Piece<Client>[]): Iterable<Omit<Piece<Client>, "size">> {
    const speakers = new Set<Client>();
    for (const { source, kind } of pieces) if (kind === "message") speakers.add(source);
    for (const source of new Set([...this.#crowd, ...speakers])) {
      yield { source, kind: "open", text: source.announcement };
    }
    for (const piece of pieces) {
      if (piece.kind === "message" || piece.kind === "close" && speakers.has(piece.source)) {
        yield piece;
      }
    }
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
      const except = command.except.length > 0 ? new Set(command.except) : undefined;
      for (const client of this.#targets(command.to, complain)) {
        if (!except?.has(client.id)) client.send(command.data);
      }
      return;
    }
    const client = this.#find(command.id, complain);
    if (!client) return;
    if (command.type === "close") client.close(command.code, command.reason);
    else if (command.type === "leave") this.#leaveRoom(client, command.room);
    else {
      this.#rooms.join(command.room, client);
      (client.rooms ??= new Set()).add(command.room);
    }
  }

  #targets(
    to: Extract<Command, { type: "send" }>["to"],
    complain: Complain,
  ): Iterable<Client> {
    if (to === "*") return this.#crowd;
    if (!("room" in to)) return to.flatMap((id) => this.#find(id, complain) ?? []);
    if (this.#rooms.size(to.room) === 0) {
      const level = this.#emptied.has(to.room) ? "debug" : "error";
      complain(`nobody is in room "${to.room}"`, level);
    }
    return this.#rooms.members(to.room);
  }

  #find(id: string, complain: Complain): Client | undefined {
    const client = this.#crowd.get(id);
    if (!client) {
      if (this.#left.has(id)) complain(`"${id}" has left`, "debug");
      else complain(`there is no "${id}"`);
    }
    return client;
  }

  #leaveRoom(client: Client, room: string): void {
    if (!client.rooms?.delete(room)) return;
    this.#rooms.leave(room, client.id);
    if (this.#rooms.size(room) === 0) this.#emptied.add(room);
  }
}

type Complain = (what: string, level?: "error" | "debug") => void;
