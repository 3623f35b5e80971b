import { EngineError, HandshakeError, messageOf } from "../base/errors.ts";
import { isUpgrade } from "../base/is_upgrade.ts";
import type { Associated } from "../base/log.ts";
import { snapshot } from "../base/request.ts";
import { headLog } from "../base/session_log.ts";
import { connectionOf } from "../connection/connection_of.ts";
import type { Ticket } from "../connection/ticket.ts";
import { NativeTransport } from "../connection/transport/native_transport.ts";
import type { Dispatcher } from "../gate/dispatch.ts";
import type { Engine } from "./engine.ts";
import { keepServing } from "./keep_serving.ts";
import { isNobody, resetRefusal } from "./nobody.ts";
import { ResetWatch } from "./reset_watch.ts";
import { runtimeSpan, warnOfQueries } from "./runtime_span.ts";
import { tellWhenSent } from "./tell_when_sent.ts";
import { withMode } from "./with_mode.ts";

/** The engine on `Deno.serve` and `Deno.upgradeWebSocket`. */
export function nativeEngine(dispatcher: Dispatcher): Engine {
  return {
    // deno-lint-ignore require-await -- so that what is thrown is a rejection
    async listen(place, credentials) {
      if ("fd" in place) throw new EngineError("Deno.serve listens on no descriptor");
      const secure = credentials !== undefined;
      // It would serve without TLS there, and say nothing.
      if (secure && "path" in place) throw new Error("TLS on a Unix socket needs --engine=node");
      warnOfQueries();
      const handler = nativeHandler(dispatcher, { secure, resets: new ResetWatch() });
      const serve = (port?: number) => {
        const options = { ...place, ...(port ? { port } : {}), ...credentials, onListen() {} };
        // Its types know a Unix socket and TLS only apart from each other and from TCP.
        return Deno.serve(options as Deno.ServeTcpOptions, handler);
      };
      const { addr, shutdown } = keepServing(serve, (port) => {
        return "path" in place ? withMode(place, serve) : serve(port);
      });
      return { port: "port" in addr ? addr.port : 0, shutdown };
    },
  };
}

/** Options of {@linkcode nativeHandler}. */
export interface NativeHandlerOptions {
  /** Whether the listener speaks TLS; default false. */
  readonly secure?: boolean;
  /** The watch over clients that may take all descriptors; default: nobody watches. */
  readonly resets?: ResetWatch;
}

/** The same as a handler for `Deno.serve`. */
export function nativeHandler(
  dispatcher: Dispatcher,
  { secure = false, resets }: NativeHandlerOptions = {},
): (request: Request, info: Deno.ServeHandlerInfo) => Promise<Response> {
  return async (request, info) => {
    let incoming;
    // Before all else: a reset that the runtime sees earlier is never told.
    const left = resets?.lately && isUpgrade(request.headers) ? request.signal : undefined;
    try {
      const { method, url: target, headers } = request;
      const { remoteAddr } = info;
      if (resets && isNobody(remoteAddr)) throw resetBy(resets);
      if (resets) dispatcher.expectDescriptors(left && resets.refuses);
      // Of a plain request it is not known whether it has to have one (RFC 9112 §3.2).
      if (headers.get("host") === null && isUpgrade(headers)) {
        throw new HandshakeError(400, "There is no Host header");
      }
      const { forwarding } = dispatcher;
      incoming = snapshot({ method, target, headers }, { remoteAddr, secure, forwarding });
    } catch (error) {
      const { url, headers } = request;
      const { forwarding } = dispatcher;
      const origin = { remoteAddr: info.remoteAddr, secure, forwarding };
      const log = (facts: Associated) => headLog(url, headers, origin).with(facts);
      return dispatcher.refuse({ upgrades: isUpgrade(headers), log }, error);
    }
    const decision = await dispatcher.dispatch(incoming, {
      // Asked for only where they are used: an upgrade has neither.
      get body() {
        return request.body;
      },
      get left() {
        return request.signal;
      },
      // Without an end, into memory (Deno 2.9).
      readsAhead: true,
      finished(then) {
        info.completed.then(then, then);
      },
    }, runtimeSpan());
    if (decision instanceof Response) return tellWhenSent(decision, request.method, info);
    if (left) await resets?.turn();
    return upgrade(request, decision, { dispatcher, resets, left });
  };
}

function resetBy(resets?: ResetWatch): HandshakeError {
  resets?.seen();
  return resetRefusal();
}

interface Upgrading {
  readonly dispatcher: Dispatcher;
  readonly resets: ResetWatch | undefined;
  /** Tells that the client has left, where that is likely. */
  readonly left: AbortSignal | undefined;
}

function upgrade(
  request: Request,
  ticket: Ticket,
  { dispatcher, resets, left }: Upgrading,
): Response {
  let upgraded;
  // The runtime reads all headers at the first call that is no `get`; after the upgrade it cannot (Deno 2.9).
  ticket.request.headers.has("host");
  try {
    if (left?.aborted) throw resetBy(resets);
    // It pings after half of the time, given in seconds, and drops the client after the other half.
    upgraded = Deno.upgradeWebSocket(request, { idleTimeout: 2 * ticket.pingMs / 1000 });
  } catch (error) {
    ticket.abandon();
    const refusal = error instanceof HandshakeError
      ? error
      : new HandshakeError(400, messageOf(error));
    return dispatcher.refuse({ upgrades: true, log: (facts) => ticket.log.with(facts) }, refusal);
  }
  // From here on nothing may throw: that would stop the whole listener.
  const { socket, response } = upgraded;
  const { maxFrameSize, pingMs, request: { remote, proxy } } = ticket;
  const transport = new NativeTransport(socket, {
    maxFrameSize,
    pingMs,
    port: Number((proxy?.remote ?? remote).port),
  });
  resets?.answered(socket);
  transport.listen(connectionOf(transport, ticket, dispatcher));
  for (const [name, value] of ticket.headers) response.headers.append(name, value);
  return response;
}
