import { assertEquals } from "@std/assert";
import { abuse } from "./abuse.ts";
import { possessionsOf } from "./possessions.ts";
import { RawClient } from "../support/client.ts";

/** What is none of `[a-z0-9]+`, and what somebody would gain by it. */
const VALUES = [
  "",
  "A",
  "-rf",
  "--help",
  "a b",
  "a\n",
  "\na",
  "a;id",
  "$(id)",
  "`id`",
  "a|sh",
  "../../etc/passwd",
  "a/b",
  "{x}",
  "a\u0661",
  "ａ",
  "a\u2028",
  "x".repeat(1025),
];

abuse("a client that chooses what its program is not to get", async (attack) => {
  const routes = [
    "--route=/path/:x(.*)=process sh -c 'echo \"got $1\"' sh {x:[a-z0-9]+}",
    "--route=/query=process echo got-{x:[a-z0-9]+}",
    "--route=/slow/:x=process echo {x:(?:(?:a|b)+)[0-9]}",
  ];
  await using server = await attack.start(routes);
  const before = possessionsOf(server.pid);
  for (const value of VALUES) {
    const said = encodeURIComponent(value);
    for (const target of [`/path/${said}`, `/query?x=${said}`, `/slow/${said || "-"}`]) {
      using client = await RawClient.request(server.url, { target });
      assertEquals([target, client.answer.status], [target, 400]);
    }
  }
  await server.stdout.until(/Cannot take 1025 characters for \{x\}: it is not \[a-z0-9\]\+$/);
  await server.stdout.until(/Cannot take "a\\n" for \{x\}: it is not \[a-z0-9\]\+$/);
  assertEquals(server.stdout.all.some((line) => line.includes("CONNECT")), false);
  for (
    const [target, text] of [["/path/a1", "got a1"], ["/query?x=b2", "got-b2"], [
      "/slow/ab1",
      "ab1",
    ]]
  ) {
    using client = await RawClient.open(server.url, { target: target ?? "" });
    assertEquals(await client.rest(), { texts: [text], closed: "1000" });
  }
  await attack.isAsBefore(server, before);
  attack.note({ counted: 3 * VALUES.length });
});
