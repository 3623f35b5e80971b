import type { Meter, RouteMeter } from "../../lib/base/meter.ts";

/** A meter that notes what it is told, as texts without times, in order. */
export class NotingMeter implements Meter {
  readonly noted: string[] = [];
  readonly #routes = new Map<string, RouteMeter>();

  at(route = "none"): RouteMeter {
    let meter = this.#routes.get(route);
    if (!meter) this.#routes.set(route, meter = this.#at(route));
    return meter;
  }

  strayed(what: string, count: number): void {
    this.noted.push(`strayed ${what} ${count}`);
  }

  tlsFailed(): void {
    this.noted.push("TLS failed");
  }

  #at(route: string): RouteMeter {
    const note = (what: string) => this.noted.push(`${route}: ${what}`);
    return {
      answered: (what, status) => note(`${what} ${status}`),
      opened: () => note("opened"),
      closed(code, { messagesIn, bytesIn, messagesOut, bytesOut, dropped }) {
        const carried = `${messagesIn}/${bytesIn} in, ${messagesOut}/${bytesOut} out`;
        note(`closed ${code}: ${carried}, ${dropped} dropped`);
      },
      denied: (kind) => note(`denied ${kind}`),
      limited: (option) => note(`limited ${option}`),
      processStarted: () => note("started"),
      processFailed: () => note("not started"),
      processEnded: ({ code, signal }) => note(`ended ${signal ?? code}`),
      processSignalled: (signal) => note(`signalled ${signal}`),
    };
  }
}
