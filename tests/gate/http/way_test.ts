import { assertEquals } from "@std/assert";
import { wayOf } from "../../../lib/gate/http/way.ts";
import { fakeRequest, type RequestChanges } from "../../base/fake_request.ts";

const accept = (accept: string): RequestChanges => ({ headers: { accept } });

const WAYS: [changes: RequestChanges, way: string | undefined][] = [
  [{}, undefined],
  [accept("text/html, */*"), undefined],
  [accept("text/event-stream"), "events"],
  [accept("text/html,Text/Event-Stream;q=0.5"), "events"],
  [accept("text/event-streams"), undefined],
  [{ query: "stream" }, "stream"],
  [{ query: "a=b&stream=1" }, "stream"],
  [{ query: "streams&a=stream" }, undefined],
  [{ query: "stream", ...accept("text/event-stream") }, "events"],
  [{ method: "POST" }, "post"],
  [{ method: "POST", query: "stream" }, "post"],
  [{ method: "HEAD" }, undefined],
  [{ method: "HEAD", query: "stream" }, "head"],
  [{ method: "PUT", query: "stream" }, undefined],
  [{ method: "OPTIONS" }, undefined],
  [{ method: "OPTIONS", headers: { origin: "https://a.example" } }, undefined],
  [{
    method: "OPTIONS",
    headers: { origin: "https://a.example", "access-control-request-method": "GET" },
  }, "preflight"],
];

Deno.test("wayOf() finds the way in which a request asks for a connection", () => {
  for (const [changes, way] of WAYS) {
    assertEquals(wayOf(fakeRequest(changes)), way, JSON.stringify(changes));
  }
});
