/**
 * The contracts in the middle of the server, on one page: who calls whom, and what each MUST do.
 *
 * One message in goes transport → connection → session → standard input of a process; one line out goes
 * standard output → codec → connection → transport, and for many clients standard output → codec → room →
 * connection → transport. What travels is a {@linkcode Batch}: bytes, with where each message ends.
 *
 * Requests:
 *
 * - The server MUST take a snapshot of the request before anything else and pass on nothing else of it.
 * - Guards of a route see every request for it, for a WebSocket or plain HTTP, before its handler does.
 * - `start` MUST come before `accept` and `respond`.
 * - `accept` is called once for each request for an upgrade that passed every check, before it is answered.
 *   The server MUST afterwards call exactly one of `open` and `abandon` of the admission, once.
 *
 * Connections:
 *
 * - `message` and `batch` are called in the order of arrival, never before `open` has returned, never after
 *   `close`. `close` is called once, also when the connection broke (1006) or the server ended it. `closing` comes
 *   before it where the client closes, and the handler may answer that.
 * - Whatever a handler, guard or session throws ends that one connection with 1011, before the upgrade with
 *   status 500 (a `HandshakeError` with its own status), and is logged. It never ends the server.
 *
 * @module
 */

import type { Batch, Message } from "./base/batch.ts";
import type { Associated, Log } from "./base/log.ts";
import type { Mark } from "./base/mark.ts";
import type { RouteMeter } from "./base/meter.ts";
import type { Permits } from "./base/permits.ts";
import type { IncomingRequest } from "./base/request.ts";

export type { Batch, IncomingRequest, Mark, Message };

/** A receiver that can be full: a connection, a room, the input of a process. */
export interface Gauge {
  /** Bytes of memory that wait in it, what each message costs beside its data included. */
  readonly bufferedAmount: number;
  /**
   * Resolves when no more than an amount waits, or nothing ever will again. MUST NOT reject.
   *
   * @param amount Bytes; default: half of its high-water mark.
   */
  drained(amount?: number): Promise<void>;
}

/** Decides what a route does; made once for it. */
export interface Handler {
  /** The line of the log about it when the server starts. */
  readonly label?: string;
  /** Whether of all pages only those of the server may connect where its route says nothing of origins. */
  readonly ownPages?: boolean;
  /**
   * How messages become bytes of a program, where it has one: as that takes them, the body of a `POST` is read. Default:
   * lines or bytes, as its `Content-Type` says.
   */
  readonly framing?: string;
  /** The part that runs once among all servers that are one; missing where nothing does. */
  readonly sole?: Sole;
  /**
   * A request for a WebSocket, before it is answered: may start something, refuse with a response, or throw
   * a `HandshakeError`. Without it, the route answers no such requests.
   *
   * Where it takes longer than `acceptMs`, or its client leaves, `left` of the place aborts, and what it decides
   * later is abandoned.
   */
  accept?(
    request: IncomingRequest,
    place: Place,
  ): Response | Admission | Promise<Response | Admission>;
  /**
   * Whether there is something for `accept` at a request's path; default: there is. Asked where nobody answers a
   * request that is no WebSocket: that gets 426 then, with a word on what to do, otherwise 404.
   */
  finds?(request: IncomingRequest): boolean | Promise<boolean>;
  /**
   * Short for an `accept` that only opens: takes the connection after the upgrade.
   */
  open?(connection: Connection, request: IncomingRequest): Session | void;
  /**
   * A request that is no WebSocket: answers it, or leaves it to the next route that matches. Without it, the
   * route answers no such requests.
   */
  respond?(
    request: IncomingRequest,
    exchange: Exchange,
    place: Place,
  ): Response | undefined | Promise<Response | undefined>;
  /**
   * Whether it can serve at once: false where a process that is to be there is not. Asked by whoever watches the
   * server; default: it can.
   */
  isReady?(): boolean;
  /**
   * When its first route is taken up, before any request: may start what is to be there at once. Again where
   * a route has it after it was disposed.
   */
  start?(place: Place): void;
  /**
   * When no route has it any more: nobody is to wait for those who come. Those who are there stay, and those who are on
   * their way still come. Not at the server's shutdown.
   */
  retire?(): void;
  /**
   * At the server's shutdown, when all connections were told to close; or when its route was replaced and its
   * last connection has ended.
   */
  [Symbol.asyncDispose]?(): Promise<void>;
}

