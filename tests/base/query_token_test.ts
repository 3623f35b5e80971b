import { assertEquals } from "@std/assert";
import { withoutToken } from "../../lib/base/query_token.ts";

const TARGETS: [target: string, shown: string][] = [
  ["/a", "/a"],
  ["/a?", "/a?"],
  ["/a?b=c&d", "/a?b=c&d"],
  ["/a?access_token=s3cret", "/a?access_token=***"],
  ["/a?access_token", "/a?access_token"],
  ["GET /a?access_token=s3cret HTTP/1.1", "GET /a?access_token=*** HTTP/1.1"],
  ["GET /a?b=%3Faccess_token%3ds3cret HTTP/1.1", "GET /a?b=%3Faccess_token%3d*** HTTP/1.1"],
  ["/a?access_token=s3cret=&b=c", "/a?access_token=***&b=c"],
  ["/a?b=c&access_token=s3cret&access_token=s3cret", "/a?b=c&access_token=***&access_token=***"],
  ["/a?Access_Token=s3cret", "/a?Access_Token=***"],
  ["/a?%61ccess%5Ftoken=s3cret", "/a?%61ccess%5Ftoken=***"],
  ["/a?access_token=s3cret?access_token=s3cret", "/a?access_token=***"],
  ["/a?%=%&access_token=s3cret", "/a?%=%&access_token=***"],
  ["/a?to=%2Fb%3Faccess_token%3Ds3cret%26c%3Dd", "/a?to=%2Fb%3Faccess_token%3D***%26c%3Dd"],
  ["/a?my_access_token=b", "/a?my_access_token=b"],
  ["/access_token=b", "/access_token=b"],
  ["https://h/a?access_token=s3cret", "https://h/a?access_token=***"],
];
for (const [target, shown] of TARGETS) {
  Deno.test(`withoutToken() shows ${target} as ${shown}`, () => {
    assertEquals(withoutToken(target), shown);
  });
}
