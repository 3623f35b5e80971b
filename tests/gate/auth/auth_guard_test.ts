import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { HandshakeError } from "../../../lib/base/errors.ts";
import type { Verdict } from "../../../lib/contract.ts";
import { AuthGuard } from "../../../lib/gate/auth/auth_guard.ts";
import type {
  Authenticator,
  Denial,
  Evidence,
  Identity,
} from "../../../lib/gate/auth/authenticator.ts";
import { FailureCounts } from "../../../lib/gate/auth/failure_counts.ts";
import { Failures } from "../../../lib/gate/auth/failures.ts";
import { fakeRequest, type RequestChanges } from "../../base/fake_request.ts";
import { NotingMeter } from "../../base/noting_meter.ts";
import { fakePlace } from "../../support/fake_place.ts";

const ANN: Identity = { user: "ann", type: "Basic" };
const BOB: Identity = { user: "bob", type: "Bearer" };
const WRONG: Denial = { status: 401, reason: "it is wrong" };
const KNOWN: Denial = { status: 403, reason: "it may not" };
const AWAY: Denial = { status: 503, reason: "nobody is there" };
const LOGIN: Denial = {
  status: 401,
  reason: "it has to log in",
  get response() {
    return new Response(null, { status: 302, headers: { Location: "/login" } });
  },
};
const OWN: Denial = {
  status: 401,
  reason: "it has to say more",
  get response() {
    return new Response("more", { status: 401 });
  },
};

type Finding = Identity | Denial | undefined;

function finding(found: Finding, more: Partial<Authenticator> = {}): Authenticator {
  return {
    check: () => Promise.resolve(found),
    [Symbol.asyncDispose]: () => Promise.resolve(),
    ...more,
  };
}

const BASIC = { challenge: 'Basic realm="stdws"', kind: "basic" };
const BEARER = { challenge: 'Bearer realm="stdws"', kind: "token" };

async function statusOf(
  verdict: Promise<Verdict>,
): Promise<[status: number, challenge: string | null]> {
  try {
    const found = await verdict;
    if (!(found instanceof Response)) return [200, null];
    return [found.status, found.headers.get("www-authenticate")];
  } catch (error) {
    assertInstanceOf(error, HandshakeError);
    return [error.status, error.headers["WWW-Authenticate"] ?? null];
  }
}

const PASSWORD = { headers: { Authorization: `Basic ${btoa("ann:secret")}` } };
const TOKEN = { headers: { Authorization: "Bearer secret" } };

const FOUND: [what: string, findings: Finding[], status: number, reason?: string][] = [
  ["nobody has looked at it", [undefined, undefined], 401, "there is nothing that says who it is"],
  ["the first knows it", [ANN, WRONG], 200],
  ["the second knows it", [undefined, ANN], 200],
  ["the first takes it for wrong, and the second knows it", [WRONG, ANN], 200],
  ["nobody could ask for it, and the second knows it", [AWAY, ANN], 200],
  ["the first knows it, and it may not", [KNOWN, ANN], 403, "it may not"],
  ["the second knows it, and it may not", [WRONG, KNOWN], 403, "it is wrong, it may not"],
  ["all take it for wrong", [WRONG, WRONG], 401, "it is wrong, it is wrong"],
  ["nobody could ask for it", [AWAY, WRONG], 503, "nobody is there, it is wrong"],
  ["it has to log in", [WRONG, LOGIN], 302],
  ["it has to say more", [OWN, WRONG], 401],
];
for (const [what, findings, status, reason] of FOUND) {
  Deno.test(`AuthGuard answers ${status} to a client where ${what}`, async () => {
    const guard = new AuthGuard(findings.map((one) => finding(one)), false, new Failures());
    const check = () => guard.check(fakeRequest(), fakePlace());
    assertEquals((await statusOf(check()))[0], status);
    if (reason === undefined) return;
    const error = await assertRejects(check, HandshakeError);
    assertEquals(error.message, `The client is not let in: ${reason}`);
  });
}

