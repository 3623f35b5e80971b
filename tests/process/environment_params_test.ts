import { assertEquals, assertThrows } from "@std/assert";
import { HandshakeError } from "../../lib/base/errors.ts";
import { environment } from "../../lib/process/environment.ts";
import { fakeRequest, type RequestChanges } from "../base/fake_request.ts";

const OPTIONS = { scriptName: "/", pathInfo: "/", inherited: {} };

/** Those of its variables that are of a kind. */
function variablesOf(changes: RequestChanges, options = {}, prefix = "STDWS_"): unknown {
  const variables = environment(fakeRequest(changes), { ...OPTIONS, ...options });
  return Object.fromEntries(Object.entries(variables).filter(([name]) => name.startsWith(prefix)));
}

const PARAMS: [params: Record<string, string>, query: string, variables: Record<string, string>][] =
  [
    [{}, "", {}],
    [{ room: "a" }, "", { STDWS_PARAM_ROOM: "a" }],
    [{}, "room=a&n=1", { STDWS_PARAM_ROOM: "a", STDWS_PARAM_N: "1" }],
    [{ room: "route" }, "room=query", { STDWS_PARAM_ROOM: "route" }],
    [{ room: "route" }, "ROOM=query&Room=b", { STDWS_PARAM_ROOM: "route" }],
    [{ room: "" }, "room=query", { STDWS_PARAM_ROOM: "" }],
    [{ "0": "a/b" }, "", { STDWS_PARAM_0: "a/b" }],
    // Of those with the same name the first.
    [{}, "a=1&a=2&A=3", { STDWS_PARAM_A: "1" }],
    [{}, "a-b=1&a.b=2&a%20b=3", { STDWS_PARAM_A_B: "1" }],
    [{}, "a%3Db=1&%0A%00x=2&=3", {
      STDWS_PARAM_A_B: "1",
      STDWS_PARAM___X: "2",
      STDWS_PARAM_: "3",
    }],
    [{}, "__proto__=1&constructor=2", {
      STDWS_PARAM___PROTO__: "1",
      STDWS_PARAM_CONSTRUCTOR: "2",
    }],
    // As it is: no word is split, nothing is trimmed.
    [{ a: " b\nc\r\n\td " }, "", { STDWS_PARAM_A: " b\nc\r\n\td " }],
    [{}, "a=%20b%0Ac%20", { STDWS_PARAM_A: " b\nc " }],
    [{ a: "$(id) `id` ; rm -rf ~ 'x' \"y\" ü😀" }, "", {
      STDWS_PARAM_A: "$(id) `id` ; rm -rf ~ 'x' \"y\" ü😀",
    }],
  ];
for (const [params, query, variables] of PARAMS) {
  const from = `${JSON.stringify(params)} and ${JSON.stringify(query)}`;
  Deno.test(`environment() has the parameters of ${from}`, () => {
    assertEquals(variablesOf({ params, query }), variables);
  });
}

Deno.test("environment() refuses a NUL in the query with 400", () => {
  const error = assertThrows(() => variablesOf({ query: "a=%00" }), HandshakeError, "NUL");
  assertEquals(error.status, 400);
});

Deno.test("environment() has the subprotocol only where there is one", () => {
  assertEquals(variablesOf({ subprotocol: "chat" }, {}, "WEBSOCKET_"), {
    WEBSOCKET_SUBPROTOCOL: "chat",
  });
  assertEquals(variablesOf({ subprotocol: "" }, {}, "WEBSOCKET_"), {});
});

Deno.test("environment() has what the route sets stand above all but the request's id", () => {
  const own = { A: " x\ny ", REMOTE_USER: "me", STDWS_PARAM_B: "own", UNIQUE_ID: "none" };
  const request = fakeRequest({ id: "id-1", query: "b=query" });
  const inherited = { A: "server" };
  const { A, REMOTE_USER, STDWS_PARAM_B, UNIQUE_ID } = environment(request, {
    ...OPTIONS,
    inherited,
    own,
  });
  assertEquals([A, REMOTE_USER, STDWS_PARAM_B, UNIQUE_ID], [" x\ny ", "me", "own", "id-1"]);
});
