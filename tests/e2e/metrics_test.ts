import { assert, assertEquals } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { HttpClient } from "../support/http_client.ts";
import { needingRegistry } from "../support/registry.ts";
import { testEach } from "../support/server.ts";
import { AdminServer } from "./admin_server.ts";

const ROUTES = [
  "--route=/echo/:name=echo",
  "--route=/run=process sh -c 'while read -r line; do echo \"$line\"; done; exit 3'",
  "--route=/kill=process sh -c 'kill -KILL $$'",
  "--route=/one=process?maxforks=1 cat",
  "--route=/shared=shared?history=0 cat",
  "--origin=https://a.example",
  // However long they take to hear of the end of their input, programs need no signal.
  "--closems=60000",
];
const headers = { Origin: "https://a.example" };

/** Traffic of which every message is known. */
async function traffic(url: string): Promise<void> {
  for (const name of ["a", "b"]) {
    using client = await RawClient.open(`${url}echo/${name}`, { headers });
    for (const message of ["häh", new Uint8Array(200), ""]) {
      await client.send(message);
      await client.next();
    }
    await client.close(4321);
    await client.next();
  }
  {
    using client = await RawClient.open(`${url}run`, { headers });
    for (const line of ["one", "two"]) {
      await client.send(line);
      await client.text();
    }
    await client.close();
    await client.next();
  }
  {
    using client = await RawClient.open(`${url}kill`, { headers });
    await client.rest();
  }
  using first = await RawClient.open(`${url}one`, { headers });
  using _second = await RawClient.request(`${url}one`, { headers });
  using _foreign = await RawClient.request(`${url}echo/a`, { headers: { Origin: "https://b" } });
  using _nothing = await RawClient.request(`${url}nothing/at/all`, { headers });
  await HttpClient.ask(url, "GET /echo/c");
  await HttpClient.ask(url, "DELETE /echo/c");
  await HttpClient.ask(url, "GET /nothing");
  await first.close();
  await first.next();
  using one = await RawClient.open(`${url}shared`, { headers });
  using other = await RawClient.open(`${url}shared`, { headers });
  await one.send("to both");
  for (const client of [one, other]) {
    await client.text();
    await client.close();
    await client.next();
  }
}

/** What is counted of it. */
const COUNTED: [metric: string, value: number | undefined][] = [
  ['connections{route="/echo/:name"}', 0],
  ['handshakes_total{route="/echo/:name",status="101"}', 2],
  ['handshakes_total{route="/echo/:name",status="403"}', 1],
  ['connections_closed_total{route="/echo/:name",code="4xxx"}', 2],
  ['messages_total{route="/echo/:name",direction="in"}', 6],
  ['messages_total{route="/echo/:name",direction="out"}', 6],
  ['message_bytes_total{route="/echo/:name",direction="in"}', 408],
  ['message_bytes_total{route="/echo/:name",direction="out"}', 408],
  ['requests_total{route="/echo/:name",status="426"}', 1],
  ['requests_total{route="/echo/:name",status="405"}', 1],
  ['requests_total{route="none",status="404"}', 1],
  ['handshakes_total{route="none",status="404"}', 1],
  ['queued_bytes{route="/echo/:name"}', 0],
  ['processes{route="/echo/:name"}', 0],
  ['processes_started_total{route="/echo/:name"}', 0],
  ['messages_total{route="/run",direction="in"}', 2],
  ['messages_total{route="/run",direction="out"}', 2],
  // Without the newlines, which are no part of a message.
  ['message_bytes_total{route="/run",direction="in"}', 6],
  ['message_delay_seconds_count{route="/run"}', 2],
  ['processes_started_total{route="/run"}', 1],
  ['processes_ended_total{route="/run",status="other"}', 1],
  ['process_spawn_seconds_count{route="/run"}', 1],
  ['processes_signalled_total{route="/run",signal="SIGINT"}', undefined],
  ['processes_ended_total{route="/kill",status="SIGKILL"}', 1],
  ['connections_closed_total{route="/kill",code="4xxx"}', 1],
  ['handshakes_total{route="/one",status="429"}', 1],
  ['limited_total{route="/one",limit="maxforks"}', 1],
  ['processes_ended_total{route="/one",status="0"}', 1],
  ['handshakes_total{route="/shared",status="101"}', 2],
  ['messages_total{route="/shared",direction="in"}', 1],
  ['messages_total{route="/shared",direction="out"}', 2],
  ['processes_started_total{route="/shared"}', 1],
  ['message_delay_seconds_count{route="/shared"}', 1],
  ["tls_handshake_failures_total", 0],
  ["log_lines_dropped_total", 0],
  ["ready", 1],
];

