import { type HandshakeOptions, RawClient } from "../support/client.ts";
import type { TestServer } from "../support/server.ts";

/** Variables of a process by their names. */
export type Variables = Record<string, string | undefined>;

/** The variables of a process, from a server that runs `env`. */
export async function variablesOf(
  server: Pick<TestServer, "url">,
  options: HandshakeOptions = {},
): Promise<Variables> {
  using client = await RawClient.open(server.url, options);
  const { texts } = await client.rest();
  return Object.fromEntries(texts.map((line) => {
    const equals = line.indexOf("=");
    return [line.slice(0, equals), line.slice(equals + 1)];
  }));
}
