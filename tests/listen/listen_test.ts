import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { ListenError } from "../../lib/base/errors.ts";
import { RawClient } from "../support/client.ts";
import { needing } from "../support/programs.ts";
import {
  answers,
  ELSEWHERE,
  HERE,
  isFree,
  PLAIN,
  portOf,
  start,
  statusOf,
  testEach,
  testUnix,
} from "./listening.ts";
import { PemFolder } from "./pem_folder.ts";
import { freePort } from "../support/free_port.ts";

const URLS: [addresses: string[], urls: RegExp[]][] = [
  [["127.0.0.1"], [/^ws:\/\/127\.0\.0\.1:\d+\/$/]],
  [["localhost"], [/^ws:\/\/localhost:\d+\/$/]],
  [["::1"], [/^ws:\/\/\[::1\]:\d+\/$/]],
  [["[::1]"], [/^ws:\/\/\[::1\]:\d+\/$/]],
  [["127.0.0.1", "[::1]"], [/^ws:\/\/127\.0\.0\.1:\d+\/$/, /^ws:\/\/\[::1\]:\d+\/$/]],
];
for (const [addresses, urls] of URLS) {
  testEach(`listen() listens on ${addresses.join(" and ")}`, async (engine) => {
    await using listening = await start({ engine, port: 0, addresses });
    assertEquals(listening.addresses.length, urls.length);
    for (const [index, url] of listening.addresses.entries()) {
      assertMatch(url, urls[index] as RegExp);
      assertEquals(await statusOf(url), 200);
    }
    assertEquals(listening.redirects, []);
  });
}

testEach("listen() takes the same port on every address", async (engine) => {
  const port = freePort();
  await using listening = await start({ engine, port, addresses: ["127.0.0.1", "::1"] });
  assertEquals(listening.addresses, [`ws://127.0.0.1:${port}/`, `ws://[::1]:${port}/`]);
});

testEach("listen() takes port 80 unless there is another", async (engine) => {
  await assertRejects(
    () => start({ engine, addresses: ELSEWHERE }),
    ListenError,
    "Cannot listen on 203.0.113.1:80: ",
  );
  await assertRejects(
    () => start({ engine, addresses: ELSEWHERE, port: 8080 }),
    ListenError,
    "Cannot listen on 203.0.113.1:8080: ",
  );
});

for (const engine of ["auto", "native", "node"] as const) {
  Deno.test({
    ...needing(`listen() takes port 443 with TLS unless there is another [${engine}]`, "openssl"),
    async fn() {
      await using pems = await PemFolder.make();
      await pems.selfSigned("a");
      const tls = { certFile: pems.file("a.pem"), keyFile: pems.file("a.key") };
      await assertRejects(
        () => start({ engine, addresses: ELSEWHERE, tls }),
        ListenError,
        "Cannot listen on 203.0.113.1:443: ",
      );
    },
  });

  Deno.test({
    ...needing(`listen() names TLS addresses wss, redirects http [${engine}]`, "openssl"),
    async fn() {
      await using pems = await PemFolder.make();
      await pems.selfSigned("a");
      const tls = { certFile: pems.file("a.pem"), keyFile: pems.file("a.key") };
      const options = { engine, port: 0, redirectPort: 0, addresses: HERE, tls };
      await using listening = await start(options);
      const [address = "", ...others] = listening.addresses;
      assertMatch(address, /^wss:\/\/127\.0\.0\.1:\d+\/$/);
      assertEquals(others, []);
      const [redirect = ""] = listening.redirects;
      using client = await RawClient.request(redirect.replace("http", "ws"), PLAIN);
      const location = `https://127.0.0.1:${portOf(address)}/`;
      assertEquals(client.answer.headers.get("location"), location);
      // Nothing has changed.
      listening.reload();
    },
  });
}

testUnix("listen() frees everything at its shutdown", async (engine, path) => {
  const options = { engine, port: 0, redirectPort: 0, addresses: HERE, unixSocket: { path } };
  const listening = await start(options);
  const ports = [listening.addresses[1], listening.redirects[0]].map(portOf);
  assertEquals(ports.map((port) => isFree("127.0.0.1", port)), [false, false]);
  listening.reload();
  await listening.shutdown();
  assertEquals(ports.map((port) => isFree("127.0.0.1", port)), [true, true]);
  assertEquals(await answers(path), false);
});