/**
 * The part of a handler that runs once among all servers that are one: its connections are served by the server that
 * holds it, wherever their clients are. Without other servers nothing of it is called.
 */
export interface Sole {
  /** Says what runs, so that servers with the same route know that it is the same. */
  readonly key: string;
  /** Whether it is to run before anybody comes. */
  readonly isAhead: boolean;
  /**
   * This server holds it from now on: starts what is to be there at once.
   *
   * @param idle To be called when nothing of it runs any more, nor anybody wants that; another server may hold it then.
   */
  hold(idle: () => void): void;
  /** This server holds it no more: nothing of it MUST do anything any more. Resolves when nothing is left of it. */
  revoke(): Promise<void>;
}

/** The part of the server that a handler may use. */
export interface Place {
  /** Of the request, where there is one. */
  readonly log: Log;
  /** All rooms of the server. */
  readonly hub: Hub;
  /**
   * Present where the request is that of a client which is there already: it was served before, the way to where that
   * was broke, and nobody has told it. What it has missed of what runs once among all, it MUST be told by `missed`.
   */
  readonly returns?: Returning;
  /** Whether the server is one of several, so that what runs once among them is started by `Sole.hold`; default: it is not. */
  readonly isJoined?: boolean;
  /**
   * The processes of the server: whoever starts one MUST take a permit for it, and give that back when nothing
   * is left of it.
   */
  readonly processes: Permits;
  /** Counts what happens at the route; in `start`, at the first that has the handler. */
  readonly meter: RouteMeter;
  /** Aborts when the server is ending: from then on connections are closed with 1001. */
  readonly signal: AbortSignal;
  /** Aborts when nobody waits for the handler's decision about this request any more; never in `start`. */
  readonly left: AbortSignal;
  /** The server as a page may show it to a person. */
  readonly overview: Overview;
}

/** A client whose service has ended without its notice, and begins again. */
export interface Returning {
  /** The last message that it was sent of those that have numbers. */
  readonly seen: Mark | undefined;
  /** Whether it was served here, by what runs still. */
  readonly isSame: boolean;
}

/** The server as a page may show it to a person: nothing of its programs, files and secrets. */
export interface Overview {
  /** Routes that take WebSockets, in the order in which they are tried, as they are now. */
  readonly routes: readonly RouteInfo[];
  /**
   * The latest refusal of a handshake, of the last few: a browser does not tell a page of it.
   *
   * @param address The address of the client that was refused.
   * @param target The path and query of its URL; a proxy may have taken off the beginning.
   * @param age Milliseconds since when that may have been.
   */
  refusal(address: string, target: string, age: number): Refusal | undefined;
}

/** A route as a person may see it. */
export interface RouteInfo {
  /** The pattern of its path. */
  readonly path: string;
  /** The name of its handler, where it has one. */
  readonly handler?: string | undefined;
  /** How a program's bytes become messages, where the route says so. */
  readonly framing?: string | undefined;
  /** The subprotocols that it agrees to. */
  readonly subprotocols?: readonly string[] | undefined;
}

/** The answer to a handshake that was refused. */
export interface Refusal {
  /** The HTTP status. */
  readonly status: number;
  /** Empty where only the status says it. */
  readonly reason: string;
}

/** The rest of a request that is no WebSocket, beside its head. */
export interface Exchange {
  /** The body as it comes; null where there is none. */
  readonly body: ReadableStream<Uint8Array> | null;
  /** Aborts when the client leaves before it has all of the answer. */
  readonly left: AbortSignal;
}

