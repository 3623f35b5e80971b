import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { SignJWT } from "jose";
import { UsageError } from "../../../lib/base/errors.ts";
import { Log } from "../../../lib/base/log.ts";
import { Permits } from "../../../lib/base/permits.ts";
import type { Denial, Identity } from "../../../lib/gate/auth/authenticator.ts";
import { jwt } from "../../../lib/gate/auth/jwt.ts";
import { CapturedLog } from "../../base/captured_log.ts";
import { fakeRequest } from "../../base/fake_request.ts";
import { base64url, goodClaims, hmac, makeSigner, signed, tokenOf } from "../../support/tokens.ts";

const RSA = makeSigner("RS256");
const OTHER = makeSigner("RS256");
const SECRET = crypto.getRandomValues(new Uint8Array(32));
const OCT = { kty: "oct", k: base64url(SECRET), kid: "secret" };
const NEVER = new AbortController().signal;
const CONTEXT = { log: new Log(), processes: new Permits(0), left: NEVER, signal: NEVER };

/** The time as a token says it: not that of the start, for a machine may take long until a test has its turn. */
const now = () => Math.floor(Date.now() / 1000);

/** A folder with a file of keys in it. */
class Keys implements AsyncDisposable {
  readonly folder: string;
  readonly path: string;

  private constructor(folder: string) {
    this.folder = folder;
    this.path = `${folder}/keys`;
  }

  static async write(keys: string | Uint8Array | readonly unknown[]): Promise<Keys> {
    const made = new Keys(await Deno.makeTempDir());
    await made.rewrite(keys);
    return made;
  }

