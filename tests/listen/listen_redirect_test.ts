import { assertEquals } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { HERE, PLAIN, start, testEach } from "./listening.ts";

testEach("listen() redirects to the port that it got, on every address", async (engine) => {
  const addresses = ["127.0.0.1", "[::1]"];
  await using listening = await start({ engine, port: 0, redirectPort: 0, addresses });
  assertEquals(listening.redirects.length, 2);
  for (const [index, url] of listening.redirects.entries()) {
    const address = listening.addresses[index] ?? "";
    assertEquals(new URL(url).hostname, new URL(address).hostname);
    using client = await RawClient.request(`${url.replace("http", "ws")}a/b?c`, PLAIN);
    const { status, headers } = client.answer;
    assertEquals([status, headers.get("location")], [301, address.replace("ws", "http")]);
  }
});

testEach("listen() redirects requests for an upgrade as well", async (engine) => {
  await using listening = await start({ engine, port: 0, redirectPort: 0, addresses: HERE });
  const [url = ""] = listening.redirects;
  using client = await RawClient.request(url.replace("http", "ws"));
  assertEquals(client.answer.status, 301);
});

testEach("listen() redirects nobody whose Host header is none", async (engine) => {
  await using listening = await start({ engine, port: 0, redirectPort: 0, addresses: HERE });
  const url = (listening.redirects[0] ?? "").replace("http", "ws");
  for (const Host of ["", "a:b", "[::1"]) {
    using client = await RawClient.request(url, { headers: { ...PLAIN.headers, Host } });
    assertEquals([client.answer.status, client.answer.headers.get("location")], [400, null], Host);
  }
});
