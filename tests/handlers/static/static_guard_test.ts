import { assertEquals } from "@std/assert";
import { type EngineName, HandshakeError, serve, staticFiles } from "../../../lib/mod.ts";
import { CapturedLog } from "../../base/captured_log.ts";
import { HttpClient } from "../../support/http_client.ts";
import { Tree } from "../../support/tree.ts";

const SPELLINGS = [
  "/admin/key",
  "/x/../admin/key",
  "/admin/../admin/key",
  "/./admin/key",
  "/x/%2E%2e/admin/key",
  "/%61dmin/key",
  "//admin/key",
  "/admin//key",
  "/admin%2Fkey",
  "/%2fadmin/key",
  "/x%2F../admin/key",
  "/x%2F..%2Fadmin%2Fkey",
  "/x//..%2f../admin/key",
  "/x/%2e%2e%2Fadmin/key",
  "/admin/x/../key",
];

for (const engine of ["node", "native"] satisfies EngineName[]) {
  Deno.test(`staticFiles() behind a guard is found by no other spelling of its path [${engine}]`, async () => {
    using _log = new CapturedLog();
    await using tree = await Tree.make({ "admin/key": "SECRET", "open": "open" });
    const handler = staticFiles(tree.root);
    const check = () => {
      throw new HandshakeError(401, "Nobody is let in");
    };
    await using server = await serve({
      port: 0,
      addresses: ["127.0.0.1"],
      engine,
      routes: [{ path: "/admin/*", handler, guards: [{ check }] }, { path: "*", handler }],
    });
    const url = String(server.addresses[0]).replace("ws", "http");
    for (const target of SPELLINGS) {
      const { status, body } = await HttpClient.ask(url, `GET ${target}`);
      assertEquals([[401, 404].includes(status), body.includes("SECRET")], [true, false], target);
    }
    assertEquals((await HttpClient.ask(url, "GET /admin/../open")).body, "open");
  });
}