testEach("/metrics counts all of a traffic that is known, and nothing twice", async (form) => {
  await using admin = await AdminServer.start(ROUTES, form);
  await traffic(admin.server.url);
  // Each connection is counted when it has ended, and each process when nothing is left of it.
  const ends = (all: Map<string, number>) =>
    [...all].filter(([name]) => /^stdws_(connections_closed|processes_ended)_total/.test(name))
      .reduce((sum, [, value]) => sum + value, 0);
  let metrics = await admin.metrics();
  while (ends(metrics) < 7 + 4) metrics = await admin.metrics();
  for (let look = 0; look < 2; look++) {
    const found = COUNTED.map(([name]) => [name, metrics.get(`stdws_${name}`)]);
    assertEquals(found, COUNTED);
    metrics = await admin.metrics();
  }
  for (const name of metrics.keys()) assert(!/echo\/[abc]|at\/all/.test(name), name);
});

testEach("/metrics tells of those who are there now", async (form) => {
  await using admin = await AdminServer.start(["--route=/cat=process cat"], form);
  using client = await RawClient.open(`${admin.server.url}cat`);
  await client.send("a");
  await client.text();
  const metrics = await admin.metrics();
  const now = ["connections", "processes"].map((it) => metrics.get(`stdws_${it}{route="/cat"}`));
  assertEquals(now, [1, 1]);
  assertEquals(metrics.get('stdws_messages_total{route="/cat",direction="out"}'), 1);
});

testEach("/metrics has labels for a hundred routes, and one for all others", async (form) => {
  const routes = Array.from({ length: 150 }, (_, i) => `--route=/r${i}=echo`);
  await using admin = await AdminServer.start(routes, form);
  for (const path of ["r0", "r120", "r149"]) {
    using _client = await RawClient.open(admin.server.url + path);
  }
  const metrics = await admin.metrics();
  const count = (route: string) =>
    metrics.get(`stdws_handshakes_total{route="${route}",status="101"}`);
  assertEquals(["/r0", "/r120", "other"].map(count), [1, undefined, 2]);
  const labels = [...metrics.keys()].filter((name) => name.startsWith("stdws_connections{"));
  // With that of what came to no route.
  assertEquals(labels.length, 102);
});

/** Reads the metrics as Prometheus' own client does, and prints what it has found, one sample a line. */
const PARSER = `
import sys
sys.path.insert(0, sys.argv[1])
from prometheus_client.parser import text_string_to_metric_families
for family in text_string_to_metric_families(sys.stdin.read()):
    assert family.documentation, family.name
    for sample in family.samples:
        print(family.type, sample.name, sorted(sample.labels.items()), float(sample.value))
`;

Deno.test({
  ...needingRegistry("/metrics is what Prometheus' own parser reads", "python3", "pip3"),
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      const run = async (program: string, args: string[], input = "") => {
        const child = new Deno.Command(program, {
          args,
          stdin: "piped",
          stdout: "piped",
          stderr: "piped",
        })
          .spawn();
        const writer = child.stdin.getWriter();
        await writer.write(new TextEncoder().encode(input));
        await writer.close();
        const { success, stdout, stderr } = await child.output();
        if (!success) throw new Error(`${program}: ${new TextDecoder().decode(stderr)}`);
        return new TextDecoder().decode(stdout);
      };
      await run("pip3", ["install", "--quiet", "--target", folder, "prometheus_client==0.22.1"]);
      // With what has to be escaped in a label.
      const routes = ["--route=/a\\:b/:c=echo", "--route=/cat=process cat"];
      await using admin = await AdminServer.start(routes, "node");
      using client = await RawClient.open(`${admin.server.url}cat`);
      await client.send("a");
      await client.text();
      const { text } = await admin.ask("/metrics");
      const samples = (await run("python3", ["-c", PARSER, folder], text)).trim().split("\n");
      const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
      assertEquals(samples.length, lines.length);
      const expected = [
        "gauge stdws_connections [('route', '/a\\\\:b/:c')] 0.0",
        "gauge stdws_connections [('route', '/cat')] 1.0",
        "counter stdws_messages_total [('direction', 'in'), ('route', '/cat')] 1.0",
        "histogram stdws_process_spawn_seconds_count [('route', '/cat')] 1.0",
        "histogram stdws_message_delay_seconds_bucket [('le', '+Inf'), ('route', '/cat')] 1.0",
      ];
      assertEquals(expected.filter((line) => !samples.includes(line)), []);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
