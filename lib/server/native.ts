import { HandshakeError, messageOf } from "../base/errors.ts";
import { Log } from "../base/log.ts";
import { snapshot } from "../base/request.ts";
import { NativeSocket } from "./native_socket.ts";
import type { Dispatcher, Ticket } from "../socket/dispatch.ts";

/**
 * The engine on `Deno.serve` and `Deno.upgradeWebSocket`: makes a handler for the former.
 *
 * @param secure Whether the listener speaks TLS.
 */
export function nativeEngine(
  dispatcher: Dispatcher,
  secure = false,
): (request: Request, info: Deno.ServeHandlerInfo) => Promise<Response> {
  return async (request, info) => {
    let incoming;
    try {
      incoming = snapshot(request, { remoteAddr: info.remoteAddr, secure });
    } catch (error) {
      return dispatcher.refuse(new Log({ url: request.url }), error);
    }
    const decision = await dispatcher.dispatch(incoming);
    return decision instanceof Response ? decision : upgrade(request, decision, dispatcher);
  };
}

function upgrade(request: Request, ticket: Ticket, dispatcher: Dispatcher): Response {
  const { roster, maxFrameSize, pingMs, headersWs } = dispatcher;
  let upgraded;
  try {
    // It pings after half of the time, given in seconds, and drops the client after the other half.
    upgraded = Deno.upgradeWebSocket(request, { idleTimeout: 2 * pingMs / 1000 });
  } catch (error) {
    ticket.abandon();
    return dispatcher.refuse(ticket.log, new HandshakeError(400, messageOf(error)));
  }
  // From here on nothing may throw: that would stop the whole listener.
  const { socket, response } = upgraded;
  new NativeSocket(socket, ticket, { roster, maxFrameSize, pingMs });
  for (const [name, value] of headersWs) response.headers.append(name, value);
  return response;
}
