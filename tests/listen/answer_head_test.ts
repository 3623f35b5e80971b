import { assertEquals, assertMatch } from "@std/assert";
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
