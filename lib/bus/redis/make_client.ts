import { Buffer } from "node:buffer";
import type * as Package from "./client_package.ts";
import { readAuthority } from "./read_authority.ts";
import type { Client } from "./redis_client.d.ts";
import { patienceOf, type RedisTerms } from "./redis_terms.ts";

/**
 * A client of Redis that is not connected yet.
 *
 * @param server For whoever looks at the connections of Redis.
 * @param fail Told of whatever ends its connection.
 * @throws {BusError} If the file of an authority cannot be read.
 */
export async function makeClient(
  terms: RedisTerms,
  server: string,
  fail: (error: Error) => void,
): Promise<Client> {
  const { href } = new URL("./client_package.ts", import.meta.url);
  const { createClient, RESP_TYPES }: typeof Package = await import(href);
  const { host, port, path, tls, ca, user, password, database } = terms;
  const client = createClient({
    RESP: 3,
    ...(user !== undefined && { username: user }),
    ...(password !== undefined && { password }),
    database,
    name: `stdws-${server}`,
    disableOfflineQueue: true,
    disableClientInfo: true,
    maintNotifications: "disabled",
    // Without it, each command would have a timer.
    commandOptions: { timeout: undefined, typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } },
    socket: {
      ...(host !== undefined && { host }),
      ...(port !== undefined && { port }),
      ...(path !== undefined && { path }),
      ...(tls && { tls: true as const }),
      ...(ca !== undefined && { ca: await readAuthority(ca) }),
      ...(tls && host !== undefined && !/^[\d.]+$|:/.test(host) && { servername: host }),
      connectTimeout: patienceOf(terms),
      // The bus has more to do then than a client knows.
      reconnectStrategy: false,
    },
  });
  client.on("error", fail);
  return client;
}
