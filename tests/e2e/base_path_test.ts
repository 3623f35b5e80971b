import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Browser } from "../support/browser.ts";
import { ConsolePage } from "./console/console_page.ts";
import { RawClient } from "../support/client.ts";
import { HttpClient } from "../support/http_client.ts";
import { Scripts } from "../support/scripts.ts";
import { testBoth, testEach, TestServer } from "../support/server.ts";
import { Wire } from "../support/wire.ts";
import { PLAIN } from "./serving.ts";
import { variablesOf } from "./variables.ts";

testEach("stdws --base-path takes a prefix off what routes and programs see", async (form) => {
  const args = ["--base-path=/app/", "--route=/echo/:name=echo", "env"];
  await using server = await TestServer.start(args, { form });
  assertMatch(server.url, /\/app\/$/);
  const found = await variablesOf(server, { target: "/app/a%20b?c" });
  const { SCRIPT_NAME, PATH_INFO, PATH_TRANSLATED, REQUEST_URI, QUERY_STRING } = found;
  assertEquals([SCRIPT_NAME, PATH_INFO, PATH_TRANSLATED], ["/app", "/a b", "/a b"]);
  assertEquals([REQUEST_URI, QUERY_STRING], ["/app/a%20b?c", "c"]);
  await server.stdout.until(/ url:'http:\/\/127\.0\.0\.1:\d+\/app\/a%20b\?c' .* CONNECT$/);
  for (const target of ["/app", "/app?c"]) {
    const { PATH_INFO } = await variablesOf(server, { target });
    assertEquals(PATH_INFO, "/");
  }
  using echo = await RawClient.open(`${server.url}echo/x`);
  await echo.send("hi");
  assertEquals(await echo.text(), "hi");
});

const OUTSIDE = [
  "/",
  "/echo",
  "/ap",
  "/apps/echo",
  "/App/echo",
  "/%61pp/echo",
  "/app%2fecho",
  "//app/echo",
  "/app/../echo",
  "/app/..%2fecho",
  "/app/%2e%2e/app/echo",
  "/app/..\\echo",
  "/app//../echo",
];
testEach("stdws --base-path answers 404 to what is not below it", async (form) => {
  await using server = await TestServer.start(["--base-path=/app", "--echo"], { form });
  for (const target of OUTSIDE) {
    using client = await RawClient.request(server.url, { target });
    assertEquals(client.answer.status, 404, target);
    using wire = await Wire.connect(server);
    await wire.write(`GET ${target} HTTP/1.1\r\nHost: h\r\n\r\n`);
    assertMatch(await wire.until(/\r\n/), /^HTTP\/1\.1 404 /, target);
  }
  await server.stdout.until(
    / url:'http:\/\/h\/apps\/echo' .* status:'404' .* is not below the base/,
  );
  // The rest of the same connection is looked at as well.
  using wire = await Wire.connect(server);
  await wire.write("GET /app/ HTTP/1.1\r\nHost: h\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n");
  assertMatch(await wire.until(/426 Upgrade Required: .*\n/), /^HTTP\/1\.1 426 /);
  assertMatch(await wire.until(/\r\n/), /^HTTP\/1\.1 404 /);
});

testEach("stdws --base-path has scripts, files and redirects below it", async (form) => {
  await using scripts = await Scripts.write({
    "vars": `${PLAIN}; echo "$SCRIPT_NAME $PATH_INFO $REQUEST_URI"`,
  });
  const files = await Deno.makeTempDir();
  await Deno.mkdir(`${files}/folder`);
  await Deno.writeTextFile(`${files}/folder/index.html`, "a page");
  const args = ["--base-path=/app", `--cgidir=${scripts.folder}`, `--staticdir=${files}`];
  await using server = await TestServer.start(args, { form });
  const ask = (path: string) => HttpClient.ask(server.url, `GET ${path}\n\n`);
  assertEquals((await ask("/app/vars/a%20b?c")).body, "/app/vars /a b /app/vars/a%20b?c\n");
  assertEquals((await ask("/app/folder/")).body, "a page");
  const redirects: [path: string, status: number, location: string][] = [
    ["/app", 308, "./app/"],
    ["/app?a=b", 308, "./app/?a=b"],
    ["/app/folder", 301, "./folder/"],
  ];
  for (const [path, status, location] of redirects) {
    const { status: found, headers } = await ask(path);
    assertEquals([found, headers.get("location")], [status, location]);
  }
  await Deno.remove(files, { recursive: true });
});

testBoth("stdws --base-path has a console that finds the endpoint below it", async (form) => {
  for (const console of ["--devconsole", "--devconsole=/_console"]) {
    const args = ["--base-path=/app", console, "--echo"];
    await using server = await TestServer.start(args, { form });
    const line = await server.stdout.until(/Developer console enabled/);
    const path = console.includes("=") ? "/app/_console" : "/app/";
    assertStringIncludes(line, `${server.port}${path}`);
    await using browser = await Browser.launch();
    const page = await ConsolePage.open(browser, `ws://127.0.0.1:${server.port}${path}`);
    assertEquals(await page.shown("target"), server.url);
    await page.connect();
    await server.stdout.until(/ url:'http:\/\/127\.0\.0\.1:\d+\/app\/' .* CONNECT$/);
  }
}, ["chromium"]);
