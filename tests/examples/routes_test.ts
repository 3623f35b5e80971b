import { assertEquals } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { testExample } from "./example.ts";

testExample("The example of two endpoints refuses all others", "/foo=", async (server) => {
  using foo = await RawClient.open(`${server.url}foo`);
  await foo.send("hello");
  assertEquals(await foo.text(), "hello");
  using bar = await RawClient.open(`${server.url}bar`);
  assertEquals([await bar.text(), await bar.text()], ["1", "2"]);
  for (const path of ["", "foo/", "foobar", "bar/foo", "Foo"]) {
    using other = await RawClient.request(`${server.url}${path}`);
    assertEquals([path, other.answer.status], [path, 404]);
  }
  await foo.send("still here");
  assertEquals(await foo.text(), "still here");
});
