import { assert, assertEquals, assertRejects } from "@std/assert";
import { UsageError } from "../../../../lib/base/errors.ts";
import { nextTurn } from "../../../../lib/base/next_turn.ts";
import type { Denial } from "../../../../lib/gate/auth/authenticator.ts";
import { basic } from "../../../../lib/gate/auth/basic/basic.ts";
import { Verifier } from "../../../../lib/gate/auth/basic/verifier.ts";
import { CapturedLog } from "../../../base/captured_log.ts";
import { fakeRequest } from "../../../base/fake_request.ts";
import { fakePlace } from "../../../support/fake_place.ts";
import { Passwords } from "../../../support/passwords.ts";
import { needing } from "../../../support/programs.ts";

type Basic = Awaited<ReturnType<typeof basic>>;

const BUSY: Denial = {
  status: 503,
  reason: "its password cannot be verified: too many passwords wait",
};
const WRONG: Denial = { status: 401, reason: "name or password is wrong" };

function ask(one: Basic, user: string, password: string) {
  return one.check(fakeRequest(), { basic: { user, password } }, fakePlace());
}

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ ...needing(name, "htpasswd"), fn });
}

/** Counts how often a password is verified, and by which hashes, while it is in scope. */
function verifications(): { readonly hashes: string[] } & Disposable {
  const { matches } = Verifier.prototype;
  const hashes: string[] = [];
  Verifier.prototype.matches = function (password, hash) {
    hashes.push(hash.text);
    return matches.call(this, password, hash);
  };
  return {
    hashes,
    [Symbol.dispose]() {
      Verifier.prototype.matches = matches;
    },
  };
}

const HASHED: [how: string, options: string[]][] = [
  ["bcrypt", ["-B"]],
  ["bcrypt of another cost", ["-B", "-C", "8"]],
  ["SHA-256", ["-2"]],
  ["SHA-512", ["-5"]],
  ["SHA-512 with more rounds", ["-5", "-r", "10000"]],
  ["SHA-256 with fewer", ["-2", "-r", "1000"]],
];
for (const [how, options] of HASHED) {
  test(`basic() knows passwords that htpasswd has hashed by ${how}`, async () => {
    const passwords = ["secret", "pä:ß wörd€", "x".repeat(64), "y".repeat(32), "z"];
    const users = Object.fromEntries(passwords.map((password, n) => [`ann ${n}`, password]));
    await using file = await Passwords.make(users, ...options);
    await using one = await basic(file.path);
    for (const [user, password] of Object.entries(users)) {
      assertEquals(await ask(one, user, password), { user, type: "Basic" });
      assertEquals(await ask(one, user, `${password}x`), WRONG);
    }
    assertEquals(await ask(one, "ann", "secret"), WRONG);
    assertEquals(await ask(one, "ann 0", ""), WRONG);
    assertEquals(await ask(one, "ann 0", "s".repeat(256)), WRONG);
    assertEquals(await one.check(fakeRequest(), { token: "secret" }, fakePlace()), undefined);
  });
}

test("basic() does the same work for a name that there is not, as for one that there is", async () => {
  await using file = await Passwords.make({ ann: "secret", bob: "other" });
  await using one = await basic(file.path);
  using verified = verifications();
  const hashes = new Set<string>();
  for (let n = 0; n < 40; n++) {
    assertEquals(await ask(one, `nobody ${n}`, "secret"), WRONG);
    assertEquals(verified.hashes.length, 1);
    hashes.add(verified.hashes.pop() as string);
  }
  // As those that there are do, whichever of them takes how long.
  assertEquals(hashes.size, 2);
  assertEquals(await ask(one, "ann", "wrong"), WRONG);
  assertEquals(verified.hashes.length, 1);
  assert(hashes.has(verified.hashes[0] as string));
});

test("basic() verifies the password of a client once for all that it asks for", async () => {
  await using file = await Passwords.make({ ann: "secret" });
  await using one = await basic(file.path);
  using verified = verifications();
  const evidence = { basic: { user: "ann", password: "secret" } };
  assertEquals(one.knows?.(evidence), false);
  const all = await Promise.all(Array.from({ length: 20 }, () => ask(one, "ann", "secret")));
  assertEquals(new Set(all.map((found) => JSON.stringify(found))).size, 1);
  assertEquals(await ask(one, "ann", "secret"), { user: "ann", type: "Basic" });
  assertEquals([verified.hashes.length, one.knows?.(evidence)], [1, true]);
  assertEquals(await ask(one, "ann", "wrong"), WRONG);
  assertEquals(await ask(one, "ann", "wrong"), WRONG);
  assertEquals(verified.hashes.length, 3);
});

