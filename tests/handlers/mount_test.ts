import { assertEquals, assertStringIncludes } from "@std/assert";
import { cgi, directory, serve, staticFiles } from "../../lib/mod.ts";
import { CapturedLog } from "../base/captured_log.ts";
import { RawClient } from "../support/client.ts";
import { HttpClient } from "../support/http_client.ts";
import { Scripts } from "../support/scripts.ts";

Deno.test("staticFiles(), directory() and cgi() have their folder where their route is", async () => {
  using _log = new CapturedLog();
  await using scripts = await Scripts.write({
    "page": 'echo Content-Type: text/plain; echo; echo "$SCRIPT_NAME $PATH_INFO"',
    "program": 'echo "$SCRIPT_NAME $PATH_INFO"',
  });
  const { folder } = scripts;
  await Deno.writeTextFile(`${folder}/a.txt`, "text");
  await using server = await serve({
    port: 0,
    addresses: ["127.0.0.1"],
    routes: [
      { path: "/files/*", handler: staticFiles(folder) },
      { path: "/cgi/*", handler: cgi(folder) },
      { path: "/run/:name/*", handler: directory(folder) },
    ],
  });
  const [url = ""] = server.addresses;
  const http = url.replace("ws", "http");
  assertEquals((await HttpClient.ask(http, "GET /files/a.txt")).body, "text");
  assertStringIncludes((await HttpClient.ask(http, "GET /cgi/page/x")).body, "/cgi/page /x");
  using client = await RawClient.open(`${url}run/any/program/x`);
  assertEquals(await client.text(), "/run/any/program /x");
  assertEquals((await client.rest()).closed, "1000");
  await client.close();
});
