import type { Compression } from "../connection/transport/deflate/compression.ts";
import { type Extension, parseExtensions } from "./extensions.ts";
import type { RouteOptions } from "./route.ts";

/** The options of a route that say how its messages are compressed. */
export type CompressionOptions = Pick<
  RouteOptions,
  "compressMin" | "compressBits" | "compressContext"
>;

// Shorter ones hardly get shorter by it. Those that refer to others do.
const LEAST = 256;
const LEAST_IN_CONTEXT = 32;

// zlib has no window of 256 bytes.
const LEAST_BITS = 9;
const MOST_BITS = 15;

/** Parameters that an offer can have; with or without values, as RFC 7692 §7.1 says of each. */
interface Offer {
  server_no_context_takeover?: true;
  client_no_context_takeover?: true;
  server_max_window_bits?: number;
  /** 15 where it has no value. */
  client_max_window_bits?: number;
}

/**
 * Agrees on compression by the first offer of a client that can be kept (RFC 7692 §5, §7.1).
 *
 * @param offered The header `Sec-WebSocket-Extensions` as sent; null where there is none.
 * @returns undefined where there is no such offer.
 */
export function agreeOnCompression(
  offered: string | null,
  options: CompressionOptions,
): Compression | undefined {
  for (const { name, params } of parseExtensions(offered)) {
    const offer = name === "permessage-deflate" ? readOffer(params) : undefined;
    if (offer && (offer.server_max_window_bits ?? MOST_BITS) >= LEAST_BITS) {
      return agreed(offer, options);
    }
  }
  return undefined;
}

/** The parameters of an offer; undefined where one is not known, said twice, or has no such value. */
function readOffer(params: Extension["params"]): Offer | undefined {
  const offer: Offer = {};
  for (const [name, value] of params) {
    if (Object.hasOwn(offer, name)) return undefined;
    if (name === "server_no_context_takeover" || name === "client_no_context_takeover") {
      if (value !== true) return undefined;
      offer[name] = true;
    } else if (name === "server_max_window_bits" || name === "client_max_window_bits") {
      const bits = value === true && name.startsWith("client") ? `${MOST_BITS}` : value;
      if (bits === true || !/^(?:[89]|1[0-5])$/.test(bits)) return undefined;
      offer[name] = Number(bits);
    } else return undefined;
  }
  return offer;
}

function agreed(
  offer: Offer,
  { compressMin, compressBits = MOST_BITS, compressContext = false }: CompressionOptions,
): Compression {
  const serverContext = compressContext && !offer.server_no_context_takeover;
  const clientContext = compressContext && !offer.client_no_context_takeover;
  const { server_max_window_bits: wanted = MOST_BITS } = offer;
  // Frames that are made for all are made for two sizes at most, whatever clients ask for.
  const serverBits = wanted >= compressBits ? compressBits : serverContext ? wanted : LEAST_BITS;
  // Who does not say that it can do with less cannot be told to.
  const clientBits = Math.min(
    offer.client_max_window_bits === undefined ? MOST_BITS : compressBits,
    offer.client_max_window_bits ?? MOST_BITS,
  );
  const answer = ["permessage-deflate"];
  if (!serverContext) answer.push("server_no_context_takeover");
  if (!clientContext) answer.push("client_no_context_takeover");
  if (offer.server_max_window_bits !== undefined || serverBits < MOST_BITS) {
    answer.push(`server_max_window_bits=${serverBits}`);
  }
  // A window matters where it is kept.
  if (clientContext && clientBits < MOST_BITS) answer.push(`client_max_window_bits=${clientBits}`);
  return {
    answer: answer.join("; "),
    least: compressMin ?? (serverContext ? LEAST_IN_CONTEXT : LEAST),
    serverBits,
    serverContext,
    clientBits,
    clientContext,
  };
}
