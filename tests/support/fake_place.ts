import { Log } from "../../lib/base/log.ts";
import { NO_METER } from "../../lib/base/meter.ts";
import { Permits } from "../../lib/base/permits.ts";
import type { Exchange, Place } from "../../lib/contract.ts";
import { LocalHub } from "../../lib/hub/local_hub.ts";

/** What a handler finds of a server that there is not. */
export function fakePlace(changes: Partial<Place> = {}): Place & { readonly hub: LocalHub } {
  const signal = new AbortController().signal;
  const processes = new Permits(0);
  return {
    log: new Log(),
    hub: new LocalHub(),
    processes,
    meter: NO_METER.at(undefined),
    signal,
    left: signal,
    overview: { routes: [], refusal: () => undefined },
    ...changes,
  } as never;
}

/** A request without a body, whose client stays. */
export function fakeExchange(changes: Partial<Exchange> = {}): Exchange {
  return { body: null, left: new AbortController().signal, ...changes };
}
