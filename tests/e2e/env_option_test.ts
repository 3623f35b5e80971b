import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { testBoth, TestServer } from "../support/server.ts";

/** A prompt has a space behind it, and a list its lines. */
const VALUE = " a\nb$ ";

const SHOW = `sh -c 'printf %s "$V" | od -An -c; sleep 600'`;
const SHOWN = String.raw`      a  \n   b   $    `;

const KINDS = [
  "process",
  "process?warm=1",
  "process?unbuffer=pty",
  "shared",
  "shared?history=5&framing=nul",
  "terminal",
  "terminal?shared=true",
];

testBoth(
  "stdws gives a program the value of env= as it is, lines and spaces included",
  async (form) => {
    const env = `env=V=${encodeURIComponent(VALUE)}`;
    const routes = KINDS.map((kind, place) => {
      const ends = kind.includes("nul") ? SHOW.replace("; sleep", `; printf "\\0"; sleep`) : SHOW;
      return `--route=/${place}=${kind}${kind.includes("?") ? "&" : "?"}${env} ${ends}`;
    });
    await using server = await TestServer.start(routes, { form });
    for (const [place] of KINDS.entries()) {
      using client = await RawClient.open(`${server.url}${place}`);
      let said = "";
      // What is behind the last character, too: a terminal may send it apart.
      while (!/\$ {4}/.test(said)) said += await client.text();
      assertStringIncludes(said, SHOWN, KINDS[place]);
    }
  },
);

testBoth("stdws has no value of env= in its log, nor of a variable of --passenv", async (form) => {
  const routes = KINDS.map((kind, place) => {
    const query = `${kind.includes("?") ? "&" : "?"}env=V=s3cret`;
    return `--route=/${place}=${kind}${query} sh -c 'printf "%s\\n\\0" "$V$W"; sleep 60'`;
  });
  const args = ["--loglevel=debug", "--passenv=PATH,W", ...routes];
  await using server = await TestServer.start(args, { form, env: { W: "s3cret too" } });
  for (const [place] of KINDS.entries()) {
    using client = await RawClient.open(`${server.url}${place}`);
    let said = "";
    while (!said.includes("s3crets3cret too")) said += await client.text();
  }
  await server.stop();
  const log = server.stdout.all;
  const shown = log.filter((line) => /variable: [VW]=/.test(line));
  assert(shown.length >= 2 * KINDS.length, shown.join("\n"));
  assertEquals(log.filter((line) => line.includes("s3cret")), []);
});
