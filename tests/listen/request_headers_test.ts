import { assertEquals } from "@std/assert";
import type { Handler } from "../../lib/contract.ts";
import { serve } from "../../lib/serve.ts";
import { RawClient } from "../support/client.ts";

for (const engine of ["native", "node"] as const) {
  Deno.test(`IncomingRequest has its headers also after the upgrade [${engine}]`, async () => {
    const handler: Handler = {
      open(connection, { headers }) {
        return {
          message() {
            const all = [...headers].filter(([name]) => name.startsWith("x-"));
            connection.send(JSON.stringify([headers.get("x-one"), headers.get("x-none"), all]));
          },
        };
      },
    };
    const place = { port: 0, addresses: ["127.0.0.1"], engine };
    await using server = await serve({ ...place, routes: [{ path: "*", handler }] });
    const [url = ""] = server.addresses;
    using client = await RawClient.open(url, { headers: { "X-One": "1", "X-Two": "2" } });
    await client.send("");
    assertEquals(JSON.parse(await client.text()), ["1", null, [["x-one", "1"], ["x-two", "2"]]]);
  });
}