const CHALLENGED: [of: Authenticator[], sent: RequestChanges, challenge: string | null][] = [
  [[finding(undefined, BASIC)], {}, 'Basic realm="stdws"'],
  [[finding(undefined, BEARER)], {}, 'Bearer realm="stdws"'],
  [
    [finding(undefined, BEARER), finding(WRONG, BASIC), finding(undefined, BEARER)],
    PASSWORD,
    'Basic realm="stdws", Bearer realm="stdws"',
  ],
  [[finding(WRONG, BEARER)], TOKEN, 'Bearer realm="stdws", error="invalid_token"'],
  [[finding(OWN, BEARER)], {}, 'Bearer realm="stdws"'],
  [[finding(WRONG)], {}, null],
  [[finding(OWN)], {}, null],
];
for (const [of, sent, challenge] of CHALLENGED) {
  Deno.test(`AuthGuard says ${challenge} to ${JSON.stringify(sent)}`, async () => {
    const guard = new AuthGuard(of, false, new Failures());
    const found = await statusOf(guard.check(fakeRequest(sent), fakePlace()));
    assertEquals(found, [401, challenge]);
  });
}

Deno.test("AuthGuard shows authenticators all that a client has sent, and says what they know", async () => {
  const seen: [string, Evidence][] = [];
  const guard = new AuthGuard(
    [{
      ...finding(undefined),
      check(request, evidence) {
        seen.push([request.target, evidence]);
        return Promise.resolve({ ...BOB, variables: { TENANT: "a" } });
      },
    }],
    false,
    new Failures(),
  );
  const request = fakeRequest({ query: "access_token=secret" });
  assertEquals(await guard.check(request, fakePlace()), {
    user: "bob",
    authType: "Bearer",
    variables: { TENANT: "a" },
  });
  assertEquals(seen, [["/?access_token=secret", { token: "secret" }]]);
  assertEquals(guard.behind(request).target, "/");
});

Deno.test("AuthGuard leaves nothing of headers that are an authenticator's, whoever lets in", async () => {
  const owner = finding({ ...ANN, headers: { "x-group": "staff" } }, {
    owns: ["X-Group", "X-Role"],
  });
  const headers = { "X-Group": "root", "X_Role": "root", "X-Role": "root", "X-Other": "a" };
  for (const [of, group] of [[[owner], "staff"], [[finding(BOB), owner], null]] as const) {
    const guard = new AuthGuard(of, false, new Failures());
    const verdict = await guard.check(fakeRequest({ headers }), fakePlace());
    assert(verdict && "headers" in verdict && verdict.headers instanceof Headers);
    const all = Object.fromEntries(verdict.headers);
    assertEquals(all, { ...(group ? { "x-group": group } : {}), "x-other": "a" });
  }
});

const PROTOCOLS: [offered: string, picked: string, chosen: string, seen: string | null][] = [
  ["bearer, secret", "", "bearer", "bearer"],
  ["bearer, secret, chat", "chat", "chat", "bearer, chat"],
  ["chat, bearer, secret", "chat", "chat", "chat, bearer"],
  // A route speaks what somebody else takes for a token.
  ["bearer, chat", "chat", "bearer", "bearer"],
  ["chat", "chat", "chat", "chat"],
  ["other", "", "", "other"],
];
for (const [offered, subprotocol, chosen, seen] of PROTOCOLS) {
  Deno.test(`AuthGuard chooses "${chosen}" of the subprotocols ${offered}`, () => {
    const headers = { "Sec-WebSocket-Protocol": offered };
    const request = fakeRequest({ headers, subprotocol });
    const rest = new AuthGuard([], false, new Failures()).behind(request);
    assertEquals([rest.subprotocol, rest.headers.get("sec-websocket-protocol")], [chosen, seen]);
    const all = new AuthGuard([], true, new Failures()).behind(request);
    assertEquals([all.subprotocol, all.headers.get("sec-websocket-protocol")], [chosen, offered]);
  });
}

