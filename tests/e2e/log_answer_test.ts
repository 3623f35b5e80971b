import { assert, assertEquals } from "@std/assert";
import { HttpClient } from "../support/http_client.ts";
import { Scripts } from "../support/scripts.ts";
import { type Form, testEach, TestServer } from "../support/server.ts";
import { PLAIN } from "./serving.ts";

/** What the next JSON line tells of the end of an answer, but for what differs each time. */
async function answered({ stdout }: TestServer): Promise<Record<string, unknown>> {
  const line = await stdout.after(stdout.all.length, /"ANSWERED"/);
  const { time: _, id, durationMs, url, ...facts } = JSON.parse(line);
  assert(Number.isInteger(durationMs) && durationMs >= 0, line);
  assert(typeof id === "string" && url.startsWith("http://example.com/"), line);
  return facts;
}

/** Serves the scripts of a table and a file, with the log in JSON. */
async function logging(
  form: Form,
  test: (server: TestServer) => Promise<void>,
): Promise<void> {
  await using pages = await Scripts.write({ "file.txt": "#!0123456789\n" });
  await using scripts = await Scripts.write({
    lengthy: `echo 'Content-Length: 5'; ${PLAIN}; printf hello`,
    streaming: `${PLAIN}; printf hello`,
    broken: `echo 'Content-Length: 9'; ${PLAIN}; printf hello`,
    failing: `echo 'Status: 418'; echo 'Content-Length: 3'; ${PLAIN}; printf tea`,
    endless: `${PLAIN}; echo body; exec sleep 600`,
  });
  const args = ["--log-format=json", `--staticdir=${pages.folder}`, `--cgidir=${scripts.folder}`];
  await using server = await TestServer.start(args, { form });
  await test(server);
}

const ANSWERED = {
  level: "access",
  category: "http",
  message: "ANSWERED",
  remote: "127.0.0.1",
  method: "GET",
  route: "*",
  clean: true,
};
const CASES: readonly (readonly [request: string, facts: Record<string, unknown>])[] = [
  ["GET /file.txt", { status: "200", bytesOut: 13 }],
  ["HEAD /file.txt", { method: "HEAD", status: "200", bytesOut: 0 }],
  ["GET /file.txt\nRange: bytes=0-2", { status: "206", bytesOut: 3 }],
  ["GET /lengthy", { status: "200", bytesOut: 5 }],
  ["GET /streaming", { status: "200", bytesOut: 5 }],
  ["GET /broken", { status: "200", bytesOut: 5, clean: false }],
  ["GET /failing", { status: "418", bytesOut: 3 }],
  ["GET /nothing", { route: undefined, status: "404", bytesOut: 14 }],
];
testEach("stdws --log-format=json tells how a request was answered", (form, context) => {
  return logging(form, async (server) => {
    for (const [request, facts] of CASES) {
      await context.step(JSON.stringify(request), async () => {
        const told = answered(server);
        // One that breaks off at once may have no head.
        await HttpClient.ask(server.url, request).catch(() => {});
        // What is undefined is not in JSON.
        assertEquals(await told, JSON.parse(JSON.stringify({ ...ANSWERED, ...facts })));
      });
    }
  });
});

testEach("stdws --log-format=json tells of an answer that its client did not wait for", (form) => {
  return logging(form, async (server) => {
    const client = await HttpClient.connect(server.url);
    await client.send("GET /endless");
    await client.head();
    await client.until("body\n");
    const told = answered(server);
    client[Symbol.dispose]();
    const facts = { status: "200", clean: false, bytesOut: 5 };
    assertEquals(await told, { ...ANSWERED, ...facts });
  });
});

testEach("stdws logs an answer as text with no line but websocketd's", (form) => {
  return logging(form, async () => {
    await using pages = await Scripts.write({ "file.txt": "#!0123456789\n" });
    await using server = await TestServer.start([`--staticdir=${pages.folder}`], { form });
    await HttpClient.ask(server.url, "GET /file.txt");
    await server.stop();
    const lines = server.stdout.all.filter((line) => line.includes("/file.txt"));
    assertEquals(lines.map((line) => line.split(" | ").at(-1)), ["STATIC"]);
  });
});
