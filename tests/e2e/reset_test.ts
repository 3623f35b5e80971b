import { assertEquals } from "@std/assert";
import { HttpClient } from "../support/http_client.ts";
import { reset } from "../support/reset.ts";
import { testEach } from "../support/server.ts";
import { PLAIN, serving } from "./serving.ts";

const POST = "POST /script HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n";
const REFUSED = / status:'400' .*\| The client has reset its connection/;

testEach("stdws runs nothing for who has reset its connection, and says so", async (form) => {
  const script = `${PLAIN}; echo "$REMOTE_ADDR." >>"$0.ran"`;
  await serving(form, { script }, async (server, { folder }) => {
    const bytes = new TextEncoder().encode(POST);
    for (let count = 0; count < 50; count++) await reset(server, bytes);
    assertEquals((await HttpClient.ask(server.url, "POST /script\n")).status, 200);
    await server.stop();
    const ran = await Deno.readTextFile(`${folder}/script.ran`);
    assertEquals(ran.replaceAll("127.0.0.1.\n", ""), "");
    const unknown = server.stdout.all.filter((line) => / remote:'(?:0\.0\.0\.0)?'/.test(line));
    assertEquals(unknown.filter((line) => !REFUSED.test(line)), []);
  });
});
