import { assertEquals } from "@std/assert";
import { withoutSecrets } from "../../lib/options/without_secrets.ts";

const SHOWN: [said: string, shown: string][] = [
  ["/a=process?env=PW=s3cret&pingms=5 cat", "/a=process?env=PW=***&pingms=5 cat"],
  ["/a=process?pingms=5&env=PW%3Ds3cret", "/a=process?pingms=5&env=PW%3D***"],
  ["/a=process?env=PW= cat env=a=b", "/a=process?env=PW= cat env=a=b"],
  ["redis://u:s3cret@h/1", "redis://***@h/1"],
  ["redis://:s3/cr@et@h", "redis://***@h"],
  ["https//s3cret@h", "https//***@h"],
  ["/a=tcp unix:///run/a@b.sock", "/a=tcp unix:///run/a@b.sock"],
  ["forward:https://h/a?k=s3cret;user=X-User", "forward:https://h/a?***;user=X-User"],
  [
    "/a=echo?auth=jwt:https://h/%3Fk%3Ds3cret&pingms=5",
    "/a=echo?auth=jwt:https://h/%3F***&pingms=5",
  ],
  ["ws://h/?a=1&access_token=s3cret&b=2", "ws://h/?a=1&access_token=***&b=2"],
  ["25h", "25h"],
  ["/a=process?framing=x cat", "/a=process?framing=x cat"],
];
for (const [said, shown] of SHOWN) {
  Deno.test(`withoutSecrets() makes ${shown} of ${said}`, () => {
    assertEquals(withoutSecrets(said), shown);
  });
}

for (const piece of ["/", "//:", "//@", "?env=", "&env=a", "jwt:", "jwt:?", "a:https:"]) {
  Deno.test(`withoutSecrets() takes a text as long as a file may be, of nothing but ${piece}`, () => {
    // What is not linear takes hours.
    withoutSecrets(piece.repeat(1_000_000));
  });
}
