import { assertEquals } from "@std/assert";
import { PeerListener } from "../support/peer.ts";
import {
  agree,
  begin,
  control,
  greet,
  Heard,
  ID,
  offered,
  takeBack,
} from "../support/session_peer.ts";

/** A store as that of a tab of a browser. */
class Store {
  readonly items = new Map<string, string>();

  getItem(key: string): string | null {
    return this.items.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    this.items.set(key, value);
  }

  removeItem(key: string): void {
    this.items.delete(key);
  }

  get values(): string[] {
    return [...this.items.values()];
  }
}

Deno.test("ResumingWebSocket goes on from its store when the page is loaded again", async () => {
  using listener = new PeerListener();
  const store = new Store();
  const before = await begin(listener, { store });
  before.socket.send("a");
  await before.peer.send("1");
  await before.heard.tells("message 1");
  // The page goes.
  globalThis.dispatchEvent(new Event("pagehide"));
  assertEquals(store.values, [`${ID} 1`]);

  const heard = new Heard(listener.url, { store });
  using peer = await takeBack(listener, 1);
  assertEquals(store.values, []);
  await greet(peer, { received: 1, sent: 3, lost: 2 });
  await heard.tells("open", "lost 2", "resumed");
  heard.socket.send("b");
  assertEquals(await peer.text(), "b");
  await control(peer, { ack: 2 });
  await peer.send("4");
  await heard.tells("message 4");
  assertEquals(await peer.text(), `\x10{"ack":4}`);
  assertEquals(store.values, [`${ID} 4`]);
  await peer.end(1000);
  await heard.tells("close 1000");
  assertEquals(store.values, []);
  await before.peer.end(1000);
  await before.heard.tells("close 1000");
});

Deno.test("ResumingWebSocket begins another session where that of its store is over", async () => {
  using listener = new PeerListener();
  const store = new Store();
  store.setItem(`stdws ${listener.url}`, `${ID} 5`);
  const heard = new Heard(listener.url, { store });
  using known = await takeBack(listener, 5);
  await known.end(4410, "The session is not known");
  await heard.tells("lost undefined");
  using peer = await agree(listener);
  assertEquals(offered(peer).length, 1);
  await greet(peer, { session: "another-session-of-it-" });
  await heard.tells("open");
  assertEquals(store.values, ["another-session-of-it- 0"]);
  await peer.end(1000);
  await heard.tells("close 1000");
});

Deno.test("ResumingWebSocket makes no connection when its listener has closed it for what is lost", async () => {
  using listener = new PeerListener();
  const store = new Store();
  store.setItem(`stdws ${listener.url}`, `${ID} 5`);
  const heard = new Heard(listener.url, { store });
  heard.socket.addEventListener("lost", () => heard.socket.close());
  using known = await takeBack(listener, 5);
  await known.end(4410, "The session is not known");
  await heard.tells("lost undefined", "error", "close 1006 No connection");
  assertEquals(heard.socket.readyState, 3);
  // The next that connects is another one.
  const { heard: other, peer } = await begin(listener);
  await peer.send("hello");
  await other.tells("message hello");
  await peer.end(1000);
  await other.tells("close 1000");
});

Deno.test("ResumingWebSocket does without a store that fails, or has something else", async () => {
  using listener = new PeerListener();
  function fail(): never {
    throw new DOMException("Full", "QuotaExceededError");
  }
  const other = { getItem: () => "x y", setItem() {}, removeItem() {} };
  for (const store of [{ getItem: fail, setItem: fail, removeItem: fail }, other]) {
    const { heard, peer } = await begin(listener, { store });
    assertEquals(offered(peer).length, 1);
    await peer.end(1000);
    await heard.tells("close 1000");
  }
});
