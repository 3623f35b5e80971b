import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { UsageError } from "../../lib/base/errors.ts";
import { checkBus } from "../../lib/cli/check_bus.ts";
import { Folder } from "../support/folder.ts";

const URLS = "expected a URL in it, redis://HOST:PORT, rediss://HOST:PORT or redis+unix:///PATH";

// What lies in the file, its mode, and what is said: “Cannot use --bus=file:{file}: ”, or a warning.
const FILES:
  readonly (readonly [text: string | undefined, said: string | undefined, mode?: number])[] = [
    ["redis://:secret@host:6379/1?ttl=2s\n", undefined],
    ["\ufeffrediss://joe:secret@host \r\n", undefined],
    ["redis://host", undefined, 0o644],
    [
      "valkey://:secret@host",
      "Warning: everybody on this machine can read the password in {file}",
      0o644,
    ],
    ["redis://:secret@host", undefined, 0o640],
    [undefined, "Cannot read --bus=file:{file}: "],
    [" \n", "it is empty"],
    ["secret", URLS],
    ["http://joe:secret@host", URLS],
    ["file:/run/secret", URLS],
    ["local", URLS],
    ["redis://", URLS],
    ["redis://:secret@one\nredis://:secret@two\n", "expected one URL in it, and nothing else"],
    ["BUS=redis://:secret@one", URLS],
    ["redis://:secret@host?ttl=5", 'invalid URL of the bus: ttl is "5"'],
    ["redis://joe:s/secret@host", URLS],
    ["redis://:secret@host/x", 'invalid URL of the bus: database is "x"'],
    [
      "rediss://:secret@host?ca=/nowhere/ca.pem",
      'Cannot read the ca of the bus, "/nowhere/ca.pem": ',
    ],
  ];

for (const [text, said, mode = 0o600] of FILES) {
  const what = JSON.stringify(text ?? null);
  Deno.test(`checkBus() says ${said ? "what is wrong with" : "nothing of"} ${what}, mode ${mode.toString(8)}`, async () => {
    await using folder = await Folder.make();
    const path = `${folder.path}/bus`;
    if (text !== undefined) {
      await Deno.writeTextFile(path, text);
      await Deno.chmod(path, mode);
    }
    const expected = said?.replace("{file}", path);
    if (expected === undefined || expected.startsWith("Warning")) {
      assertEquals(
        await checkBus({ kind: "file", path }),
        expected === undefined ? [] : [expected],
      );
      return;
    }
    const { message } = await assertRejects(() => checkBus({ kind: "file", path }), UsageError);
    assertEquals(message.includes("secret"), false);
    const start = expected.startsWith("Cannot") ? "" : `Cannot use --bus=file:${path}: `;
    assertStringIncludes(message, start + expected);
  });
}

Deno.test({
  name: "checkBus() warns of what Deno has to be allowed for a ca, and for the file",
  permissions: { read: false },
  async fn() {
    const ca = await checkBus({ kind: "redis", url: "rediss://host?ca=/etc/ca.pem" });
    assertStringIncludes(ca.join(), "Warning: ");
    assertStringIncludes(ca.join(), "/etc/ca.pem");
    assertStringIncludes((await checkBus({ kind: "file", path: "/run/bus" })).join(), "/run/bus");
  },
});

Deno.test("checkBus() names a folder that is no file, and a ca of a URL", async () => {
  await using folder = await Folder.make();
  const { path } = folder;
  await assertRejects(() => checkBus({ kind: "file", path }), UsageError, `--bus=file:${path}: `);
  const url = "rediss://host?ca=/nowhere";
  await assertRejects(() => checkBus({ kind: "redis", url }), UsageError, '"/nowhere"');
});