/** The terms of a connection, settled before the upgrade. */
export interface Admission {
  /** Facts about the connection that the log shall know. */
  readonly associated?: Associated;
  /**
   * The subprotocol of the connection, one of those that the client offers; default: what the route has
   * picked.
   */
  readonly subprotocol?: string;
  /**
   * Headers of the 101, such as `Set-Cookie`, beside those of the options; a list of pairs may have several of one
   * name. Those that say how the connection goes on, as `Connection` and all of `Sec-WebSocket-…`, are the server's
   * own, and values are printable ASCII: otherwise the answer is 500, and the log says why.
   */
  readonly headers?: HeadersInit;
  /** The terminal that its messages are of, for a recording of it; default: messages are recorded as they are. */
  readonly screen?: Screen;
  /** The policy when others make messages for it faster than it reads; default `close`. */
  readonly slow?: SlowPolicy;
  /** The upgrade came about. */
  open(connection: Connection): Session | void;
  /** The upgrade did not come about. */
  abandon?(): void;
}

/** A terminal, as a recording of it has to know it: so it becomes an asciicast, which terminals play. */
export interface Screen {
  /** Characters in a line when the connection is opened. */
  readonly columns: number;
  /** Lines at that time. */
  readonly rows: number;
  /**
   * Says what a message is to it. MUST NOT throw, nor keep the message, whose bytes are borrowed.
   *
   * @returns undefined where it is nothing that is recorded.
   */
  read(message: Message, from: "client" | "server"): ScreenEvent | undefined;
}

/** An event at a terminal: it shows something, keys were typed, or it has another size. */
export type ScreenEvent =
  // Bytes are UTF-8, of which a character may go on in the next.
  | { readonly type: "output" | "input"; readonly data: Message }
  | { readonly type: "resize"; readonly columns: number; readonly rows: number };

/** One connection at its handler; what it remembers is its closure. */
export interface Session {
  /** A message came: a string from a text frame, bytes from a binary one. */
  message?(data: Message): void;
  /** Messages came that lie in one buffer; in place of `message`, for who passes bytes on. */
  batch?(batch: Batch): void;
  /**
   * The client closes, and nothing more comes from it: answers with a code and reason of its own, in place of the
   * client's, where it returns some; or calls `close` of the connection. What it sends goes before that, but for
   * messages in parts, which are not sent any more. MUST NOT be `async`. Called before `close`, at most once, and not
   * where the server has closed before, or where the engine answers by itself.
   *
   * @param code The client's close code; 1005 where it gives none.
   */
  closing?(code: number, reason: string): CloseAnswer | void;
  /**
   * The client has sent all that it will, and still takes what comes: the body of a `POST` has ended. Whoever has
   * this answers such a client by what it sends until it closes the connection; without it, the messages are taken
   * and the connection is closed with 1000.
   */
  end?(): void;
  /** The connection ended. */
  close?(code: number, reason: string): void;
  /**
   * Resolves to what the log shall say about the end of the connection beside its code, and waits for that; for
   * who has a program. Called once, after `close`. MUST resolve.
   */
  ending?(): Promise<Ending | undefined>;
}

/** The end of what a connection was joined to. */
export interface Ending {
  /** The side whose end has closed the connection, where not the handler itself has decided. */
  readonly by?: "program" | "service" | undefined;
  /** Exit status of the program, where it has ended by itself. */
  readonly status?: number | undefined;
  /** The signal that has ended it. */
  readonly signal?: string | undefined;
  /** Messages of the client that were ignored, because they are of a kind that is not taken. */
  readonly ignored?: number | undefined;
}

/** The close frame that answers a client's. */
export interface CloseAnswer {
  /** As in {@linkcode Connection.close}. */
  readonly code: number;
  /** Default: none. */
  readonly reason?: string;
}

/** Looks at a request before the handler of its route does. */
export interface Guard {
  /**
   * Lets it pass by returning nothing, or says who it is, or refuses it with a response. Whatever else it
   * returns, as `false` or `null`, is a mistake: nobody gets in, and the answer is 500.
   *
   * Where it takes longer than `acceptMs`, or the client leaves, `left` of the place aborts.
   *
   * @throws {HandshakeError} To refuse it with a status and a reason for the log.
   */
  check(request: IncomingRequest, place: Place): Verdict | Promise<Verdict>;
}

/** The finding of a {@linkcode Guard}: a refusal, what it knows of the client, or nothing. */
export type Verdict = Response | Partial<Known> | void;

/** Knowledge of a client that a {@linkcode Guard} can have. Guards that come later add their variables to those before. */
export type Known = Pick<
  IncomingRequest,
  "subject" | "user" | "authType" | "authUntil" | "variables" | "headers"
>;

