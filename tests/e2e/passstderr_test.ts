import { assert, assertEquals, assertMatch } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { testEach, TestServer } from "../support/server.ts";

const line = (stream: string, data: string) => JSON.stringify({ stream, data });

/** What leads to messages of both streams, and the path of it. */
const WAYS: [args: string[], path: string][] = [
  [["--passstderr", "sh", "-c", "echo one >&2; printf 'last {x}' >&2"], "/"],
  [["--framing=streams", "sh", "-c", "echo one >&2; printf 'last {x}' >&2"], "/"],
  [["--route=/r=process?framing=streams sh -c \"echo one >&2; printf 'last {{x}}' >&2\""], "/r"],
];
for (const [args, path] of WAYS) {
  testEach(`stdws ${args[0]} logs what it shows of stderr`, async (form) => {
    await using server = await TestServer.start(args, { form });
    using client = await RawClient.open(server.url, { target: path });
    const { texts, closed } = await client.rest();
    assertEquals(texts, [line("stderr", "one"), line("stderr", "last {x}")]);
    assertEquals(closed, "1000");
    for (const text of ["one", "last \\{x\\}"]) {
      const logged = await server.stdout.until(new RegExp(`\\| ${text}$`));
      assertMatch(logged, / \| ERROR {2}\| stderr {5}\| url:'http.* pid:'\d+' \| /);
    }
  });
}

const LOGGED = /\| stderr {5}\| .* \| (.*)$/;
const LEFT_OUT = /^… ([\d,]+) lines? left out$/;

testEach(
  "stdws --passstderr shows all of stderr, and logs what --stderr-rate lets through",
  async (form) => {
    const args = ["--passstderr", "--stderr-rate=1", "sh", "-c", "seq 3000 >&2; echo out"];
    await using server = await TestServer.start(args, { form });
    using client = await RawClient.open(server.url);
    const { texts } = await client.rest();
    const expected = Array.from({ length: 3000 }, (_, at) => line("stderr", `${at + 1}`));
    assertEquals(texts.filter((text) => text !== line("stdout", "out")), expected);
    await server.stop();
    const logged = server.stdout.all.flatMap((line) => LOGGED.exec(line)?.[1] ?? []);
    assertEquals(logged[0], "1");
    const leftOut = logged.flatMap((text) => LEFT_OUT.exec(text)?.[1]?.replace(",", "") ?? []);
    // All but one of each second: on a machine that stands still, there can be several of those.
    const shown = logged.length - leftOut.length;
    assertEquals(leftOut.reduce((sum, count) => sum + Number(count), shown), 3000);
    assert(shown < 30, `${shown} lines`);
  },
);
