import { isCloseCode } from "../base/close_code.ts";
import { HandshakeError } from "../base/errors.ts";
import { Log } from "../base/log.ts";
import { plain } from "../base/plain.ts";
import { shown } from "../base/shown.ts";
import type { Roster } from "../connection/roster.ts";
import type { Handler, IncomingRequest } from "../contract.ts";
import { checkOrigin } from "../gate/origin.ts";
import { byMethod } from "./by_method.ts";
import type { Others } from "./others.ts";

/**
 * `DELETE /connections/ID?code=&reason=`: ends a connection, whatever its handler does, by default with 1001 and
 * `Ended by the operator`. A page of another site cannot ask for that: a browser asks before, by `OPTIONS`, and is
 * not allowed to; and where it tells whose page it is, that has to be of this server.
 */
export function endConnection(roster: Roster, others?: Others): Handler {
  return byMethod({
    async DELETE(request) {
      expectSameOrigin(request);
      const { id = "" } = request.params;
      const query = new URLSearchParams(request.query);
      const code = Number(query.get("code") ?? 1001);
      const reason = query.get("reason") ?? "Ended by the operator";
      if (!isCloseCode(code)) {
        return plain(400, {}, "the code is none that a server may close with");
      }
      const who = [request.user, request.remote.host].filter(Boolean).join(" at ");
      const end: End = { id, code, reason, who };
      if (endIn(roster, end)) return new Response(null, { status: 204 });
      const heard = await others?.ask("end", end);
      if (heard?.answers.some(({ answer }) => answer === true)) {
        return new Response(null, { status: 204 });
      }
      const silent = heard?.silent.map(({ worker, reason }) => `; worker ${worker} ${reason}`) ??
        [];
      return plain(404, {}, `there is no connection of that id${silent.join("")}`);
    },
  });
}

/** A connection that an operator ends. */
export interface End {
  readonly id: string;
  readonly code: number;
  readonly reason: string;
  readonly who: string;
}

/** Ends a connection of this server; answers whether there is one. */
export function endIn(roster: Roster, { id, code, reason, who }: End): boolean {
  const member = Array.from(roster).find((each) => each.id === id);
  if (!member?.facts) return false;
  new Log({ id, remote: member.facts.remote })
    .info("session", `The operator ${who} ends the connection with ${code} ${reason}`);
  member.end(code, reason);
  return true;
}

function expectSameOrigin({ headers, host, secure }: IncomingRequest): void {
  const origin = headers.get("origin");
  if (origin !== null) checkOrigin({ origin, host, secure }, { sameOrigin: true });
  const site = headers.get("sec-fetch-site") ?? "none";
  if (!["none", "same-origin"].includes(site)) {
    throw new HandshakeError(403, `The page that asks is of another site: ${shown(site)}`);
  }
}
