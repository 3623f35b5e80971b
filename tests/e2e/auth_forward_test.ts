import { assertEquals, assertMatch } from "@std/assert";
import { DecidingServer } from "../support/deciding_server.ts";
import { Nginx } from "../support/nginx.ts";
import { Scripts } from "../support/scripts.ts";
import { type Form, runToEnd, testEach, TestServer } from "../support/server.ts";
import { cgiAnswer, wsAnswer } from "./auth_clients.ts";

const SHOW =
  'echo "$REMOTE_USER|$AUTH_TYPE|$HTTP_REMOTE_USER|$HTTP_X_FORWARDED_USER|$HTTP_X_EMAIL|$HTTP_COOKIE"';

/** Lets in who has a session, by a cookie or a token; what it says of it has to be what stdws takes up. */
function decide({ headers }: Request): Response {
  const who = headers.get("cookie") ?? headers.get("authorization");
  if (who === "session=jane" || who === "Bearer jane-token") {
    return new Response("ignored", { headers: { "Remote-User": "jane", "X-Email": "jane@a" } });
  }
  if (who === "session=anybody") return new Response();
  if (who === "session=banned") return new Response("You are banned", { status: 403 });
  if (who === "session=broken") return new Response("broken", { status: 500 });
  if (who === "session=old") {
    return new Response(null, {
      status: 302,
      headers: { Location: "https://login.example/", "Set-Cookie": "session=" },
    });
  }
  return new Response("Who?", { status: 401, headers: { "WWW-Authenticate": "Own" } });
}

async function start(form: Form, files: Scripts, url: string): Promise<TestServer> {
  const auth = `auth=forward:${url};headers=X-Email`;
  return await TestServer.start([
    `--route=/ws=process?${auth} ${files.folder}/show`,
    `--route=/cgi/*=cgi?${auth} ${files.folder}/cgi`,
  ], { form });
}

const WHO = `export default {
  respond({ user, headers }) {
    const names = ["remote-user", "x-forwarded-user", "x-email"];
    return new Response([user, ...names.map((name) => String(headers.get(name)))].join("|"));
  },
};`;

function scripts(): Promise<Scripts> {
  return Scripts.write({ show: SHOW, "cgi/show": `echo Content-Type: text/plain; echo; ${SHOW}` });
}

testEach("forward: lets in who the other server knows, and refuses as it says", async (form) => {
  await using files = await scripts();
  await using decider = new DecidingServer(decide);
  await using server = await start(form, files, decider.url);
  const cookie = (session: string) => ({ Cookie: `session=${session}` });
  const rows: readonly (readonly [
    headers: Record<string, string>,
    status: number,
    text: string | undefined,
    header?: readonly [name: string, value: string],
    upgrades?: number,
  ])[] = [
    [cookie("jane"), 200, "jane||jane||jane@a|session=jane"],
    [{ Authorization: "Bearer jane-token" }, 200, "jane|Bearer|jane||jane@a|"],
    [cookie("anybody"), 200, "|||||session=anybody"],
    [{}, 401, "Who?", ["www-authenticate", "Own"]],
    [cookie("banned"), 403, "You are banned"],
    [cookie("broken"), 503, "503 Service Unavailable"],
    [cookie("old"), 302, "", ["location", "https://login.example/"], 401],
    // Nothing that a client says of itself is heard.
    [
      { ...cookie("anybody"), "Remote-User": "root", "X-Forwarded-User": "root", "X-Email": "r" },
      200,
      "|||||session=anybody",
    ],
    [
      { ...cookie("anybody"), Remote_User: "root", X_FORWARDED_USER: "root", x_email: "r" },
      200,
      "|||||session=anybody",
    ],
    [{ "X-Forwarded-User": "jane", "Remote-User": "jane" }, 401, "Who?"],
  ];
  for (const [headers, status, text, header, upgrades = status] of rows) {
    const of = [await wsAnswer(server, headers), await cgiAnswer(server, headers)] as const;
    for (const [index, answer] of of.entries()) {
      const expected = index === 0 ? upgrades : status;
      assertEquals([headers, answer.status], [headers, expected]);
      if (text !== undefined) assertEquals([headers, answer.text.trimEnd()], [headers, text]);
      if (header && expected === status) assertEquals(answer.headers.get(header[0]), header[1]);
    }
  }
  await server.stop();
  const told = server.stdout.all.filter((line) => /ERROR .*Cannot ask/.test(line));
  assertEquals(told.length, 1);
  assertMatch(
    server.stdout.all.join("\n"),
    /ERROR .*Cannot ask "http:.*\/verify" who may come in: the answer is 500\n/,
  );
});

