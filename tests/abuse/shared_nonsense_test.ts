import { assert } from "@std/assert";
import { linesOf } from "../fuzz/talk.ts";
import { RawClient } from "../support/client.ts";
import { numbers } from "../support/numbers.ts";
import { Scripts } from "../support/scripts.ts";
import { abuse } from "./abuse.ts";
import { possessionsOf } from "./possessions.ts";
import { QuietClient } from "./quiet_client.ts";

const LAST = {
  events: '{"type":"send","to":"*","data":"the last"}',
  tagged: "*\tthe last",
};

for (const framing of ["events", "tagged"] as const) {
  abuse(`a program that clients share and that writes nonsense in ${framing}`, async (attack) => {
    const random = numbers(1);
    const nonsense = Array.from({ length: 1_000 }, () => `${linesOf(framing, random)}\n`).join("");
    await using scripts = await Scripts.write({
      // The first line is the one that says that the client has come.
      say: 'read -r _; cat "${0%/*}/nonsense"; exec cat >/dev/null',
    });
    await Deno.writeTextFile(`${scripts.folder}/nonsense`, `${nonsense}${LAST[framing]}\n`);
    await using server = await attack.start([
      "--route=/echo=echo",
      `--route=/shared=shared?framing=${framing} ${scripts.folder}/say`,
    ]);
    // When it answers, what it starts for itself has been started.
    (await RawClient.request(`${server.url}none`))[Symbol.dispose]();
    const before = possessionsOf(server.pid);
    {
      await using quiet = await QuietClient.connect(`${server.url}echo`);
      using client = await RawClient.open(`${server.url}shared`);
      let heard = 0;
      for (;; heard++) {
        const received = await client.next();
        assert(received.kind !== "close", JSON.stringify(received));
        if (received.kind === "text" && received.data === "the last") break;
      }
      await server.stdout.until(/Line \d+: /);
      attack.note({ longestWait: quiet.longestWait, counted: heard });
    }
    await attack.isAsBefore(server, before);
  });
}
