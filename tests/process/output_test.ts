import { assertEquals } from "@std/assert";
import { Output } from "../../lib/process/output.ts";

Deno.test("Output tells once of a stream that breaks, and ends", async () => {
  const stream = new ReadableStream<Uint8Array>({
    type: "bytes",
    pull: (controller) => controller.error(new Error("it broke")),
  });
  const told: unknown[] = [];
  const sink = { push: () => 0, end: () => void told.push("end") };
  const failed = (error: unknown) => void told.push(String(error));
  const output = new Output(stream, sink, { smallest: 512, connection: undefined, failed });
  await output.ended;
  assertEquals(told, ["Error: it broke"]);
});
