import type { Hop, HopHeader } from "./hops.ts";

/**
 * `X-Forwarded-For`, to which each proxy adds whom it has the request from, and beside it `X-Forwarded-Proto` and
 * `X-Forwarded-Host`, to which some add and which others replace.
 */
export const xForwarded: HopHeader = {
  name: "X-Forwarded-For",
  *hops(headers): Generator<Hop> {
    const list = (name: string) => fromTheEnd(headers.get(`x-forwarded-${name}`) ?? "");
    const [protos, hosts] = [list("proto"), list("host")];
    let [proto, host]: (string | undefined)[] = [];
    for (const client of list("for")) {
      // Where there are fewer of them, the last one was passed on.
      proto = next(protos) ?? proto;
      host = next(hosts) ?? host;
      yield { client, proto, host };
    }
    // Of a proxy that keeps its client's address to itself.
    yield { proto: proto ?? next(protos), host: host ?? next(hosts) };
  },
};

/** `X-Real-IP`: an address, and nothing else. */
export const xRealIp: HopHeader = {
  name: "X-Real-IP",
  *hops(headers): Generator<Hop> {
    // Of several, the last is what the nearest proxy has added.
    const [client] = fromTheEnd(headers.get("x-real-ip") ?? "");
    if (client !== undefined) yield { client };
  },
};

/** The items of a list (RFC 9110 §5.6.1), the last one first, without cutting what nobody asks for. */
function* fromTheEnd(list: string): Generator<string> {
  for (let end = list.length; end > 0;) {
    const comma = list.lastIndexOf(",", end - 1);
    const item = list.slice(comma + 1, end).trim();
    if (item !== "") yield item;
    end = comma;
  }
}

function next(items: Generator<string>): string | undefined {
  return items.next().value ?? undefined;
}
