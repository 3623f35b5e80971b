/**
 * Puts programs, and handlers of one's own, behind WebSockets.
 *
 * This module is what another program needs for that: {@linkcode serve}, the handlers
 * {@linkcode process}, {@linkcode shared}, {@linkcode directory}, {@linkcode tcp}, {@linkcode echo} and
 * {@linkcode broadcast}, the types of those of one's own, and for requests that are no WebSockets
 * {@linkcode staticFiles} and {@linkcode cgi}.
 *
 * The tree, in the order in which a connection comes about; a file imports from its own folder or from
 * those below it:
 *
 * - `../main.ts`: argv, signals and exit code.
 * - `edge.ts`: echo and broadcast for Deno Deploy and `deno serve`; starts no processes.
 * - `cli/`: from words to settings: the table of flags, the parsers of options, routes, variables and the
 *   configuration file, help, `--check`, exit codes; and the client of `--connect`.
 * - `serve.ts`: listeners, connections and their end as one disposable server.
 * - `app.ts` and `routes.ts`: from the configuration to routes and handlers, again when it has changed.
 * - `config.ts`: the options of all parts, checked against each other.
 * - `server/`: where it listens, with what certificate, and the two engines that turn requests into
 *   connections.
 * - `http/`: requests that are no WebSockets: the console, CGI scripts, files, redirects.
 * - `socket/`: checks of a handshake, its origin and subprotocol, dispatch to a route, the connection.
 * - `handlers/`: the contract of handlers, the registry of the built-in ones, and what their routes can say.
 * - `options/`: one row for everything that is known of an option, how values are written, and the schema.
 * - `process/`: a process, what of a client is in its words and environment, its streams as messages, its
 *   end.
 * - `base/`: what several of them need: errors, limits, the log, the request.
 *
 * @module
 */

export { HandshakeError, LaunchError, ListenError, UsageError } from "./base/errors.ts";
export { configureLog, type Level, type Log, type LogOptions } from "./base/log.ts";
export { Batch } from "./base/batch.ts";
export { Permits } from "./base/permits.ts";
export type { RemoteAddress } from "./base/request.ts";
export type {
  Admission,
  Connection,
  Exchange,
  Gauge,
  Guard,
  Handler,
  Hub,
  IncomingRequest,
  JoinOptions,
  Member,
  Message,
  Place,
  PublishOptions,
  Room,
  Rooms,
  Session,
  SlowPolicy,
  Verdict,
} from "./contract.ts";
export type { Associated } from "./base/log.ts";
export type { Header } from "./connection/ticket.ts";
export { broadcast, type BroadcastOptions } from "./handlers/broadcast.ts";
export { directory } from "./handlers/directory.ts";
export { echo } from "./handlers/echo.ts";
export { process, type ProcessOptions } from "./handlers/process.ts";
export { shared, type SharedOptions } from "./handlers/shared.ts";
export { tcp, type TcpOptions } from "./handlers/tcp.ts";
export { cgi, type CgiOptions } from "./handlers/cgi/cgi.ts";
export { staticFiles, type StaticOptions } from "./handlers/static/static.ts";
export type { Framing } from "./codec/codecs.ts";
export type { OriginRule } from "./options/origins.ts";
export { serve, type ServeOptions, type Server } from "./serve.ts";
export type { EngineOptions } from "./server/choose_engine.ts";
export type { TlsOptions } from "./server/credentials.ts";
export type { EngineName } from "./server/engine.ts";
export type { ListenOptions } from "./server/listen.ts";
export type { UnixSocketOptions } from "./server/unix_socket.ts";
export type { DispatchOptions } from "./socket/dispatch.ts";
export type { OriginOptions } from "./socket/origin.ts";
export type { Route, RouteOptions } from "./socket/route.ts";
