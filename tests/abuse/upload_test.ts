import { assert, assertEquals } from "@std/assert";
import { Scripts } from "../support/scripts.ts";
import { Wire } from "../support/wire.ts";
import { abuse } from "./abuse.ts";
import { type Possessions, possessionsOf } from "./possessions.ts";

const CAT = "printf 'Content-Type: text/plain\\n\\n'; exec cat";

// More than comes together with the head, and less than that after which Deno.serve hangs up.
const BODY = "x".repeat(30_000);

abuse("a client that sends one upload after the other to scripts", async (attack) => {
  await using scripts = await Scripts.write({ "cgi/cat": CAT });
  await using server = await attack.start([`--route=/cgi/*=cgi ${scripts.folder}/cgi`]);
  using wire = await Wire.connect(server);
  for (let count = 1; count <= 20; count++) {
    await post(wire, count === 20 ? "close" : "keep-alive");
    await wire.until(/\r\n0\r\n\r\n/);
    attack.note({ counted: count });
  }
  assertEquals(await wire.rest(), "", "it hangs up when it was asked to");
});

abuse("clients that break off an upload while it is answered", async (attack) => {
  await using scripts = await Scripts.write({ "cgi/cat": CAT });
  await using server = await attack.start([`--route=/cgi/*=cgi ${scripts.folder}/cgi`]);
  const before = await possessionsAfterOne(server);
  const count = 20;
  for (let client = 0; client < count; client++) {
    using wire = await Wire.connect(server);
    await wire.write("POST /cgi/cat HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf");
    await wire.until(/half/);
  }
  if (attack.engine === "node") return await attack.isAsBefore(server, before);
  await attack.isAsBefore(server, { ...before, descriptors: before.descriptors + count });
  const { descriptors } = await possessionsAfterOne(server);
  // As the table of engines says, whatever the handler does; a newer Deno may have mended it.
  assert(descriptors > before.descriptors, "Deno.serve still keeps their descriptors");
});

async function possessionsAfterOne(
  server: { readonly port: number; readonly pid: number },
): Promise<Possessions> {
  using wire = await Wire.connect(server);
  await post(wire, "close");
  await wire.rest();
  return possessionsOf(server.pid);
}

async function post(wire: Wire, connection: string): Promise<void> {
  await wire.write(
    `POST /cgi/cat HTTP/1.1\r\nHost: a\r\nConnection: ${connection}\r\n` +
      `Content-Length: ${BODY.length}\r\n\r\n${BODY}`,
  );
}
