import { assert, assertEquals } from "@std/assert";
import { takeOffer } from "../../lib/gate/resume_offer.ts";
import { fakeRequest } from "../base/fake_request.ts";

const OFFERS: [sent: string, left: string | null, offer: { id: string | undefined } | undefined][] =
  [
    ["stdws.resume.v1", null, { id: undefined }],
    ["stdws.resume.v1, chat, b", "chat, b", { id: undefined }],
    ["chat,stdws.resume.v1", "chat", { id: undefined }],
    ["stdws.resume.v1, stdws.resume.v1.session.a-_1", null, { id: "a-_1" }],
    ["stdws.resume.v1.session.x, chat, stdws.resume.v1", "chat", { id: "x" }],
    ["stdws.resume.v1, stdws.resume.v1.session.x, stdws.resume.v1.session.y", null, { id: "x" }],
    // It is nobody's business all the same.
    ["stdws.resume.v1.session.x, chat", "chat", undefined],
    ["stdws.resume.v10, chat", "stdws.resume.v10, chat", undefined],
    ["\tstdws.resume.v1 stdws.resume.v1.session.x", null, undefined],
  ];
const UPGRADE = { Upgrade: "websocket", Connection: "Upgrade" };

for (const [sent, left, offer] of OFFERS) {
  Deno.test(`takeOffer() takes an offer out of ${JSON.stringify(sent)}`, () => {
    const asked = fakeRequest({ headers: { ...UPGRADE, "Sec-WebSocket-Protocol": sent, A: "b" } });
    const found = takeOffer(asked);
    assert(found);
    assertEquals(found.offer, offer);
    assertEquals(found.request.headers.get("sec-websocket-protocol"), left);
    assertEquals([found.request.headers.get("a"), found.request.id], ["b", asked.id]);
    assertEquals(asked.headers.get("sec-websocket-protocol"), sent.trim());
  });
}

Deno.test("takeOffer() takes none of who asks for no WebSocket", () => {
  const headers = { "Sec-WebSocket-Protocol": "stdws.resume.v1, stdws.resume.v1.session.x, chat" };
  for (
    const request of [
      fakeRequest({ headers }),
      fakeRequest({ headers: { ...UPGRADE, ...headers }, method: "POST" }),
    ]
  ) {
    const found = takeOffer(request);
    assertEquals(found?.offer, undefined);
    assertEquals(found?.request.headers.get("sec-websocket-protocol"), "chat");
  }
});

Deno.test("takeOffer() leaves a request as it is that makes none", () => {
  const offers: Record<string, string>[] = [{}, { "Sec-WebSocket-Protocol": "chat" }];
  for (const headers of offers) {
    const request = fakeRequest({ headers });
    assertEquals(takeOffer(request), undefined);
  }
});
