import { HandshakeError, messageOf } from "../base/errors.ts";
import { Log } from "../base/log.ts";
import { snapshot } from "../base/request.ts";
import { LiveConnection } from "../connection/live_connection.ts";
import type { Ticket } from "../connection/ticket.ts";
import { NativeTransport } from "../connection/transport/native_transport.ts";
import type { Dispatcher } from "../gate/dispatch.ts";
import type { Engine } from "./engine.ts";
import { keepServing } from "./keep_serving.ts";
import { withMode } from "./with_mode.ts";

/** The engine on `Deno.serve` and `Deno.upgradeWebSocket`. */
export function nativeEngine(dispatcher: Dispatcher): Engine {
  return {
    // deno-lint-ignore require-await -- so that what is thrown is a rejection
    async listen(place, credentials) {
      const secure = credentials !== undefined;
      // It would serve without TLS there, and say nothing.
      if (secure && "path" in place) throw new Error("TLS on a Unix socket needs --engine=node");
      const handler = nativeHandler(dispatcher, secure);
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

/**
 * The same as a handler for `Deno.serve`.
 *
 * @param secure Whether the listener speaks TLS.
 */
export function nativeHandler(
  dispatcher: Dispatcher,
  secure = false,
): (request: Request, info: Deno.ServeHandlerInfo) => Promise<Response> {
  return async (request, info) => {
    let incoming;
    try {
      const { method, url: target, headers } = request;
      incoming = snapshot({ method, target, headers }, { remoteAddr: info.remoteAddr, secure });
    } catch (error) {
      return dispatcher.refuse(new Log({ url: request.url }), error);
    }
    const decision = await dispatcher.dispatch(incoming, {
      // Asked for only where they are used: an upgrade has neither.
      get body() {
        return request.body;
      },
      get left() {
        return request.signal;
      },
    });
    return decision instanceof Response ? decision : upgrade(request, decision, dispatcher);
  };
}

function upgrade(request: Request, ticket: Ticket, dispatcher: Dispatcher): Response {
  let upgraded;
  // The runtime reads all headers at the first call that is no `get`; after the upgrade it cannot (Deno 2.9).
  ticket.request.headers.has("host");
  try {
    // It pings after half of the time, given in seconds, and drops the client after the other half.
    upgraded = Deno.upgradeWebSocket(request, { idleTimeout: 2 * ticket.pingMs / 1000 });
  } catch (error) {
    ticket.abandon();
    return dispatcher.refuse(ticket.log, new HandshakeError(400, messageOf(error)));
  }
  // From here on nothing may throw: that would stop the whole listener.
  const { socket, response } = upgraded;
  const { maxFrameSize, pingMs, request: { remote } } = ticket;
  const transport = new NativeTransport(socket, {
    maxFrameSize,
    pingMs,
    port: Number(remote.port),
  });
  transport.listen(new LiveConnection(transport, ticket, dispatcher));
  for (const [name, value] of ticket.headers) response.headers.append(name, value);
  return response;
}
