import { assertEquals, assertRejects } from "@std/assert";
import { UsageError } from "../../../lib/base/errors.ts";
import { token } from "../../../lib/gate/auth/token.ts";
import { CapturedLog } from "../../base/captured_log.ts";
import { fakeRequest } from "../../base/fake_request.ts";
import { fakePlace } from "../../support/fake_place.ts";

const A = "0123456789abcdef";
const B = "ABCDEFGHIJ-._~+/==";

async function inFile(text: string, test: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/tokens`, text);
    await test(`${folder}/tokens`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function ask(authenticator: Awaited<ReturnType<typeof token>>, given?: string) {
  const evidence = given === undefined ? {} : { token: given };
  return await authenticator.check(fakeRequest(), evidence, fakePlace());
}

Deno.test("token() knows every line of its file, and whose it is where it says that", async () => {
  const text = `\ufeff# who may come in\r\n\r\n  ann smith : ${A}  \r\n${B}\nurn:x:${A}0`;
  await inFile(text, async (path) => {
    await using known = await token(path);
    assertEquals(await ask(known, A), { user: "ann smith", type: "Bearer" });
    assertEquals(await ask(known, B), { user: "", type: "Bearer" });
    assertEquals(await ask(known, `${A}0`), { user: "urn:x", type: "Bearer" });
    for (const other of [`${A}1`, A.slice(1), "", B.toLowerCase(), "ann smith", `ann smith:${A}`]) {
      assertEquals(await ask(known, other), { status: 401, reason: "the token is not known" });
    }
    assertEquals(await ask(known), undefined);
  });
});

const WRONG: [text: string, message: (path: string) => string][] = [
  ["", (path) => `Cannot use "${path}": there is no token in it`],
  ["# none\n", (path) => `Cannot use "${path}": there is no token in it`],
  [
    `\n${A}\nann:s3cret`,
    (path) =>
      `Cannot use the token at ${path}:3: it has fewer than 16 characters; openssl rand -hex 24 makes one`,
  ],
  [
    `ann:s3cret s3cret s3cret`,
    (path) =>
      `Cannot use the token at ${path}:1: it has other characters than A-Z a-z 0-9 - . _ ~ + /; a line is TOKEN or NAME:TOKEN`,
  ],
  [
    `ann:${A}\nbob:${A}`,
    (path) => `Cannot use the token at ${path}:2: it is the same as that at ${path}:1`,
  ],
  ["\xff", (path) => `Cannot use the token at ${path}:1: it has fewer`],
];
for (const [text, message] of WRONG) {
  Deno.test(`token() refuses ${JSON.stringify(text)}, and does not say what it is`, async () => {
    await inFile(text, async (path) => {
      const error = await assertRejects(() => token(path), UsageError, message(path));
      assertEquals(/s3cret|0123/.test(error.message.replaceAll(path, "")), false);
    });
  });
}

Deno.test("token() says which file cannot be read", async () => {
  await assertRejects(() => token("/nowhere/t"), UsageError, 'Cannot read "/nowhere/t": ');
  await assertRejects(() => token("/"), UsageError, 'Cannot read "/": ');
});

Deno.test("token() takes up what has changed, also by a file in the place of the other, but no mistake", async () => {
  using log = new CapturedLog();
  await inFile(A, async (path) => {
    await using known = await token(path);
    assertEquals(await ask(known, A), { user: "", type: "Bearer" });
    await Deno.writeTextFile(`${path}.new`, `ann:${B}`);
    await Deno.rename(`${path}.new`, path);
    await log.until(/Took up the changed file/);
    assertEquals(await ask(known, A), { status: 401, reason: "the token is not known" });
    assertEquals(await ask(known, B), { user: "ann", type: "Bearer" });
    await Deno.writeTextFile(path, "short");
    await log.until(/:1: it has fewer than 16 .*; what was read before stays in force$/);
    assertEquals(await ask(known, B), { user: "ann", type: "Bearer" });
    await Deno.remove(path);
    await log.until(/Cannot read .*; what was read before stays in force$/);
    assertEquals(await ask(known, B), { user: "ann", type: "Bearer" });
  });
});
