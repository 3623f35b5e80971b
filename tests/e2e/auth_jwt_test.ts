import { assertEquals, assertMatch } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { KeySet } from "../support/key_set.ts";
import { RawSession } from "../support/raw_session.ts";
import { Scripts } from "../support/scripts.ts";
import { runToEnd, testEach, TestServer } from "../support/server.ts";
import { goodClaims, hmac, makeSigner, signed, tokenOf } from "../support/tokens.ts";
import { cgiAnswer, wsAnswer } from "./auth_clients.ts";

const SIGNER = makeSigner("RS256", "first");
const NEXT = makeSigner("ES256", "second");
const SHOW = 'echo "$REMOTE_USER|$AUTH_TYPE|$CLAIM_EMAIL|$CLAIM_GROUPS|$HTTP_AUTHORIZATION"';

function routes(folder: string, auth: string): string[] {
  return [
    `--route=/ws=process?auth=${auth} ${folder}/show`,
    `--route=/cgi/*=cgi?auth=${auth} ${folder}/cgi`,
  ];
}

function scripts(): Promise<Scripts> {
  return Scripts.write({ show: SHOW, "cgi/show": `echo Content-Type: text/plain; echo; ${SHOW}` });
}

testEach("jwt: lets in who has a token by a key of the file, and nobody else", async (form) => {
  await using files = await scripts();
  await Deno.writeTextFile(`${files.folder}/keys.pem`, SIGNER.pem);
  const auth =
    `jwt:${files.folder}/keys.pem;iss=https://a.example/;aud=chat,mail;claims=email,groups`;
  await using server = await TestServer.start(
    ["--loglevel=debug", "--trust-proxy=127.0.0.1", ...routes(files.folder, auth)],
    { form },
  );
  const claims = { iss: "https://a.example/", aud: ["chat"], email: "j@a", groups: ["x", "y"] };
  const good = signed(SIGNER, goodClaims(claims));
  const none = (alg: string) => tokenOf({ alg }, goodClaims(claims), () => new Uint8Array());
  const now = Math.floor(Date.now() / 1000);
  const rows: readonly (readonly [what: string, token: string | undefined, status: number])[] = [
    ["a good one", good, 200],
    ["none", undefined, 401],
    ["the algorithm none", none("none"), 401],
    ["the algorithm NONE", none("NONE"), 401],
    [
      "the public key as a secret",
      tokenOf({ alg: "HS256" }, goodClaims(claims), hmac("HS256", SIGNER.pem)),
      401,
    ],
    ["another key", signed({ ...NEXT, kid: SIGNER.kid }, goodClaims(claims)), 401],
    ["one that is over", signed(SIGNER, goodClaims({ ...claims, exp: now - 60 })), 401],
    ["one that is to come", signed(SIGNER, goodClaims({ ...claims, nbf: now + 60 })), 401],
    ["another audience", signed(SIGNER, goodClaims({ ...claims, aud: ["other"] })), 401],
    ["another issuer", signed(SIGNER, goodClaims({ ...claims, iss: "https://b.example/" })), 401],
    ["a header to know", signed(SIGNER, goodClaims(claims), { crit: ["x"], x: 1 }), 401],
    ["a changed signature", good.slice(0, -8) + "AAAAAAAA", 401],
  ];
  for (const [index, [what, token, status]] of rows.entries()) {
    const headers = {
      // Each from an address of its own: one that sends many wrong ones has to wait.
      "X-Forwarded-For": `192.0.2.${index}`,
      ...(token ? { Authorization: `Bearer ${token}` } : {}),
    };
    for (const answer of [await wsAnswer(server, headers), await cgiAnswer(server, headers)]) {
      assertEquals([what, answer.status], [what, status]);
      if (status === 200) assertEquals(answer.text, 'jane|Bearer|j@a|["x","y"]|');
      else {
        const fault = token === undefined ? "" : ', error="invalid_token"';
        assertEquals(answer.challenge, `Bearer realm="stdws"${fault}`);
      }
    }
  }
  await server.stop();
  const log = [...server.stdout.all, ...server.stderr.all].join("\n");
  assertMatch(log, /the token is refused: "exp" claim timestamp check failed/);
  for (const [, token] of rows) if (token) assertEquals(log.includes(token.slice(-40)), false);
});

testEach("jwt: takes a token from the query, a cookie and the subprotocols", async (form) => {
  await using files = await scripts();
  await Deno.writeTextFile(`${files.folder}/keys`, JSON.stringify({ keys: [SIGNER.jwk] }));
  await using server = await TestServer.start(
    routes(files.folder, `jwt:${files.folder}/keys;user=email`),
    { form },
  );
  const token = signed(SIGNER, goodClaims({ email: "j@a" }));
  const rows = [
    [{ Cookie: `access_token=${token}` }, ""],
    [{}, `?access_token=${token}`],
    [{ "Sec-WebSocket-Protocol": `bearer, ${token}` }, ""],
  ] as const;
  for (const [headers, query] of rows) {
    assertEquals((await wsAnswer(server, headers, query)).text, "j@a|Bearer|||");
  }
});

