import { assert, assertEquals } from "@std/assert";
import { ResumingWebSocket } from "../../lib/client/client.ts";
import { CuttingProxy } from "../support/cutting_proxy.ts";
import { inTime } from "../support/in_time.ts";
import { testEach, TestServer } from "../support/server.ts";

const COUNT = 100_000;
const CUTS = 25;

/** Sends numbered lines as far as there is room. */
async function sendAll(socket: ResumingWebSocket): Promise<void> {
  for (let number = 1; number <= COUNT;) {
    try {
      socket.send(`${number}`);
      number++;
    } catch {
      await new Promise((resolve) => socket.addEventListener("drain", resolve, { once: true }));
    }
  }
}

testEach("ResumingWebSocket carries all lines both ways through cuts", async (form) => {
  const args = ["--route=/=process?resume=60s cat"];
  await using server = await TestServer.start(args, { form });
  await using proxy = new CuttingProxy(server.url);
  const socket = new ResumingWebSocket(proxy.url, [], { minDelay: 1, maxDelay: 20 });
  let [resumed, lost, next, cuts] = [0, 0, 1, 0];
  socket.onresumed = () => resumed++;
  socket.onlost = () => lost++;
  const { promise: all, resolve, reject } = Promise.withResolvers<void>();
  socket.onmessage = ({ data }) => {
    if (data !== `${next}`) reject(new Error(`${data} came, and not ${next}`));
    if (next++ === COUNT) resolve();
  };
  // Wherever it is, in either direction.
  let left = 20_000;
  proxy.onpass = (count) => {
    left -= count;
    if (left > 0 || cuts === CUTS || next === 1) return;
    left = Math.random() * 60_000;
    cuts++;
    proxy.cut();
  };
  const ended = new Promise<CloseEvent>((resolve) => socket.onclose = resolve);
  const early = ended.then(({ code, reason }) => reject(new Error(`Closed: ${code} ${reason}`)));
  await inTime(new Promise((resolve) => socket.onopen = resolve), () => "the beginning");
  await sendAll(socket);
  await inTime(all, () => `${COUNT} lines, after ${next - 1} and ${cuts} cuts`);
  socket.close(1000);
  assertEquals((await ended).code, 1000);
  await early;
  assertEquals([cuts, lost, next], [CUTS, 0, COUNT + 1]);
  assert(resumed > 0 && resumed <= proxy.made);
});

testEach("ResumingWebSocket hears how a program has ended while it was away", async (form) => {
  const script = "read line; echo got $line; exit 3";
  const args = [`--route=/=process?resume=60s sh -c "${script}"`];
  await using server = await TestServer.start(args, { form });
  await using proxy = new CuttingProxy(server.url);
  const socket = new ResumingWebSocket(proxy.url, [], { minDelay: 1, maxDelay: 20 });
  const said: string[] = [];
  socket.onmessage = ({ data }) => said.push(data);
  await new Promise((resolve) => socket.onopen = resolve);
  socket.send("this");
  proxy.cut();
  const { code } = await inTime(
    new Promise<CloseEvent>((resolve) => socket.onclose = resolve),
    () => "the end",
  );
  assertEquals([code, said], [4003, ["got this"]]);
});

testEach("ResumingWebSocket is told that its session is not known any more", async (form) => {
  const args = ["--route=/=echo?resume=10ms"];
  await using server = await TestServer.start(args, { form });
  await using proxy = new CuttingProxy(server.url);
  const socket = new ResumingWebSocket(proxy.url, [], { minDelay: 600_000, maxDelay: 600_000 });
  await new Promise((resolve) => socket.onopen = resolve);
  assertEquals(socket.resumes, true);
  proxy.cut();
  await server.stdout.until(/DISCONNECT/);
  globalThis.dispatchEvent(new Event("online"));
  const { code } = await inTime(
    new Promise<CloseEvent>((resolve) => socket.onclose = resolve),
    () => "the end",
  );
  assertEquals(code, 4410);
});
