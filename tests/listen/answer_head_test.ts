import { assert, assertEquals, assertMatch } from "@std/assert";
import { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { Writable } from "node:stream";
import { answer } from "../../lib/listen/node_answer.ts";
import { serve } from "../../lib/serve.ts";
import { Wire } from "../support/wire.ts";

const encoder = new TextEncoder();

for (const engine of ["native", "node"] as const) {
  Deno.test(`serve() sends the head of an answer before its body is there [${engine}]`, async () => {
    const body = new TransformStream<Uint8Array, Uint8Array>();
    const respond = () => new Response(body.readable, { headers: { "X-Own": "a" } });
    const routes = [{ path: "*", handler: { respond } }];
    await using server = await serve({ port: 0, addresses: ["127.0.0.1"], engine, routes });
    using wire = await Wire.connect({ port: Number(new URL(server.addresses[0] ?? "").port) });
    await wire.write("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    assertMatch(await wire.until(/\r\n\r\n/), /^HTTP\/1\.1 200 OK\r\n[^]*x-own: a\r\n/i);
    const writer = body.writable.getWriter();
    await writer.write(encoder.encode("released"));
    await writer.close();
    assertMatch(await wire.rest(), /released/);
  });
}

/** Asks a server whose handler answers so, and the connection on which it was asked. */
async function asked(
  engine: "native" | "node",
  respond: () => Response,
  request: string,
): Promise<Wire & AsyncDisposable> {
  const routes = [{ path: "*", handler: { respond } }];
  const server = await serve({ port: 0, addresses: ["127.0.0.1"], engine, routes });
  const wire = await Wire.connect({ port: Number(new URL(server.addresses[0] ?? "").port) });
  await wire.write(request);
  return Object.assign(wire, {
    async [Symbol.asyncDispose]() {
      wire[Symbol.dispose]();
      await server[Symbol.asyncDispose]();
    },
  });
}

const GET = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

/** A stream that says something, or nothing, and then waits; with what tells that it was cancelled. */
function waiting(first?: string): { body: ReadableStream<Uint8Array>; cancelled: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      if (first) controller.enqueue(encoder.encode(first));
    },
    cancel: () => resolve(),
  });
  return { body, cancelled: promise };
}

for (const engine of ["native", "node"] as const) {
  for (const first of [undefined, "something"]) {
    const what = first ? "has said something" : "has said nothing";
    Deno.test(`serve() cancels a body that ${what} when its client leaves [${engine}]`, async () => {
      const { body, cancelled } = waiting(first);
      await using wire = await asked(engine, () => new Response(body), GET);
      await wire.until(first ? /something/ : /\r\n\r\n/);
      wire[Symbol.dispose]();
      await cancelled;
    });

    Deno.test(`serve() answers HEAD without the body that ${what}, and cancels it [${engine}]`, async () => {
      const { body, cancelled } = waiting(first);
      await using wire = await asked(engine, () => new Response(body), GET.replace("GET", "HEAD"));
      assertMatch(await wire.until(/\r\n\r\n/), /^HTTP\/1\.1 200 OK\r\n/);
      await cancelled;
    });
  }

  // Of an answer that says that it has ten bytes, two requests in one packet.
  for (
    const [what, text, whole] of [["fewer", "part", false], [
      "more",
      "0123456789more",
      true,
    ]] as const
  ) {
    Deno.test(`serve() sends no answer as a part of one with ${what} bytes than it says [${engine}]`, async () => {
      const respond = () =>
        new Response(new Blob([text]).stream(), { headers: { "Content-Length": "10" } });
      await using wire = await asked(
        engine,
        respond,
        GET + GET.replace("h\r\n", "h\r\nConnection: close\r\n"),
      );
      const answers = (await wire.rest()).split(/HTTP\/1\.1 200 OK\r\n[^]*?\r\n\r\n/).slice(1);
      const body = text.slice(0, 10);
      if (whole) assertEquals(answers, [body, body]);
      // One that is too short is cut; all, some or nothing of it may have left before.
      else assert(answers.length < 2 && body.startsWith(answers.join()), answers.join("|"));
    });
  }
}

/** A response whose packets are counted: what is written while the stream is corked is one. */
function counted(): { response: ServerResponse; packets: string[] } {
  const packets: string[] = [];
  const socket = new Writable({
    writev(chunks, done) {
      packets.push(chunks.map(({ chunk }) => String(chunk)).join(""));
      done();
    },
  }) as unknown as Socket;
  const response = new ServerResponse(new IncomingMessage(socket));
  response.assignSocket(socket);
  return { response, packets };
}

const BODIES: [what: string, body: BodyInit][] = [
  ["a text", "body"],
  ["bytes", encoder.encode("body")],
  ["a Blob", new Blob(["body"])],
  ["a stream of what is there", new Blob(["body"]).stream()],
];
for (const [what, body] of BODIES) {
  Deno.test(`answer() sends ${what} in one packet with its head`, async () => {
    const { response, packets } = counted();
    await answer(new Response(body), response);
    assertEquals(packets.length, 1);
    assertMatch(packets[0] ?? "", /^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\n[^]*body/);
  });
}
