/**
 * Puts programs, and handlers of one's own, behind WebSockets.
 *
 * This module is what another program needs for that: {@linkcode serve}, the handlers
 * {@linkcode process}, {@linkcode shared}, {@linkcode terminal}, {@linkcode directory}, {@linkcode tcp}, {@linkcode echo},
 * {@linkcode broadcast}, {@linkcode staticFiles} and {@linkcode cgi}, and the types of those of one's own.
 *
 * The tree, in the order in which a connection comes about; a file imports from its own folder or from
 * those below it, and nowhere in a circle:
 *
 * - `../main.ts`: argv, signals and exit code.
 * - `edge.ts`: echo and broadcast for Deno Deploy and `deno serve`; starts no processes.
 * - `cli/`: from words to a configuration: command line, variables and file, help, `--check`, reload, exit
 *   codes; and the client of `--connect`.
 * - `workers/`: several processes that share ports: their parent, and what they ask it.
 * - `serve.ts`: listeners, connections and their end as one disposable server.
 * - `app.ts` and `routes.ts`: from the configuration to routes and handlers, again when it has changed.
 * - `settings.ts`, `route_config.ts` and `config.ts`: what was said; the routes that it makes; all of it made whole, and
 *   what belongs together checked.
 * - `admin/`: what whoever runs the server sees of it: probes, metrics, connections.
 * - `listen/`: where it listens, with what certificate, and the two engines that turn requests into
 *   connections.
 * - `gate/`: a request on its way to its route: handshake, origin, guards; then its handler.
 * - `handlers/`: a kind of handler each, and the registry of all.
 * - `connection/`: one client at one handler, what waits for it, and the transports that carry its messages.
 * - `hub/`: rooms, and what was said in them, at one server or at several.
 * - `process/`: a process from its start to its end: what of a client is in its words and environment, its
 *   input, its outputs, what is left of it.
 * - `codec/`: how bytes of a program become messages and the reverse.
 * - `options/`: one language for the options of flags, variables, files and routes.
 * - `bus/`: what joins several servers: the contract, and an engine each: workers' parent, Redis, Deno KV.
 * - `contract.ts`: every interface of the middle on one page.
 * - `console/`: the page of the console, in its parts.
 * - `client/`: a WebSocket for pages and programs whose session survives its connections, and its text for browsers;
 *   other programs import it as `@stdws/stdws/client`.
 * - `base/`: what several of them need: batches, errors, limits, the log, the request.
 *
 * @module
 */

export {
  EngineError,
  HandshakeError,
  LaunchError,
  LimitError,
  type LimitErrorOptions,
  ListenError,
  UsageError,
} from "./base/errors.ts";
export {
  configureLog,
  type Facts,
  flushLog,
  type Level,
  type Log,
  type LogOptions,
} from "./base/log.ts";
export { Batch } from "./base/batch.ts";
export { type Permit, Permits } from "./base/permits.ts";
export type { Carried, Meter, RouteMeter } from "./base/meter.ts";
export type { Owner } from "./base/owner.ts";
export type { ProxyHop, RemoteAddress } from "./base/request.ts";
export type { Rate } from "./base/token_bucket.ts";
export type {
  Admission,
  CloseAnswer,
  Connection,
  Ending,
  Exchange,
  Gauge,
  Guard,
  Handler,
  Hub,
  IncomingRequest,
  JoinOptions,
  Known,
  Mark,
  Member,
  Message,
  Overview,
  Parts,
  Place,
  Publisher,
  PublishOptions,
  Refusal,
  Returning,
  Room,
  Rooms,
  RouteInfo,
  Screen,
  ScreenEvent,
  Session,
  SlowPolicy,
  Sole,
  Verdict,
} from "./contract.ts";
export type { Associated, Category } from "./base/log.ts";
export type { Closer, Ended } from "./connection/ending_sentence.ts";
export type { Header } from "./connection/ticket.ts";
export { broadcast, type BroadcastOptions } from "./handlers/broadcast.ts";
export { directory } from "./handlers/directory.ts";
export { echo } from "./handlers/echo.ts";
export { process, type ProcessOptions, type WarmOptions } from "./handlers/process.ts";
export { shared, type SharedOptions } from "./handlers/shared.ts";
export type { SharedFraming } from "./handlers/shared/options.ts";
export { replay, type ReplayOptions } from "./handlers/replay/replay.ts";
export { tcp, type TcpOptions } from "./handlers/tcp.ts";
export { terminal, type TerminalOptions } from "./handlers/terminal.ts";
export { cgi, type CgiOptions } from "./handlers/cgi/cgi.ts";
export { staticFiles, type StaticOptions } from "./handlers/static/static.ts";
export type { Framing } from "./codec/codecs.ts";
export type { Mismatch } from "./codec/mismatch.ts";
export type { Unbuffer } from "./process/unbuffer/unbuffer.ts";
export type { OriginRule } from "./options/origins.ts";
export type { RestraintOptions } from "./process/restraint.ts";
export type { Orphans } from "./process/tree.ts";
export type { AdminOptions } from "./admin/admin_options.ts";
export type { Heard, OtherAnswer, OtherQuestion, Others, Silent } from "./admin/others.ts";
export type { AdminPlace } from "./options/admin_place.ts";
export { serve, type ServeOptions, type Server } from "./serve.ts";
export type { EngineOptions } from "./listen/choose_engine.ts";
export type { CertificateFiles, TlsOptions } from "./listen/tls_options.ts";
export type { EngineName } from "./listen/engine.ts";
export type { HeldPlace } from "./listen/held_place.ts";
export type { ListenOptions } from "./listen/listen.ts";
export type { InheritedSocket } from "./listen/inherited_socket.ts";
export type { UnixSocketOptions } from "./listen/unix_socket.ts";
export { auth } from "./gate/auth/auth.ts";
export type { AuthOptions } from "./gate/auth/auth_guard.ts";
export type {
  AuthContext,
  Authenticator,
  Denial,
  Evidence,
  Identity,
} from "./gate/auth/authenticator.ts";
export type { FailureBook, LookedAt } from "./gate/auth/failure_book.ts";
export type { DispatchOptions } from "./gate/dispatch_options.ts";
export type { EntryBook, EntryLedger, EntryTerms, Full } from "./gate/entry/entry_book.ts";
export type {
  Bus,
  BusFigures,
  BusWatcher,
  Claim,
  Entry,
  PublishTerms,
  SubscribeOptions,
  Subscriber,
} from "./bus/bus.ts";
export type { EntryOptions } from "./gate/entry_limits.ts";
export type { ForwardingOptions } from "./gate/proxy/forwarding.ts";
export type { OriginOptions } from "./gate/origin.ts";
export type { Route, RouteOptions } from "./gate/route.ts";