test("basic() refuses to let more wait than a few", async () => {
  await using file = await Passwords.make({ ann: "secret" });
  await using one = await basic(file.path);
  const all = await Promise.all(Array.from({ length: 40 }, (_, n) => ask(one, "ann", `${n}`)));
  assertEquals(all, [...Array(32).fill(WRONG), ...Array(8).fill(BUSY)]);
  assertEquals(await ask(one, "ann", "secret"), { user: "ann", type: "Basic" });
});

test("basic() leaves everybody else their turns while it verifies a password", async () => {
  await using file = await Passwords.make({ ann: "secret" }, "-B", "-C", "12");
  await using one = await basic(file.path);
  let [turns, isOver] = [0, false];
  const asked = ask(one, "ann", "secret").finally(() => isOver = true);
  // In its own thread it would have two of them, before and after it.
  for (; !isOver; turns++) await nextTurn();
  assertEquals(await asked, { user: "ann", type: "Basic" });
  assert(turns > 10, `${turns} turns`);
});

test("basic() takes up another password, and forgets the one before", async () => {
  using log = new CapturedLog();
  await using file = await Passwords.make({ ann: "secret" });
  await using one = await basic(file.path);
  assertEquals(await ask(one, "ann", "secret"), { user: "ann", type: "Basic" });
  await file.set("ann", "other");
  await log.until(/Took up the changed file/);
  assertEquals(await ask(one, "ann", "secret"), WRONG);
  assertEquals(await ask(one, "ann", "other"), { user: "ann", type: "Basic" });
  await file.set("ann", "third", "-m");
  const mistake = await log.until(/what was read before stays in force/);
  assert(mistake.includes(`password of "ann" at ${file.path}:1: it is hashed by MD5`), mistake);
  assertEquals(await ask(one, "ann", "other"), { user: "ann", type: "Basic" });
});

test("basic() answers who comes after it was disposed, and begins nothing for that", async () => {
  await using file = await Passwords.make({ ann: "secret" });
  const one = await basic(file.path);
  await one[Symbol.asyncDispose]();
  const reason = "its password cannot be verified: the server is ending";
  assertEquals(await ask(one, "ann", "secret"), { status: 503, reason });
});

const LINES: [text: string, message: (path: string) => string][] = [
  [
    "# nobody\n",
    (path) => `Cannot use "${path}": there is nobody in it; htpasswd -B ${path} NAME adds somebody`,
  ],
  [
    "\nann:s3cret\n",
    (path) =>
      `Cannot use the password of "ann" at ${path}:2: it is not hashed; htpasswd -B ${path} ann sets one that is`,
  ],
  [
    "a b:$apr1$s3cret$s3cret",
    (path) =>
      `Cannot use the password of "a b" at ${path}:1: it is hashed by MD5, as htpasswd does unless it is told otherwise; htpasswd -B ${path} 'a b' sets one that is`,
  ],
  [
    "s3cret",
    (path) => `Cannot use the line at ${path}:1: expected NAME:HASH, as htpasswd writes it`,
  ],
  [
    ":s3cret",
    (path) => `Cannot use the line at ${path}:1: expected NAME:HASH, as htpasswd writes it`,
  ],
  [
    `ann:$2y$05$${"s".repeat(53)}:x\nann:$2y$05$${"t".repeat(53)}`,
    (path) => `Cannot use the password of "ann" at ${path}:2: there is another one above`,
  ],
];
for (const [text, message] of LINES) {
  Deno.test(`basic() refuses ${JSON.stringify(text)}, and says nothing of the secret`, async () => {
    const path = await Deno.makeTempFile();
    try {
      await Deno.writeTextFile(path, text);
      const error = await assertRejects(() => basic(path), UsageError);
      assertEquals(error.message, message(path));
    } finally {
      await Deno.remove(path);
    }
  });
}
