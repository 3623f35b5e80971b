import { assertEquals } from "@std/assert";
import { decodePath } from "../../lib/base/request.ts";
import { LiveRoute } from "../../lib/gate/route.ts";
import { Usage } from "../../lib/gate/usage.ts";
import { splitPath } from "../../lib/handlers/split_path.ts";
import { fakeRequest } from "../base/fake_request.ts";

const SPLIT: [pattern: string, target: string, mount?: string, rest?: string][] = [
  ["*", "/a/b", "", "/a/b"],
  ["*", "/a/../b", "", "/b"],
  ["*", "/../b"],
  ["/tools/:name", "/tools/a", "", "/tools/a"],
  ["/tools/*", "/tools/a/b", "/tools", "/a/b"],
  ["/tools/*", "/tools/", "/tools", "/"],
  ["/tools/*", "/tools/a/../b", "/tools", "/b"],
  ["/tools/*", "/x/../tools/a", "/tools", "/a"],
  ["/tools/*", "/tools/../tools/a", "/tools", "/a"],
  ["/tools/*", "/tools/a/..", "/tools", "/"],
  ["/tools/*", "/tools/a%2F..%2Fb", "/tools", "/b"],
  ["/tools/*", "/tools/a%20b", "/tools", "/a b"],
  ["/:a/*", "/x/y/z", "/x", "/y/z"],
  // Encoded slashes are none to a pattern, but lead nowhere else.
  ["/tools/*", "/tools/..%2Fb"],
  ["/tools/*", "/tools/a%2F..%2F..%2Ftools%2Fb"],
  ["/:a/*", "/x%2F../y", "", "/y"],
];
for (const [path, target, mount, rest] of SPLIT) {
  Deno.test(`splitPath() looks below ${path} of ${target} for ${rest ?? "nothing"}`, () => {
    const handler = { open() {} };
    const request = fakeRequest({ target, path: decodePath(target) });
    const matched = new LiveRoute({ path, handler }, new Usage(handler)).match(request);
    const split = matched && splitPath(matched);
    assertEquals(split, mount === undefined ? undefined : { mount, rest: rest ?? "" });
  });
}