/** How many of a request in a row are answered with 401 until another status comes, and which. */
async function refusals(
  guard: AuthGuard,
  sent: RequestChanges,
  most = 20,
): Promise<[number, number]> {
  // Whoever has left waits for no turn.
  const place = fakePlace({ left: AbortSignal.abort() });
  for (let count = 0; count < most; count++) {
    const [status] = await statusOf(guard.check(fakeRequest(sent), place));
    if (status !== 401) return [count, status];
  }
  return [most, 401];
}

Deno.test("AuthGuard slows an address that sends what is wrong, and no other", async () => {
  for (const [sent, one] of [[PASSWORD, BASIC], [TOKEN, BEARER]] as const) {
    const failures = new Failures(new FailureCounts(() => 0));
    const guard = new AuthGuard([finding(WRONG, one)], false, failures);
    assertEquals(await refusals(guard, {}), [20, 401]);
    assertEquals(await refusals(guard, sent, 11), [10, 429]);
    const remote = { address: "192.0.2.2", host: "", port: "" };
    assertEquals(await refusals(guard, { ...sent, remote }, 1), [1, 401]);
    // Without anything that is wrong, it is asked for it as before.
    assertEquals(await refusals(guard, {}), [20, 401]);
  }
});

Deno.test("AuthGuard counts neither who is known, nor that nobody could be asked, as wrong", async () => {
  for (const denial of [KNOWN, AWAY]) {
    const guard = new AuthGuard([finding(denial)], false, new Failures(new FailureCounts(() => 0)));
    for (let count = 0; count < 20; count++) {
      const [status] = await statusOf(guard.check(fakeRequest(PASSWORD), fakePlace()));
      assertEquals(status, denial.status);
    }
  }
});

const GUESSED: [what: string, findings: Finding[], status: number][] = [
  ["and to another one it may not", [WRONG, KNOWN], 403],
  ["and another one could not be asked", [WRONG, AWAY], 503],
  ["or may not come in, which is not said", [{ ...KNOWN, isGuess: true }], 403],
];
for (const [what, findings, status] of GUESSED) {
  Deno.test(`AuthGuard slows an address that sends what is wrong, ${what}`, async () => {
    const failures = new Failures(new FailureCounts(() => 0));
    const guard = new AuthGuard(findings.map((one) => finding(one)), false, failures);
    for (const sent of [TOKEN, PASSWORD]) {
      const remote = { address: JSON.stringify(sent), host: "", port: "" };
      const place = fakePlace({ left: AbortSignal.abort() });
      const found: number[] = [];
      for (let count = 0; count < 11; count++) {
        found.push((await statusOf(guard.check(fakeRequest({ ...sent, remote }), place)))[0]);
      }
      assertEquals(found, [...Array(10).fill(status), 429]);
    }
  });
}

Deno.test("AuthGuard lets in at once who is right, however many of the same address are wrong", async () => {
  const failures = new Failures(new FailureCounts(() => 0));
  const wrong = new AuthGuard([finding(WRONG)], false, failures);
  await refusals(wrong, TOKEN);
  const token = new AuthGuard([finding(BOB)], false, failures);
  assertEquals(await statusOf(token.check(fakeRequest(TOKEN), fakePlace())), [200, null]);
  const known = new AuthGuard([finding(ANN, { knows: () => true })], false, failures);
  assertEquals(await statusOf(known.check(fakeRequest(PASSWORD), fakePlace())), [200, null]);
});

Deno.test("AuthGuard tells the meter whom it does not let in, and by what", async () => {
  const meter = new NotingMeter();
  const of = [finding(undefined, BEARER), finding(WRONG, BASIC), finding(AWAY), finding(KNOWN)];
  const guard = new AuthGuard(of, false, new Failures());
  await statusOf(guard.check(fakeRequest(), fakePlace({ meter: meter.at("/a") })));
  assertEquals(meter.noted, ["/a: denied basic", "/a: denied other"]);
});