  async rewrite(keys: string | Uint8Array | readonly unknown[]): Promise<void> {
    const text = Array.isArray(keys) ? JSON.stringify({ keys }) : keys as string | Uint8Array;
    if (typeof text === "string") await Deno.writeTextFile(this.path, text);
    else await Deno.writeFile(this.path, text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

async function check(
  keys: string | readonly unknown[],
  token: string | undefined,
  terms = "",
): Promise<Identity | Denial | undefined> {
  await using file = await Keys.write(keys);
  await using authenticator = await jwt(file.path + terms);
  return await authenticator.check(fakeRequest(), token === undefined ? {} : { token }, CONTEXT);
}

/** Who it is, or why it is nobody. */
function told(found: Identity | Denial | undefined): string {
  if (!found) return "nothing";
  return "reason" in found ? `${found.status} ${found.reason}` : found.user;
}

const UNKNOWN = /^401 .*its key, or its algorithm, is not known$/;
const UNSIGNED = /^401 .*its signature is by no key that is known$/;

Deno.test("jwt() knows a client by a token of each algorithm, with keys as PEM and as JWK", async () => {
  const algorithms = [
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
  ];
  for (const alg of algorithms) {
    const signer = makeSigner(alg);
    const token = signed(signer);
    assertEquals([alg, told(await check(signer.pem, token))], [alg, "jane"]);
    assertEquals([alg, told(await check([signer.jwk], token))], [alg, "jane"]);
    const ours = await new SignJWT(goodClaims()).setProtectedHeader({ alg, kid: signer.kid })
      .sign(signer.privateKey);
    assertEquals([alg, told(await check([signer.jwk], ours))], [alg, "jane"]);
  }
});

Deno.test("jwt() knows a client by a token that a shared secret has signed", async () => {
  for (const [alg, bytes] of [["HS256", 32], ["HS384", 48], ["HS512", 64]] as const) {
    const secret = crypto.getRandomValues(new Uint8Array(bytes));
    const token = tokenOf({ alg }, goodClaims(), hmac(alg, secret));
    assertEquals(told(await check([{ kty: "oct", k: base64url(secret) }], token)), "jane");
  }
});

Deno.test("jwt() says nothing of a client without a token", async () => {
  assertEquals(await check(RSA.pem, undefined), undefined);
});

Deno.test("jwt() refuses a token that is not what it says", async () => {
  const none = () => new Uint8Array();
  const rows:
    readonly (readonly [what: string, token: string, keys: string | unknown[], why: RegExp])[] = [
      ["nothing of a token", "secret", RSA.pem, /it is no JSON Web Token$/],
      ["an empty token", "", RSA.pem, /it is no JSON Web Token$/],
      [
        "two parts",
        signed(RSA).split(".").slice(0, 2).join("."),
        RSA.pem,
        /it is no JSON Web Token$/,
      ],
      ["four parts", `${signed(RSA)}.a`, RSA.pem, /it is no JSON Web Token$/],
      ["no algorithm", tokenOf({}, goodClaims(), none), RSA.pem, UNKNOWN],
      ["none", tokenOf({ alg: "none" }, goodClaims(), none), RSA.pem, UNKNOWN],
      ["None", tokenOf({ alg: "None" }, goodClaims(), none), [RSA.jwk], UNKNOWN],
      ["none with a secret", tokenOf({ alg: "none" }, goodClaims(), none), [OCT], UNKNOWN],
      [
        "an algorithm that is a list",
        tokenOf({ alg: ["RS256"] }, goodClaims(), none),
        RSA.pem,
        /^401 /,
      ],
      [
        "the public key as a secret",
        tokenOf({ alg: "HS256" }, goodClaims(), hmac("HS256", RSA.pem)),
        RSA.pem,
        UNKNOWN,
      ],
      [
        "the public key as a secret, in a set",
        tokenOf(
          { alg: "HS256", kid: RSA.kid },
          goodClaims(),
          hmac("HS256", JSON.stringify(RSA.jwk)),
        ),
        [RSA.jwk, OCT],
        UNKNOWN,
      ],
      [
        "the empty secret",
        tokenOf({ alg: "HS256" }, goodClaims(), hmac("HS256", "")),
        [OCT],
        UNSIGNED,
      ],
      ["another key of the same name", signed(OTHER), [RSA.jwk], UNSIGNED],
      ["another name of a key", signed(RSA, goodClaims(), { kid: "other" }), [RSA.jwk], UNKNOWN],
      [
        "a file for a name",
        signed(RSA, goodClaims(), { kid: "../../../../dev/null" }),
        [RSA.jwk],
        UNKNOWN,
      ],
      ["a name that is no text", signed(RSA, goodClaims(), { kid: { a: 1 } }), [RSA.jwk], UNKNOWN],
      [
        "its own key",
        signed(OTHER, goodClaims(), { jwk: OTHER.jwk, kid: undefined }),
        [RSA.jwk],
        UNSIGNED,
      ],
      ["a place for its key", signed(OTHER, goodClaims(), { jku: "http://127.0.0.1:1/" }), [
        RSA.jwk,
      ], UNSIGNED],
      ["another algorithm than its key", signed({ ...RSA, alg: "RS512" }), [RSA.jwk], UNKNOWN],
      [
        "a header that must be known",
        signed(RSA, goodClaims(), { crit: ["x"], x: 1 }),
        [RSA.jwk],
        /"crit"|"x"/,
      ],
      ["claims that are not encoded", signed(RSA, goodClaims(), { crit: ["b64"], b64: false }), [
        RSA.jwk,
      ], /^401 /],
      [
        "claims that are changed",
        signed(RSA).replace(
          /\..*\./,
          `.${btoa(JSON.stringify(goodClaims({ sub: "x" }))).replace(/=/g, "")}.`,
        ),
        [RSA.jwk],
        UNSIGNED,
      ],
      [
        "claims that are no JSON",
        tokenOf({ alg: "HS256" }, "sub", hmac("HS256", SECRET)),
        [OCT],
        /^401 .*claims? set/i,
      ],
      [
        "claims that are a list",
        tokenOf({ alg: "HS256" }, "[1]", hmac("HS256", SECRET)),
        [OCT],
        /^401 .*claims? set/i,
      ],
      ["no end", signed(RSA, { sub: "jane" }), RSA.pem, /"exp"/],
      ["an end that is over", signed(RSA, { sub: "jane", exp: now() - 3600 }), RSA.pem, /"exp"/],
      ["an end that is a text", signed(RSA, { sub: "jane", exp: "never" }), RSA.pem, /"exp"/],
      ["a beginning to come", signed(RSA, goodClaims({ nbf: now() + 3600 })), RSA.pem, /"nbf"/],
      ["an audience", signed(RSA, goodClaims({ aud: "chat" })), RSA.pem, /audience/],
      ["no user", signed(RSA, { exp: now() + 60 }), RSA.pem, /its claim sub/],
      ["a user that is none", signed(RSA, goodClaims({ sub: "" })), RSA.pem, /its claim sub/],
      ["a user of two lines", signed(RSA, goodClaims({ sub: "a\nb" })), RSA.pem, /its claim sub/],
      ["a user that is a list", signed(RSA, goodClaims({ sub: ["a"] })), RSA.pem, /its claim sub/],
    ];
  for (const [what, token, keys, why] of rows) {
    const found = told(await check(keys, token));
    assertMatch(found, /^401 the token is refused: /, `${what}: ${found}`);
    assertMatch(found, why, `${what}: ${found}`);
  }
});

Deno.test("jwt() takes clocks for right that differ by half a minute", async () => {
  assertEquals(told(await check(RSA.pem, signed(RSA, { sub: "jane", exp: now() - 5 }))), "jane");
  assertEquals(told(await check(RSA.pem, signed(RSA, goodClaims({ nbf: now() + 15 })))), "jane");
});

Deno.test("jwt() keeps issuers and audiences apart", async () => {
  const rows: readonly (readonly [terms: string, claims: Record<string, unknown>, who: RegExp])[] =
    [
      [";iss=https://a.example/", { iss: "https://a.example/" }, /^jane$/],
      [";iss=https://a.example/", { iss: "https://a.example" }, /"iss"/],
      [";iss=https://a.example/", {}, /"iss"/],
      [";iss=a,b", { iss: "b" }, /^jane$/],
      [";iss=a", { iss: ["a"] }, /"iss"/],
      [";aud=chat", { aud: "chat" }, /^jane$/],
      [";aud=chat", { aud: ["other", "chat"] }, /^jane$/],
      [";aud=chat, mail", { aud: "mail" }, /^jane$/],
      [";aud=chat", { aud: ["other"] }, /"aud"/],
      [";aud=chat", { aud: "chat2" }, /"aud"/],
      [";aud=chat", { aud: [] }, /"aud"/],
      [";aud=chat", {}, /"aud"/],
      [";user=email", { email: "j@a.example" }, /^j@a\.example$/],
      [";user=email", {}, /its claim email/],
    ];
  for (const [terms, claims, who] of rows) {
    const found = told(await check([RSA.jwk], signed(RSA, goodClaims(claims)), terms));
    assertMatch(found, who, `${terms} ${JSON.stringify(claims)}: ${found}`);
  }
});

Deno.test("jwt() takes an end that is as far away as a number can be", async () => {
  const token = signed(RSA, goodClaims({ exp: Number.MAX_VALUE }));
  const { until } = await check([RSA.jwk], token) as Identity;
  assertEquals(until, Number.MAX_SAFE_INTEGER);
});

Deno.test("jwt() hands on the claims that are chosen", async () => {
  const claims = goodClaims({
    email: "j@a.example",
    groups: ["a", 1],
    "https://a/b": { c: null },
    n: 5,
  });
  const { until, ...found } = await check(
    [RSA.jwk],
    signed(RSA, claims),
    ";claims=email,groups,https://a/b,n,missing",
  ) as Identity;
  // Half a minute beyond its end, as clocks may differ.
  assertEquals(until, (Number(claims.exp) + 30) * 1_000);
  assertEquals(found, {
    user: "jane",
    type: "Bearer",
    variables: {
      CLAIM_EMAIL: "j@a.example",
      CLAIM_GROUPS: '["a",1]',
      CLAIM_HTTPS___A_B: '{"c":null}',
      CLAIM_N: "5",
      CLAIM_MISSING: "",
    },
  });
});

Deno.test("jwt() refuses to start with keys that cannot be used", async () => {
  const weak = makeSigner("RS256", "weak", 1024);
  const rows: readonly (readonly [what: string, keys: string | unknown[], why: RegExp])[] = [
    ["nothing", "", /it is empty/],
    ["a text", "my secret", /it is neither PEM nor a JWK Set/],
    ["a number", "5", /it is neither a JWK Set nor a JWK/],
    ["a text in JSON", '"secret"', /it is neither a JWK Set nor a JWK/],
    ["no keys", [], /there is no key in it/],
    ["a key that is no object", ["a"], /it is neither a JWK Set nor a JWK/],
    [
      "a private key",
      String(RSA.privateKey.export({ format: "pem", type: "pkcs8" })),
      /a private key/,
    ],
    ["a private JWK", [RSA.privateKey.export({ format: "jwk" })], /a private key/],
    ["a short key", weak.pem, /1024 bits/],
    ["a short key in a set", [weak.jwk], /1024 bits/],
    ["a short secret", [{ kty: "oct", k: "c2VjcmV0" }], /6 bytes/],
    ["a secret that is none", [{ kty: "oct", k: "se/cret" }], /base64url/],
    ["a key for encryption", [{ ...RSA.jwk, use: "enc" }], /for signatures/],
    ["a key for another algorithm", [{ ...RSA.jwk, alg: "RSA-OAEP" }], /for signatures/],
    ["an RSA key for a secret's", [{ ...RSA.jwk, alg: "HS256" }], /for signatures/],
    ["an unknown kind", [{ kty: "new" }], /of the type new/],
    ["an unknown curve", [{ kty: "EC", crv: "secp256k1", x: "AA", y: "AA" }], /secp256k1/],
    ["half of a PEM", RSA.pem.slice(0, 100), /has no end/],
    ["another PEM", RSA.pem.replaceAll("PUBLIC KEY", "PKCS7"), /PKCS7/],
  ];
  for (const [what, keys, why] of rows) {
    await using file = await Keys.write(keys as string);
    const error = await assertRejects(() => jwt(file.path), UsageError, file.path, what);
    assertMatch(error.message, why, what);
  }
});

Deno.test("jwt() refuses terms that are none", async () => {
  const rows: readonly (readonly [text: string, why: RegExp])[] = [
    [";iss=a", /^There is no file or address in front of ";iss=a"$/],
    ["keys;is=a", /^Unknown term "is": jwt takes iss, aud, user, claims$/],
    ["keys;iss=", /^No value for iss$/],
    ["keys;iss=a;iss=b", /^There are two values for iss$/],
    ["keys;aud=,", /^There is nothing beside a comma in ","$/],
    ["keys;iss= ", /^There is nothing beside a comma in " "$/],
    ["keys;aud=a,,b", /^There is nothing beside a comma in "a,,b"$/],
    ["keys;claims=a-b,a_b", /^Two claims are the variable CLAIM_A_B$/],
    ["/nowhere/keys", /^Cannot read "\/nowhere\/keys": .*No such file/],
    ["https://u:secret@a.example/", /^Invalid address: .*password/],
  ];
  for (const [text, why] of rows) {
    const error = await assertRejects(() => jwt(text), UsageError);
    assertMatch(error.message, why, text);
  }
});

Deno.test("jwt() reads PKCS #1, a certificate, a JWK alone, and what editors do to files", async () => {
  const forms: readonly (string | Uint8Array)[] = [
    String(RSA.publicKey.export({ format: "pem", type: "pkcs1" })),
    JSON.stringify(RSA.jwk),
    `\ufeff${RSA.pem.replaceAll("\n", "\r\n")}`,
    `\ufeff${JSON.stringify({ keys: [RSA.jwk] })}`,
    OTHER.pem + RSA.pem,
  ];
  for (const form of forms) assertEquals(told(await check(form as string, signed(RSA))), "jane");
});

Deno.test("jwt() takes up a file that has changed, and keeps what it had where that is none", async () => {
  using log = new CapturedLog();
  await using file = await Keys.write([RSA.jwk]);
  await using authenticator = await jwt(file.path);
  const ask = async (token: string) =>
    told(await authenticator.check(fakeRequest(), { token }, CONTEXT));
  assertEquals(await ask(signed(RSA)), "jane");
  await file.rewrite("this is nothing");
  await log.until(/ERROR server: Cannot use the keys in .*; what was read before stays in force/);
  assertEquals(await ask(signed(RSA)), "jane");
  await file.rewrite([{ ...OTHER.jwk, kid: "other" }]);
  await log.until(/INFO server: Took up the changed file: /);
  assertEquals(await ask(signed(OTHER, goodClaims(), { kid: "other" })), "jane");
  assertMatch(await ask(signed(RSA)), UNKNOWN);
});
