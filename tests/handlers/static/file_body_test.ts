import { assertEquals, assertRejects } from "@std/assert";
import { nextTurn } from "../../../lib/base/next_turn.ts";
import type { ByteRange } from "../../../lib/handlers/static/byte_ranges.ts";
import { fileBody } from "../../../lib/handlers/static/file_body.ts";
import { Tree } from "../../support/tree.ts";

type Piece = Uint8Array<ArrayBuffer> | ByteRange;

/** Opens a file of so many bytes, each its place modulo 251. */
async function opened(tree: Tree, size: number): Promise<{ file: Deno.FsFile; bytes: Uint8Array }> {
  const bytes = Uint8Array.from({ length: size }, (_, at) => at % 251);
  await tree.write("file", bytes);
  return { file: await Deno.open(`${tree.root}/file`), bytes };
}

function isClosed(file: Deno.FsFile): boolean {
  try {
    file.statSync();
    return false;
  } catch {
    return true;
  }
}

const unexpected = (reason: string) => {
  throw new Error(`It failed: ${reason}`);
};

Deno.test("fileBody() puts pieces and ranges together, in any order", async () => {
  await using tree = await Tree.make();
  const { file, bytes } = await opened(tree, 300_000);
  const text = new TextEncoder().encode("text");
  const pieces: Piece[] = [
    { start: 200_000, length: 100_000 },
    text,
    { start: 0, length: 200_001 },
    { start: 5, length: 1 },
    text,
  ];
  const sent = await new Response(fileBody(file, { pieces }, unexpected)).bytes();
  const expected = pieces.map((piece) =>
    piece instanceof Uint8Array ? piece : bytes.slice(piece.start, piece.start + piece.length)
  );
  assertEquals(sent, await new Response(new Blob(expected.map((part) => part.slice()))).bytes());
  assertEquals(isClosed(file), true);
});

Deno.test("fileBody() reads nothing before it is asked, and then no more than a chunk", async () => {
  await using tree = await Tree.make();
  const { file } = await opened(tree, 300_000);
  const place = () => file.seek(0, Deno.SeekMode.Current);
  const body = fileBody(file, { pieces: [{ start: 1, length: 299_999 }] }, unexpected);
  // A read that has begun by now is done before the second answer.
  for (let times = 0; times < 2; times++) assertEquals(await place(), 0);
  const reader = body.getReader();
  const { value } = await reader.read();
  assertEquals(value?.length, 65_536);
  assertEquals(await place(), 65_537);
  await reader.cancel();
});

Deno.test("fileBody() closes the file with the last byte, asked again or not", async () => {
  await using tree = await Tree.make();
  const { file } = await opened(tree, 10);
  const reader = fileBody(file, { pieces: [{ start: 0, length: 10 }] }, unexpected).getReader();
  await reader.read();
  assertEquals(isClosed(file), true);
  assertEquals((await reader.read()).done, true);
});

const LEAVING: [when: string, reads: number][] = [["before it read", 0], ["after a part", 1]];
for (const [when, reads] of LEAVING) {
  Deno.test(`fileBody() closes the file when the reader leaves ${when}`, async () => {
    await using tree = await Tree.make();
    const { file } = await opened(tree, 300_000);
    const reader = fileBody(file, { pieces: [{ start: 0, length: 300_000 }] }, unexpected)
      .getReader();
    for (let index = 0; index < reads; index++) await reader.read();
    await reader.cancel();
    assertEquals(isClosed(file), true);
  });
}

Deno.test("fileBody() closes the file when the reader leaves while it is read", async () => {
  await using tree = await Tree.make();
  const { file } = await opened(tree, 300_000);
  const failures: string[] = [];
  const pieces = [{ start: 0, length: 300_000 }];
  const reader = fileBody(file, { pieces }, (reason) => failures.push(reason)).getReader();
  const begun = Promise.withResolvers<void>();
  const left = Promise.withResolvers<void>();
  const done = Promise.withResolvers<void>();
  const { read } = file;
  file.read = async (buffer) => {
    begun.resolve();
    await left.promise;
    return await read.call(file, buffer).finally(() => done.resolve());
  };
  const pending = reader.read();
  await begun.promise;
  await reader.cancel();
  left.resolve();
  await Promise.all([pending, done.promise]);
  // What follows on the answer has had its turn.
  await nextTurn();
  assertEquals([isClosed(file), failures], [true, []]);
});

const FAILURES: [what: string, pieces: Piece[], reason: string][] = [
  ["ends within a range", [{ start: 4, length: 10 }], "it ends at byte 10"],
  ["ends before a range", [{ start: 20, length: 10 }], "it ends at byte 20"],
];
for (const [what, pieces, reason] of FAILURES) {
  Deno.test(`fileBody() fails once, and closes the file, where it ${what}`, async () => {
    await using tree = await Tree.make();
    const { file } = await opened(tree, 10);
    const failures: string[] = [];
    const body = fileBody(file, { pieces }, (failure) => failures.push(failure));
    const error = await new Response(body).bytes().then(() => undefined, (thrown) => thrown);
    assertEquals([error, failures, isClosed(file)], [reason, [reason], true]);
  });
}

Deno.test("fileBody() fails where a folder was opened", async () => {
  await using tree = await Tree.make();
  const file = await Deno.open(tree.root);
  const failures: string[] = [];
  const body = fileBody(file, { pieces: [{ start: 0, length: 1 }] }, (it) => failures.push(it));
  await assertRejects(() =>
    new Response(body).bytes().catch((it) => Promise.reject(new Error(it)))
  );
  assertEquals([failures.length, isClosed(file)], [1, true]);
});
