import { assert, assertEquals, assertRejects } from "@std/assert";
import { Printer } from "../../../lib/cli/connect/printer.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("Printer writes what comes at once in one go, a newline behind each line", async () => {
  const written: string[] = [];
  const printer = new Printer((part) => {
    written.push(new TextDecoder().decode(part));
    return Promise.resolve(part.length);
  });
  printer.print(bytes("a"), true);
  printer.print(bytes(""), true);
  printer.print(bytes("b"), false);
  await printer.flushed();
  assertEquals(written, ["a\n\nb"]);
});

Deno.test("Printer goes on where a write took only a part", async () => {
  const written: number[] = [];
  const printer = new Printer((part) => {
    written.push(part[0] ?? -1);
    return Promise.resolve(1);
  });
  printer.print(Uint8Array.of(1, 2, 3), false);
  await printer.flushed();
  assertEquals(written, [1, 2, 3]);
});

Deno.test("Printer is behind while more than a mebibyte waits, and keeps the order", async () => {
  const written: Uint8Array[] = [];
  let go = Promise.withResolvers<void>();
  const printer = new Printer(async (part) => {
    await go.promise;
    written.push(part);
    return part.length;
  });
  printer.print(new Uint8Array(1024 * 1024).fill(1), false);
  assertEquals(printer.isBehind, false);
  printer.print(Uint8Array.of(2), false);
  assertEquals(printer.isBehind, true);
  go.resolve();
  await printer.flushed();
  assertEquals(printer.isBehind, false);
  go = Promise.withResolvers();
  printer.print(Uint8Array.of(3), false);
  go.resolve();
  await printer.flushed();
  assertEquals(written.map((part) => part.at(-1)), [2, 3]);
});

Deno.test("Printer says when it cannot write any more, and drops the rest", async () => {
  let writes = 0;
  const printer = new Printer(() => {
    writes++;
    return Promise.reject(new Deno.errors.BrokenPipe("gone"));
  });
  printer.print(new Uint8Array(2 * 1024 * 1024), false);
  await assertRejects(() => printer.failed, Deno.errors.BrokenPipe, "gone");
  await printer.flushed();
  printer.print(bytes("more"), true);
  await printer.flushed();
  assertEquals(writes, 1);
  assert(!printer.isBehind);
});
