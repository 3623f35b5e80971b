import { assertEquals } from "@std/assert";
import { Log } from "../../../../lib/base/log.ts";
import type { Link } from "../../../../lib/connection/transport/relay/link.ts";
import type { FrontEnd } from "../../../../lib/connection/transport/relay/relay_end.ts";
import { ServerSearch } from "../../../../lib/connection/transport/relay/server_search.ts";

Deno.test("ServerSearch says whether a server that holds something no more tells of the rest itself", async () => {
  for (const isTold of [true, false]) {
    const over = new AbortController();
    const asked = Promise.withResolvers<void>();
    const broke: unknown[] = [];
    const front = { broke: (...words: unknown[]) => void broke.push(words) };
    const link = {
      open() {
        asked.resolve();
        return { drop() {}, forget() {} };
      },
    } as unknown as Link;
    const found = { link, words: {}, over: over.signal, isTold: () => isTold };
    const search = new ServerSearch(front as unknown as FrontEnd, {
      log: new Log(),
      find: () => Promise.resolve(found),
      isLasting: true,
      isStale: () => false,
    });
    const begun = search.begin({ isThere: true, seen: undefined });
    await asked.promise;
    search.answered({ isAccepted: true, words: {} });
    await begun;
    search.serve();
    over.abort();
    assertEquals(broke, [["It holds that no more", isTold]]);
  }
});
