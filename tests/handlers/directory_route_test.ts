import { assertEquals, assertRejects } from "@std/assert";
import { HandshakeError } from "../../lib/base/errors.ts";
import { directoryKind } from "../../lib/handlers/directory.ts";
import type { Handler } from "../../lib/contract.ts";
import { Modules } from "../../lib/handlers/modules.ts";
import { LiveRoute } from "../../lib/gate/route.ts";
import { Usage } from "../../lib/gate/usage.ts";
import { fakeRequest } from "../base/fake_request.ts";
import { Scripts } from "../support/scripts.ts";
import { fakePlace } from "../support/fake_place.ts";
import { Talk } from "./talk.ts";

async function made(path: string, folder: string): Promise<Handler> {
  const context = { lookup: undefined, scripts: [], modules: new Modules() };
  const route = { path, words: [folder], placeholders: true, values: {} };
  return await directoryKind.make(route, context);
}

const PLACES: [pattern: string, path: string, shown: string | undefined][] = [
  ["*", "/tool/x", "/tool|/x"],
  ["*", "/sub/tool", "/sub/tool|"],
  ["/*", "/sub/tool/x", "/sub/tool|/x"],
  ["/run/*", "/run/tool/x/y", "/run/tool|/x/y"],
  ["/run/*", "/run/sub/tool", "/run/sub/tool|"],
  ["/run/*", "/run/run/tool", undefined],
  ["/run/*", "/run/", undefined],
  ["/:user/*", "/ü b/tool/ä c", "/ü b/tool|/ä c"],
  ["/*/on/*", "/a/on/tool/x", "/a/on/tool|/x"],
  // No wildcard: the whole path is looked for.
  ["/tool", "/tool", "/tool|"],
  ["/sub/:name", "/sub/tool", "/sub/tool|"],
  ["/run/:name", "/run/tool", undefined],
];
for (const [pattern, path, shown] of PLACES) {
  Deno.test(`directory of ${pattern} runs ${shown ?? "nothing"} for ${path}`, async () => {
    const show = 'echo "$SCRIPT_NAME|$PATH_INFO"';
    await using scripts = await Scripts.write({ "tool": show, "sub/tool": show });
    const handler = await made(pattern, scripts.folder);
    const request = fakeRequest({ path, target: encodeURI(path) });
    const matched = new LiveRoute({ path: pattern, handler }, new Usage(handler)).match(request);
    if (shown === undefined) {
      const accept = async () => await handler.accept?.(matched ?? request, fakePlace());
      await assertRejects(accept, HandshakeError, `NOT FOUND: ${path}`);
      return;
    }
    await using talk = await Talk.open(handler, { ...matched, headers: {} });
    await talk.connection.closed;
    assertEquals<unknown>(talk.connection.sent, [shown]);
  });
}
