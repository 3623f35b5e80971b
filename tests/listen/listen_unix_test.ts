import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { ListenError } from "../../lib/base/errors.ts";
import type { ListenOptions } from "../../lib/listen/listen.ts";
import { answers, ELSEWHERE, HERE, start, testUnix } from "./listening.ts";

testUnix(
  "listen() listens on a Unix socket alone when nothing else is named",
  async (engine, path) => {
    for (const addresses of [undefined, []]) {
      const options = { engine, unixSocket: { path }, ...(addresses ? { addresses } : {}) };
      await using listening = await start(options);
      assertEquals([listening.addresses, listening.redirects], [[`ws+unix:${path}`], []]);
      assertEquals(await answers(path), true);
    }
  },
);

const BESIDE: [what: string, options: ListenOptions, urls: RegExp[], redirects: RegExp[]][] = [
  ["a port", { port: 0 }, [/^ws:\/\/localhost:\d+\/$/], []],
  ["an address and a port", { port: 0, addresses: HERE }, [/^ws:\/\/127\.0\.0\.1:\d+\/$/], []],
  ["an address, a port and a redirect", { port: 0, addresses: HERE, redirectPort: 0 }, [
    /^ws:\/\/127\.0\.0\.1:\d+\/$/,
  ], [/^http:\/\/127\.0\.0\.1:\d+\/$/]],
  ["a port and a redirect", { port: 0, redirectPort: 0 }, [/^ws:\/\/localhost:\d+\/$/], [
    /^http:\/\/localhost:\d+\/$/,
  ]],
];
for (const [what, options, urls, redirects] of BESIDE) {
  testUnix(`listen() listens on a Unix socket beside ${what}`, async (engine, path) => {
    await using listening = await start({ engine, unixSocket: { path }, ...options });
    const [unix, ...others] = listening.addresses;
    assertEquals([unix, others.length], [`ws+unix:${path}`, urls.length]);
    for (const [index, url] of others.entries()) assertMatch(url, urls[index] as RegExp);
    assertEquals(listening.redirects.length, redirects.length);
    for (const [index, url] of listening.redirects.entries()) {
      assertMatch(url, redirects[index] as RegExp);
    }
    assertEquals(await answers(path), true);
  });
}

testUnix(
  "listen() listens on port 80 beside a Unix socket when no other is named",
  async (engine, path) => {
    const unixSocket = { path };
    await assertRejects(
      () => start({ engine, unixSocket, addresses: ELSEWHERE }),
      ListenError,
      "Cannot listen on 203.0.113.1:80: ",
    );
    // With only a redirect it is all interfaces: this may succeed, or may not.
    try {
      await using listening = await start({ engine, unixSocket, redirectPort: 0 });
      assertEquals(listening.addresses, [`ws+unix:${path}`, "ws://localhost:80/"]);
    } catch (error) {
      assertMatch(String(error), /^ListenError: Cannot listen on \S+:80: /);
    }
  },
);