/** One client at its handler. It may outlive a transport. */
export interface Connection extends Gauge, Member, Publisher {
  /** The id of the request that it began with. */
  readonly id: string;
  /** The subprotocol that was agreed on; empty where there is none. */
  readonly subprotocol: string;
  /**
   * Sends one message: text as a text frame, bytes as a binary frame; or several as one batch. The bytes may
   * be reused after the call. A message for a connection that is closing is dropped.
   */
  send(data: Message | Batch): void;
  /**
   * Sends one message in parts, as they come: each part is a fragment of it (RFC 6455 §5.4), and the next one is
   * asked for when the client has taken most of those before. All parts MUST be text, or all bytes; empty ones are
   * left out, and no parts are an empty text. Where the engine has no fragments, they are gathered, and sent as one
   * message of at most 16 MiB; beyond, the connection ends with 1009.
   *
   * What is sent meanwhile waits until the message is complete, and counts as `bufferedAmount`; so the parts MUST
   * NOT wait for `drained`. `close` waits for it as well, but no longer than the client may take nothing. Any other
   * end of the connection breaks it off, and cancels the parts; if they fail, that ends the connection with 1011.
   *
   * @param parts A stream, the result of a generator, or any other iterable; it is locked from now on.
   * @returns Whether all of it was sent; never rejects.
   */
  sendStream(parts: Parts): Promise<boolean>;
  /**
   * Pings the client, before what waits for it (RFC 6455 §5.5.2). Any number of pings may be under way. While the
   * connection is paused, pongs are not read.
   *
   * @param data At most 125 bytes, strings as UTF-8; default: some that are different each time.
   * @returns The payload of the pong, which may be that of a later ping; undefined where the connection is closed
   * before it comes. Never rejects.
   * @throws {RangeError} If there is too much data.
   * @throws {EngineError} If the engine cannot ping.
   */
  ping(data?: Message): Promise<Uint8Array | undefined>;
  /**
   * Closes it after everything that was sent; the first call decides.
   *
   * @param code 1000, or 3000 to 4999, or what RFC 6455 §7.4.1 lets a server send; default 1000.
   * @param reason At most 123 bytes of UTF-8; what is longer is cut.
   */
  close(code?: number, reason?: string): void;
  /**
   * Takes nothing more from the client, until `resume`: TCP holds it back. What was read before still comes.
   *
   * @returns false where the engine cannot do that; then messages go on to come.
   */
  pause(): boolean;
  /** Takes messages of the client again. */
  resume(): void;
  /**
   * Enters a room: what is published there is sent to this connection, until it leaves or ends. Rooms are
   * known by their names throughout the server.
   */
  join(room: string): void;
  /** Leaves a room. */
  leave(room: string): void;
  /**
   * Sends a message to all members of a room; one does not have to be a member for that. A member that
   * reads too slowly is dealt with by the policy of its route: closed with 1013 where it says nothing.
   *
   * @returns To how many it was sent.
   */
  publish(room: string, data: Message | Batch, options?: PublishOptions): number;
}

/** Parts of a message: all of them text, or all bytes. */
export type Parts = ReadableStream<Message> | AsyncIterable<Message> | Iterable<Message>;

/** Options of {@linkcode Connection.publish}: who gets the message. */
export interface PublishOptions {
  /** Whether the connection that publishes gets it as well, where it is a member; default true. */
  readonly echo?: boolean;
}

/**
 * The policy for a client that reads more slowly than others make messages for it:
 *
 * - `close`: when 16 MiB wait for it, it is closed with 1013;
 * - `drop-oldest`: when more than 1 MiB waits for it, the oldest messages are dropped;
 * - `latest`: nothing waits for it but the latest message.
 */
export type SlowPolicy = "close" | "drop-oldest" | "latest";

/** The place of a part in its message; one that has one part alone is no message in parts. */
export type PartAt = "first" | "middle" | "last";

/**
 * Carries messages between one client and its connection. It tells the connection of what happens by
 * {@linkcode TransportEvents}.
 */
