import { assertEquals, assertThrows } from "@std/assert";
import {
  defaultTarget,
  parseProtocols,
  prefixOf,
  resolveTarget,
  splitQuery,
} from "../../lib/console/target.js";

const page = { protocol: "http:", host: "a:8080", pathname: "/chat", search: "?b=1&c" };

Deno.test("defaultTarget() is what the page was asked for", () => {
  assertEquals(defaultTarget(page), { url: "ws://a:8080/chat", query: "b=1&c" });
});

Deno.test("defaultTarget() is encrypted where the page is", () => {
  assertEquals(defaultTarget({ ...page, protocol: "https:" }).url, "wss://a:8080/chat");
});

Deno.test("defaultTarget() is the root of the server where the console has a path of its own", () => {
  assertEquals(defaultTarget(page, "/chat"), { url: "ws://a:8080/", query: "" });
  const behind = { ...page, pathname: "/app/chat" };
  assertEquals(defaultTarget(behind, "/chat"), { url: "ws://a:8080/app/", query: "" });
});

const PREFIXES: [pathname: string, seen: string, prefix: string][] = [
  ["/_console", "/_console", ""],
  ["/app/_console", "/_console", "/app"],
  ["/app/console/", "/console/", "/app"],
  ["/a/b/tools/console", "/tools/console", "/a/b"],
  ["/", "/", ""],
  ["/app/", "/", "/app"],
  ["/app", "/", "/app"],
  ["/app/chat/x", "/chat/x", "/app"],
  // Under another name.
  ["/app/try", "/_console", "/app"],
  ["/app/try/", "/_console", "/app"],
  ["/app/try/it", "/console/:which", "/app"],
  ["/_console", "/somewhere/deeper", ""],
];
for (const [pathname, seen, prefix] of PREFIXES) {
  Deno.test(`prefixOf() is "${prefix}" where the browser has ${pathname} and the server ${seen}`, () => {
    assertEquals(prefixOf(pathname, seen), prefix);
  });
}

const SPLITS: [text: string, url: string, query: string | undefined][] = [
  ["ws://a/b", "ws://a/b", undefined],
  ["ws://a/b?", "ws://a/b", ""],
  [" ws://a/b?c=d?e#f ", "ws://a/b", "c=d?e"],
  ["ws://a/#f?g", "ws://a/", undefined],
];
for (const [text, url, query] of SPLITS) {
  Deno.test(`splitQuery() takes "${text}" apart`, () => {
    assertEquals(splitQuery(text), { url, query });
  });
}

const TARGETS: [text: string, query: string, target: string][] = [
  ["ws://a/b", "", "ws://a/b"],
  ["ws://a/b", "?c=d", "ws://a/b?c=d"],
  ["ws://a/b?x=y", "c=d", "ws://a/b?x=y&c=d"],
  ["wss://a:443/b", "", "wss://a/b"],
  ["http://a/b", "", "ws://a/b"],
  ["https://a/b", "", "wss://a/b"],
  ["/chat", "", "ws://page:1/chat"],
  ["", "", "ws://page:1/x/"],
  ["room", "", "ws://page:1/x/room"],
  ["localhost:9000", "", "ws://localhost:9000/"],
  ["localhost:9000/a", "", "ws://localhost:9000/a"],
  ["ws://a/#b", "", "ws://a/"],
  ["ws://a/ü <b>", "q=<i>", "ws://a/%C3%BC%20%3Cb%3E?q=%3Ci%3E"],
];
for (const [text, query, target] of TARGETS) {
  Deno.test(`resolveTarget() makes "${target}" of "${text}" and "${query}"`, () => {
    assertEquals(resolveTarget(text, query, "http://page:1/x/"), target);
  });
}

const REFUSED: [text: string, message: string][] = [
  ["ws://", '"ws://" is not a URL'],
  ["ftp://a/", '"ftp:" is not the scheme of a WebSocket: use ws: or wss:'],
  ["javascript:alert(1)", '"javascript:" is not the scheme of a WebSocket: use ws: or wss:'],
];
for (const [text, message] of REFUSED) {
  Deno.test(`resolveTarget() refuses "${text}"`, () => {
    const error = assertThrows(() => resolveTarget(text, "", "http://page:1/"), Error);
    assertEquals(error.message, message);
  });
}

const LISTS: [text: string, protocols: string[]][] = [
  ["", []],
  ["chat", ["chat"]],
  [" chat.v2,chat.v1 , x", ["chat.v2", "chat.v1", "x"]],
];
for (const [text, protocols] of LISTS) {
  Deno.test(`parseProtocols() reads "${text}"`, () => {
    assertEquals(parseProtocols(text), protocols);
  });
}
