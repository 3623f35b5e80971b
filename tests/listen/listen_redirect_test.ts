import { assert, assertEquals } from "@std/assert";
import { CapturedLog } from "../base/captured_log.ts";
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

testEach(
  "listen() redirects an address no more often than it is let in",
  async (engine) => {
    using log = new CapturedLog("error");
    const connectRate = { perSecond: 0.001, burst: 2 };
    const options = { engine, port: 0, redirectPort: 0, addresses: HERE, connectRate };
    const answers = [];
    {
      await using listening = await start(options);
      const url = (listening.redirects[0] ?? "").replace("http", "ws");
      for (let count = 0; count < 5; count++) {
        using client = await RawClient.request(url, PLAIN);
        answers.push(client.answer);
      }
    }
    assertEquals(answers.map(({ status }) => status), [301, 301, 429, 429, 429]);
    assert(Number(answers[2]?.headers.get("retry-after")) > 0);
    // One at once, and those of the same second together, at the end at the latest.
    const lines = log.lines.filter((line) => line.includes("(connectrate)"));
    const counts = lines.map((line) => 1 + Number(/ and (\d+) more like it$/.exec(line)?.[1] ?? 0));
    assertEquals(counts.reduce((sum, count) => sum + count, 0), 3, lines.join("\n"));
  },
);