export interface Transport extends Gauge {
  /** Bytes that the system holds for the client; asked rarely. Missing, or undefined, where it cannot be asked. */
  readonly unsent?: number | undefined;
  /** Whether messages are compressed; missing where they never are. */
  readonly compresses?: boolean;
  /** Whether its client has no WebSocket, and so answers no pings; missing where it has one. */
  readonly isPlain?: boolean;
  /** Whether its client is away, and may come back for what is sent; missing where nobody can. */
  readonly isAway?: boolean;
  /**
   * Drops the oldest of what it keeps for a client that is away, beyond what it may keep. Missing where nobody comes
   * back, or another server keeps it.
   *
   * @returns How many messages.
   */
  shed?(): number;
  /**
   * Sends messages behind all others. It MUST NOT use the batch's buffer after the call; of its `frames` it
   * may.
   */
  send(batch: Batch): void;
  /**
   * Says how it ends, after everything that was sent. Afterwards the transport MUST tell its connection that
   * it is closed, within a bounded time also without the client's answer. A second call only shortens that.
   *
   * @param patience Milliseconds in which the client may take nothing of what waits for it, and, up to 10 s, send
   * no answer; default 10 s.
   */
  close(code: number, reason: string, patience?: number): void;
  /**
   * Reads nothing more, until `resume`; that the client has left MUST still be found out.
   *
   * @returns false where it cannot do that.
   */
  pause(): boolean;
  /** Reads again. */
  resume(): void;
  /**
   * Sends a part of a message, in a buffer of its own: a frame whose message ends with the last. Between them
   * nothing MUST be sent but with this. Missing where the engine has no fragments.
   */
  sendPart?: ((part: Batch, at: PartAt) => void) | undefined;
  /**
   * Sends a ping before what waits. Missing where the engine cannot do that, or its client answers none.
   *
   * @returns The payload of the pong; undefined where it cannot come any more. MUST NOT reject.
   */
  ping?: ((payload: Uint8Array) => Promise<Uint8Array | undefined>) | undefined;
}

/** Events that a {@linkcode Transport} reports to its connection. */
export interface TransportEvents {
  /** The transport is open. MUST come first, once. */
  opened(): void;
  /** Messages came, in their order; their buffer is borrowed. */
  received(batch: Batch): void;
  /** A message came, or was about to, that is larger than it may be; the connection closes it. */
  tooLarge(): void;
  /**
   * The transport broke, or the client broke the protocol; `closed` follows.
   *
   * @param code The close code that tells the client of it, where one does.
   */
  failed(message: string, code?: number): void;
  /**
   * The client closes; its close frame is answered with its own code, unless `close` is called now. Does not
   * come where the engine answers by itself.
   *
   * @returns Where another server is asked for the answer: resolves when it is known, within a bounded time. The
   * transport MUST wait for that, and `close` may be called until then. MUST NOT reject.
   */
  closing(code: number, reason: string): Promise<void> | void;
  /** Whether its handler answers who has sent all, known from `opened` on, or when it resolves; see `Session.end`. */
  readonly answersEnd?: boolean | Promise<boolean>;
  /** The client has sent all that it will, and still takes what comes: only where its handler answers that. */
  ended?(): void;
  /**
   * The client has come back to its session, and guards have let it in once more.
   *
   * @param authTime Milliseconds until that is over; undefined where it never is.
   */
  readmitted?(authTime: number | undefined): void;
  /** The client is away from now on, and is waited for, or is back: for who cannot look by `isAway`. */
  away?(isAway: boolean): void;
  /** Messages that were made for many were dropped for a client that is away, where nobody is told by `shed`. */
  dropped?(messages: number): void;
  /** Bytes that were sent will never reach the client, which does not read any more. */
  lost(bytes: number): void;
  /** Ends it, whatever the handler does; the transport's `close` follows. */
  end(code: number, reason: string): void;
  /** The transport is closed. May come twice; the first counts. */
  closed(code: number, reason: string): void;
}

/**
 * Turns bytes of a program's streams into messages and the reverse. A codec holds no state: what a stream is
 * in the middle of is in its decoder.
 */