testEach("jwt: takes keys from a server, the new ones when they are replaced", async (form) => {
  await using files = await scripts();
  await using set = new KeySet([SIGNER.jwk]);
  await using server = await TestServer.start(routes(files.folder, `jwt:${set.url}`), { form });
  const status = async (token: string) => {
    const headers = { Authorization: `Bearer ${token}` };
    const answers = [await wsAnswer(server, headers), await cgiAnswer(server, headers)];
    return answers.map(({ status }) => status);
  };
  assertEquals(await status(signed(SIGNER)), [200, 200]);
  assertEquals(set.asked, 1);
  set.has([NEXT.jwk]);
  assertEquals(await status(signed(NEXT)), [200, 200]);
  assertEquals(await status(signed(SIGNER)), [401, 401]);
  // What it has serves on when the server is away.
  await set.stop();
  assertEquals(await status(signed(NEXT)), [200, 200]);
});

testEach("jwt: answers 503 where there are no keys, and says why once", async (form) => {
  await using files = await scripts();
  await using set = new KeySet();
  set.answer = () => new Response("x".repeat(300 * 1024));
  await using server = await TestServer.start(routes(files.folder, `jwt:${set.url}`), { form });
  const headers = { Authorization: `Bearer ${signed(SIGNER)}` };
  for (let n = 0; n < 3; n++) {
    assertEquals((await wsAnswer(server, headers)).status, 503);
    assertEquals((await cgiAnswer(server, headers)).status, 503);
  }
  // Without a token nobody has to be asked.
  assertEquals((await wsAnswer(server, {})).status, 401);
  await server.stop();
  const told = server.stdout.all.filter((line) => /ERROR .*Cannot get the keys/.test(line));
  assertEquals(told.length, 1);
  assertMatch(told[0] ?? "", /its answer is larger than 256 KiB$/);
});

testEach("jwt: does not start with keys that are none", async (form) => {
  await using files = await Scripts.write({});
  await Deno.writeTextFile(`${files.folder}/secret`, "a bare text is no key");
  const args = ["--route=/=echo", `--auth=jwt:${files.folder}/secret`, "--check"];
  const { code, stderr } = await runToEnd(args, { form });
  assertEquals(code, 1);
  assertMatch(stderr, /Cannot use the keys in ".*\/secret": it is neither PEM nor a JWK Set/);
});

testEach("jwt: closes a connection with 1008 when its token is over", async (form) => {
  await using files = await Scripts.write({});
  await Deno.writeTextFile(`${files.folder}/keys.pem`, SIGNER.pem);
  await using server = await TestServer.start(
    [`--auth=jwt:${files.folder}/keys.pem`, "cat"],
    { form },
  );
  // Clocks may differ by half a minute: it is taken for some seconds yet.
  const exp = Math.floor(Date.now() / 1000) - 25;
  using client = await RawClient.open(
    `${server.url}?access_token=${signed(SIGNER, { sub: "j", exp })}`,
  );
  await client.send("hello");
  assertEquals(await client.rest(), { texts: ["hello"], closed: "1008 The token has expired" });
});

testEach("jwt: the time of a session's last token counts", async (form) => {
  await using files = await Scripts.write({});
  await Deno.writeTextFile(`${files.folder}/keys.pem`, SIGNER.pem);
  await using server = await TestServer.start(
    [`--auth=jwt:${files.folder}/keys.pem`, "--resume=60s", `--record=${files.folder}`, "cat"],
    { form },
  );
  const at = (exp: number) =>
    `${server.url}?access_token=${
      signed(SIGNER, { sub: "j", exp: exp + Math.floor(Date.now() / 1000) })
    }`;
  using session = await RawSession.begin(at(3600));
  using back = await RawSession.back(at(-25), session.id, 0);
  assertEquals((await back.client.rest()).closed, "1008 The token has expired");
});

testEach("jwt: can be said in a configuration file", async (form) => {
  await using files = await scripts();
  const keys = `${files.folder}/keys.pem`;
  await Deno.writeTextFile(keys, SIGNER.pem);
  await Deno.writeTextFile(
    `${files.folder}/stdws.json`,
    JSON.stringify({
      auth: `jwt:${keys};aud=chat`,
      routes: { "/ws": `process ${files.folder}/show` },
    }),
  );
  await using server = await TestServer.start([`--config=${files.folder}/stdws.json`], { form });
  const headers = { Authorization: `Bearer ${signed(SIGNER, goodClaims({ aud: "chat" }))}` };
  assertEquals((await wsAnswer(server, headers)).text, "jane|Bearer|||");
  using refused = await RawClient.request(`${server.url}ws`);
  assertEquals(refused.answer.status, 401);
});
