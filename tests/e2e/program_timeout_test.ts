import { assertEquals, assertMatch } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { HttpClient } from "../support/http_client.ts";
import type { Lines } from "../support/lines.ts";
import { untilGone } from "../support/processes.ts";
import { Scripts } from "../support/scripts.ts";
import { runToEnd, testEach, TestServer, testTable } from "../support/server.ts";
import { AdminServer } from "./admin_server.ts";
import { PLAIN, serving } from "./serving.ts";

const SLEEPER = "#!/bin/sh\necho $$; exec sleep 600\n";
const OVER = {
  kind: "close",
  code: 4124,
  reason: "The program may run no longer than 1 s",
} as const;

/** The number of the process of which the log says that its time is up. */
async function pidOf(log: Lines): Promise<number> {
  const pattern = / ERROR .* process .*Process (\d+): The program may run no longer than 1 s$/;
  return Number(pattern.exec(await log.until(pattern))?.[1]);
}

const ROUTES: [handler: string, words: (folder: string) => string][] = [
  ["process", (folder) => `/run/*=process?timeout=1s ${folder}/sleeper`],
  ["directory", (folder) => `/run/*=directory?timeout=1000 ${folder}`],
  ["shared", (folder) => `/run/*=shared?timeout=1.0s ${folder}/sleeper`],
];
const testRoute = testTable();
for (const [handler, words] of ROUTES) {
  testRoute(`stdws ${handler} ends a program whose time is up, and says so`, async (form) => {
    await using scripts = await Scripts.write({ sleeper: SLEEPER });
    await using server = await TestServer.start([`--route=${words(scripts.folder)}`], { form });
    using client = await RawClient.open(server.url, { target: "/run/sleeper" });
    // On a machine that is busy, its time may be up before it has said anything.
    const { texts, closed } = await client.rest();
    assertEquals(closed, `${OVER.code} ${OVER.reason}`);
    const pid = await pidOf(server.stdout);
    for (const text of texts) assertEquals(text, `${pid}`);
    await untilGone(pid);
  });
}

testEach("stdws --timeout is counted as the limit that it is", async (form) => {
  await using scripts = await Scripts.write({ sleeper: SLEEPER });
  const handlers = ["process", "shared", "terminal"];
  const routes = handlers.map((name) => `--route=/${name}=${name} ${scripts.folder}/sleeper`);
  const args = ["--timeout=1s", ...routes, `--cgidir=${scripts.folder}`];
  await using admin = await AdminServer.start(args, form);
  const { url } = admin.server;
  for (const handler of handlers) {
    using client = await RawClient.open(url, { target: `/${handler}` });
    while ((await client.next()).kind !== "close");
  }
  assertEquals((await HttpClient.ask(url, "GET /sleeper")).status, 504);
  const metrics = await admin.metrics();
  const counted = [...handlers.map((name) => `/${name}`), "*"].map((route) =>
    metrics.get(`stdws_limited_total{route="${route}",limit="timeout"}`)
  );
  assertEquals(counted, [1, 1, 1, 1]);
});

testEach("stdws --timeout sends what a program still says when its time is up", async (form) => {
  const script = "trap 'echo bye; exit 7' INT; echo hi; while :; do sleep 0.05; done";
  // On a machine that is busy, a trap takes longer than there is time between SIGINT and SIGTERM.
  const args = ["--timeout=1000", "--closems=1000", "sh", "-c", script];
  await using server = await TestServer.start(args, { form });
  using client = await RawClient.open(server.url);
  assertEquals([await client.text(), await client.text()], ["hi", "bye"]);
  assertEquals(await client.next(), OVER);
});

testEach("stdws --timeout ends a program that takes its input slowly, too", async (form) => {
  const script = "echo $$; while :; do dd bs=1 count=1 2>/dev/null >&2; sleep 0.05; done";
  await using server = await TestServer.start(["--timeout=1000", "sh", "-c", script], { form });
  using client = await RawClient.open(server.url);
  const pid = Number(await client.text());
  await client.send("x".repeat(300_000));
  assertEquals(await client.next(), OVER);
  await server.stdout.until(/ ERROR .*did not take \d+ bytes from the client/);
  await untilGone(pid);
});

testEach("stdws leaves alone a program that ends in time, or has no timeout", async (form) => {
  await using server = await TestServer.start([
    "--timeout=1h",
    "--route=/never=process?timeout=0 sh -c 'sleep 0.4; echo late'",
    "--route=/forever=process?timeout=forever sh -c 'sleep 0.4; echo late'",
    "--",
    "sh",
    "-c",
    "sleep 0.4; echo late",
  ], { form });
  for (const target of ["/never", "/forever", "/"]) {
    using client = await RawClient.open(server.url, { target });
    assertEquals(await client.text(), "late");
    assertEquals(await client.next(), { kind: "close", code: 1000, reason: "" });
  }
});

testEach(
  "stdws starts a shared process again whose time was up, where its route says so",
  async (form) => {
    const route =
      "--route=/=shared?timeout=1000&restart=on-failure sh -c 'echo $$; exec sleep 600'";
    await using server = await TestServer.start([route], { form });
    using client = await RawClient.open(server.url);
    const [first, second] = [await client.text(), await client.text()];
    assertMatch(`${first} ${second}`, /^(\d+) (?!\1$)\d+$/);
    await server.stdout.until(
      new RegExp(`Process ${first} has ended \\(The program may run no longer.*started again`),
    );
  },
);

testEach("stdws answers 504 where the time of a CGI script is up", async (form) => {
  const script = "exec sleep 600";
  await serving(form, { script }, async ({ url, stdout }) => {
    using client = await HttpClient.connect(url);
    await client.send("GET /script");
    assertEquals((await client.head()).status, 504);
    await untilGone(await pidOf(stdout));
    assertEquals(stdout.all.filter((line) => / ERROR /.test(line)).length, 1);
  }, ["--timeout=1s"]);
});

testEach("stdws breaks off the answer of a CGI script whose time is up", async (form) => {
  const script = `${PLAIN}; echo body; exec sleep 600`;
  await serving(form, { script }, async ({ url, stdout }) => {
    using client = await HttpClient.connect(url);
    await client.send("GET /script");
    assertEquals((await client.head()).status, 200);
    assertEquals(await client.until("\n"), "body\n");
    assertEquals(await client.part(), undefined);
    await stdout.until(/ ERROR .*The program may run no longer than 1 s$/);
  }, ["--timeout=1s"]);
});

Deno.test("stdws refuses a timeout that is none", async () => {
  for (const value of ["soon", "-1", "25d"]) {
    const { code, stderr } = await runToEnd(["--port=0", `--timeout=${value}`, "true"]);
    assertEquals(code, 2, value);
    assertMatch(stderr, new RegExp(`^stdws: Invalid value "${value}" for --timeout: expected `));
  }
});