export interface Codec {
  /** Says behind its name, where that does not say it, how messages are told apart. */
  readonly doc?: string;
  /** The kinds of messages that it takes from clients; what becomes of another kind is the route's matter. */
  readonly takes: "text" | "binary" | "both";
  /** Whether each chunk is a message: then what a program writes at once MUST be pushed as one; default false. */
  readonly chunks?: boolean;
  /**
   * Cuts a stream into messages.
   *
   * @param stream The program's output that is cut.
   * @param take Gets them; their buffer is borrowed.
   * @returns undefined where that stream is not for the client.
   */
  decoder(stream: "stdout" | "stderr", take: (batch: Batch) => void): Decoder | undefined;
  /**
   * Makes of messages of a client what the program reads, in memory of its own; a string, where it is made of
   * one, is encoded together with those that wait before it.
   *
   * @throws {CodecError} If one of them cannot be said that way.
   */
  encode(batch: Batch): Uint8Array | string;
}

/** Makes messages of chunks of bytes. */
export interface Decoder {
  /**
   * Takes a chunk, whose memory is used again afterwards.
   *
   * @returns How many messages it made.
   * @throws {CodecError} If it cannot be cut into messages.
   */
  push(chunk: Uint8Array): number;
  /**
   * Nothing more comes.
   *
   * @throws {CodecError} If that is in the middle of a message that cannot be sent without its end.
   */
  end(): void;
}

/** All rooms of a server. */
export interface Hub {
  /** Whether rooms can have members at other servers. */
  readonly isShared: boolean;
  /** Whether these cannot be reached now. */
  readonly isAway: boolean;
  /** The room of a name, of those that everybody shares. */
  room(name: string): Room;
  /** Rooms apart from all others: those of the same name are the same; without a name, those of everybody. */
  space(name?: string): Rooms;
}

/** Rooms by their names. */
export interface Rooms {
  /**
   * The room of a name. One that nobody is in is not remembered: whoever asks for it MUST either use it at
   * once or ask again.
   */
  room(name: string): Room;
  /**
   * Keeps the last messages of each room, as many as anybody wants.
   *
   * @param route The route, or its handler, that wants them until `forget`.
   */
  keep(route: object, count: number): void;
  /** Takes back what `keep` was told. */
  forget(route: object): void;
}

/** Members, and a bounded numbered log of what was said. */
export interface Room {
  /** Known to all who share its space. */
  readonly name: string;
  /** The number of its members, those at other servers included, as far as they are known. */
  readonly size: number;
  /** Lets a member in; a second time does nothing. */
  join(member: Member, options?: JoinOptions): void;
  /** Lets a member out; does nothing where it is not in. */
  leave(member: Pick<Member, "id">): void;
  /**
   * Sends messages to all members in the order in which they came, and notes them in the log where anybody
   * wants one.
   *
   * @param except The ids of members who do not get them.
   * @param by Whoever has made them, who is held back where other servers cannot take as much.
   * @returns To how many they were sent; of those at other servers, all that are known.
   */
  publish(batch: Batch, except?: ReadonlySet<string>, by?: Publisher): number;
}

/** Options of {@linkcode Room.join}: what a member gets beside what is said from now on. */
export interface JoinOptions {
  /** How many of the last messages it gets first; default 0. */
  readonly last?: number;
  /** The last message that it has: it gets no more than what follows on that. */
  readonly seen?: Mark | undefined;
  /** Whether it is told who joins and leaves; default false. */
  readonly watches?: boolean;
}

/** A maker of messages for a room. */
export interface Publisher {
  /**
   * Makes no more of them for a while, or ends where it cannot be held back. MUST NOT throw.
   *
   * @param until Resolves when it may go on.
   */
  hold(until: Promise<void>): void;
}

/** A possible member of a room: a connection. */
export interface Member {
  /** Unique throughout all servers. */
  readonly id: string;
  /**
   * Takes messages that others have made for it, as far as it keeps up: beyond that, the policy of its
   * admission decides. MUST NOT throw, nor wait.
   */
  deliver(batch: Batch): void;
  /** Takes what was said before it came: all of it, before anything that is delivered from now on. */
  replay(past: readonly Batch[]): void;
  /**
   * Messages for it were lost between the servers, before what is delivered next. MUST NOT throw.
   *
   * @param count How many; undefined where nobody can know.
   */
  missed?(count: number | undefined): void;
  /** Other servers cannot be reached: it gets only what is said at this one, until they can be again. MUST NOT throw. */
  apart?(): void;
}