testEach("forward: tells the other server what is asked for", async (form) => {
  await using files = await scripts();
  await using decider = new DecidingServer(decide);
  await using server = await start(form, files, `${decider.url}?from=stdws`);
  const host = new URL(server.url).host;
  const headers = {
    "X-Forwarded-For": "6.6.6.6",
    "X-Forwarded-Uri": "/other",
    "Sec-WebSocket-Protocol": "bearer, jane-token",
  };
  assertEquals((await wsAnswer(server, headers, "?a=%20b")).status, 200);
  const told = Object.entries(decider.headers).filter(([name]) => {
    return /^(?:x-|authorization|sec-|upgrade|connection)/.test(name);
  });
  assertEquals(Object.fromEntries(told), {
    authorization: "Bearer jane-token",
    "x-forwarded-for": "127.0.0.1",
    "x-forwarded-host": host,
    "x-forwarded-method": "GET",
    "x-forwarded-proto": "http",
    "x-forwarded-uri": "/ws?a=%20b",
    "x-original-method": "GET",
    "x-original-uri": "/ws?a=%20b",
    "x-original-url": `http://${host}/ws?a=%20b`,
  });
});

testEach("forward: shows a module what the other server says, and not the client", async (form) => {
  await using files = await Scripts.write({});
  await Deno.writeTextFile(`${files.folder}/who.js`, WHO);
  await using decider = new DecidingServer(decide);
  const auth = `auth=forward:${decider.url};headers=X-Email`;
  await using server = await TestServer.start([
    `--route=/who=module?${auth} ${files.folder}/who.js`,
  ], { form });
  const forged = { "Remote-User": "root", "X-Forwarded-User": "root", "X-Email": "root@a" };
  const rows = [["jane", "jane|jane|null|jane@a"], ["anybody", "|null|null|null"]] as const;
  for (const [session, seen] of rows) {
    const headers = { ...forged, Cookie: `session=${session}` };
    const response = await fetch(`${server.url.replace(/^ws/, "http")}who`, { headers });
    assertEquals(await response.text(), seen);
  }
});

testEach(
  "forward: answers 503 where the other server is away, and goes on when it is back",
  async (form) => {
    await using files = await scripts();
    let answer = () => new Response(null, { status: 502 });
    await using decider = new DecidingServer(() => answer());
    await using server = await start(form, files, decider.url);
    for (let n = 0; n < 3; n++) {
      assertEquals((await wsAnswer(server, {})).status, 503);
      assertEquals((await cgiAnswer(server, {})).status, 503);
    }
    answer = () => new Response();
    assertEquals((await wsAnswer(server, {})).status, 200);
    answer = () => Response.redirect("http://127.0.0.1:1/", 302);
    assertEquals((await cgiAnswer(server, {})).status, 302);
  },
);

testEach(
  "forward: does not start with a password in the address, and does not repeat it",
  async (form) => {
    for (const kind of ["forward", "jwt"]) {
      const args = ["--echo", `--auth=${kind}:https://user:s3cret@login.example/`, "--check"];
      const { code, stdout, stderr } = await runToEnd(args, { form });
      assertEquals([code, (stdout + stderr).includes("s3cret")], [1, false]);
      assertMatch(stderr, /Invalid address: a user or password is not to stand in it/);
    }
  },
);

testEach("forward: asks and decides as nginx does by auth_request", async (form) => {
  await using files = await scripts();
  await using decider = new DecidingServer(decide);
  await using server = await start(form, files, decider.url);
  await using open = await TestServer.start([`--cgidir=${files.folder}`], { form });
  await using nginx = await Nginx.start(
    { "/": open.url.replace(/^ws(.*)\/$/, "http$1") },
    `auth_request /verify;
    location = /verify {
      internal;
      auth_request off;
      proxy_pass "${decider.url}";
      proxy_pass_request_body off;
      proxy_set_header Content-Length "";
      proxy_set_header X-Original-URI $request_uri;
    }`,
  );
  const http = server.url.replace(/^ws/, "http");
  const askBoth = async (headers: Record<string, string>) => {
    const found = [];
    for (const base of [http, `http://127.0.0.1:${nginx.port}/`]) {
      const response = await fetch(`${base}cgi/show?a=%20b`, { headers, redirect: "manual" });
      await response.body?.cancel();
      const { cookie, authorization, "x-own": own, "x-original-uri": uri } = decider.headers;
      found.push({
        status: response.status,
        challenge: response.headers.get("www-authenticate"),
        asked: [decider.method, cookie, authorization, own, uri],
      });
    }
    return found;
  };
  const rows: readonly (readonly [headers: Record<string, string>, status: number])[] = [
    [{ Cookie: "session=jane" }, 200],
    [{ Authorization: "Bearer jane-token", "X-Own": "1" }, 200],
    [{ "X-Original-URI": "/other" }, 401],
    [{ Cookie: "session=banned" }, 403],
  ];
  for (const [headers, status] of rows) {
    const [ours, its] = await askBoth(headers);
    assertEquals(ours?.status, status);
    assertEquals(ours, its);
  }
}, ["nginx"]);
