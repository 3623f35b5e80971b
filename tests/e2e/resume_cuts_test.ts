import { assert, assertEquals } from "@std/assert";
import { ResumingWebSocket } from "../../lib/client/client.ts";
import { CuttingProxy } from "../support/cutting_proxy.ts";
import { numbers } from "../support/numbers.ts";
import { type Form, testEach, TestServer } from "../support/server.ts";

// The network breaks that often, at places that are the same each time.
const CUTS = 100;
const SEED = 14;

/** Bytes of a line on the network, both ways together, at the least. */
const LINE = 17;

/** How many lines go to the program and back: the other engine takes messages one by one, which is slow. */
function linesFor(form: Form): number {
  return form === "node" ? 1_000_000 : 200_000;
}

testEach(
  "stdws --resume has no line lost or twice where the network breaks again and again",
  async (form) => {
    const lines = linesFor(form);
    await using server = await TestServer.start(["--resume=60s", "cat"], { form });
    await using proxy = new CuttingProxy(server.url);
    const socket = new ResumingWebSocket(proxy.url, [], { minDelay: 1, maxDelay: 20 });
    const all = Promise.withResolvers<void>();
    const random = numbers(SEED);
    // On average half of it, so that all of them come before the end.
    const place = () => random(LINE * lines / CUTS);
    let [next, sent, cuts, resumed, left] = [1, 0, 0, 0, place()];
    const send = () => {
      try {
        for (; sent < lines; sent++) socket.send(`${sent + 1}`);
      } catch {
        // The event tells when there is room.
      }
    };
    socket.onopen = socket.ondrain = send;
    socket.onmessage = ({ data }) => {
      if (data !== `${next}`) all.reject(new Error(`${data} came in place of ${next}`));
      if (next++ === lines) all.resolve();
    };
    socket.onlost = ({ count }) => all.reject(new Error(`${count} messages are lost`));
    socket.onresumed = () => resumed++;
    socket.onclose = ({ code, reason }) => all.reject(new Error(`Closed with ${code} ${reason}`));
    proxy.onpass = (count) => {
      // A session that its client was never told of is none that it could come back to.
      if (next === 1 || cuts === CUTS || (left -= count) > 0) return;
      left = place();
      cuts++;
      proxy.cut();
    };
    await all.promise;
    assertEquals(cuts, CUTS);
    // Some came before the client was back.
    assert(resumed > 0 && resumed <= CUTS, `${resumed}`);

    const closed = new Promise((resolve) => socket.onclose = resolve);
    socket.close(1000);
    await closed;
    const line = await server.stdout.until(/Closed by the client with 1000/);
    assert(line.includes(`: ${lines} messages in (`) && line.includes(`, ${lines} out (`), line);
    // It was one connection, and one process, all the time.
    assertEquals(server.stdout.all.filter((each) => /\| CONNECT$/.test(each)).length, 1);
  },
);
