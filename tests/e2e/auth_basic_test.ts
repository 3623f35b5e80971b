import { assert, assertEquals, assertMatch } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { basicOf, Passwords } from "../support/passwords.ts";
import { runToEnd, testEach, TestServer } from "../support/server.ts";

const NEEDS = ["htpasswd"];
const SAYS = ["--", "sh", "-c", 'echo "$REMOTE_USER $AUTH_TYPE"; env | grep -c s3.ret'];

async function statusOf(server: TestServer, authorization?: string): Promise<number> {
  const headers = { Authorization: authorization, Upgrade: undefined };
  using client = await RawClient.request(server.url, { headers });
  return client.answer.status;
}

testEach("stdws lets in who has a name and a password that htpasswd has written", async (form) => {
  await using passwords = await Passwords.make({ ann: "s3cret" });
  await passwords.set("bob", "s3cret:ü", "-5");
  await passwords.set("eve", "s3cret", "-2");
  await using server = await TestServer.start([`--auth=basic:${passwords.path}`, ...SAYS], {
    form,
  });
  for (
    const [user, password] of [["ann", "s3cret"], ["bob", "s3cret:ü"], ["eve", "s3cret"]] as const
  ) {
    const headers = { Authorization: basicOf(user, password) };
    using client = await RawClient.open(server.url, { headers });
    assertEquals((await client.rest()).texts, [`${user} Basic`, "0"]);
  }
  const wrong = [
    basicOf("ann", "s3cret "),
    basicOf("ann", ""),
    basicOf("Ann", "s3cret"),
    basicOf("nobody", "s3cret"),
    basicOf("ann", "s3cret\u00a0"),
    "Bearer s3cret",
    "Digest username=ann",
    undefined,
  ];
  for (const authorization of wrong) {
    using client = await RawClient.request(server.url, {
      headers: { Authorization: authorization },
    });
    const { status, headers } = client.answer;
    const challenge = 'Basic realm="stdws", charset="UTF-8"';
    assertEquals([status, headers.get("www-authenticate")], [401, challenge], authorization);
  }
  for (
    const authorization of ["Basic", "Basic !", `Basic ${btoa("ann")}`, "Basic YQ==, Basic YQ=="]
  ) {
    assertEquals(await statusOf(server, authorization), 400, authorization);
  }
  await server.stop();
  const log = server.stdout.all.join("\n");
  assert(!/s3cret|nobody/.test(log), log);
}, NEEDS);

testEach("stdws takes up another password while it serves", async (form) => {
  await using passwords = await Passwords.make({ ann: "before" });
  const args = [`--auth=basic:${passwords.path}`, `--staticdir=${passwords.path}.none`, "--echo"];
  await Deno.mkdir(`${passwords.path}.none`);
  await using server = await TestServer.start(args, { form });
  assertEquals(await statusOf(server, basicOf("ann", "before")), 200);
  await passwords.set("ann", "after");
  await server.stdout.until(/Took up the changed file: /);
  assertEquals(await statusOf(server, basicOf("ann", "before")), 401);
  assertEquals(await statusOf(server, basicOf("ann", "after")), 200);
  await passwords.set("bob", "weak", "-m");
  assertMatch(
    await server.stdout.until(/stays in force/),
    /ERROR .*Cannot use the password of "bob" at \S+:2: it is hashed by MD5.*htpasswd -B \S+ bob/,
  );
  assertEquals(await statusOf(server, basicOf("ann", "after")), 200);
}, NEEDS);

testEach("stdws tries all that auth names, and asks for any of them", async (form) => {
  await using passwords = await Passwords.make({ ann: "s3cret" });
  const tokens = `${passwords.path}.tokens`;
  await Deno.writeTextFile(tokens, "robot:0123456789abcdef");
  const args = [`--auth=token:${tokens}`, `--auth=basic:${passwords.path}`, ...SAYS];
  await using server = await TestServer.start(args, { form });
  for (
    const [authorization, user] of [
      [basicOf("ann", "s3cret"), "ann Basic"],
      ["Bearer 0123456789abcdef", "robot Bearer"],
    ]
  ) {
    using client = await RawClient.open(server.url, { headers: { Authorization: authorization } });
    assertEquals((await client.rest()).texts[0], user);
  }
  using client = await RawClient.request(server.url);
  assertEquals(
    client.answer.headers.get("www-authenticate"),
    'Basic realm="stdws", charset="UTF-8", Bearer realm="stdws"',
  );
}, NEEDS);

testEach(
  "stdws answers curl, which sends a password only when it is asked for it",
  async (form) => {
    await using passwords = await Passwords.make({ ann: "s3cret" });
    await using server = await TestServer.start([
      `--auth=basic:${passwords.path}`,
      `--staticdir=${passwords.path.replace(/\/users$/, "")}`,
    ], { form });
    const url = `http://127.0.0.1:${server.port}/users`;
    for (const [user, status] of [["ann:s3cret", 200], ["ann:other", 401]] as const) {
      const args = ["-s", "--anyauth", "-u", user, "-o", "/dev/null", "-w", "%{http_code}", url];
      const { stdout } = await new Deno.Command("curl", { args }).output();
      assertEquals(new TextDecoder().decode(stdout), `${status}`);
    }
  },
  [...NEEDS, "curl"],
);

testEach(
  "stdws slows who sends wrong passwords, and nobody whose password is known",
  async (form) => {
    await using passwords = await Passwords.make({ ann: "s3cret" });
    const tokens = `${passwords.path}.tokens`;
    await Deno.writeTextFile(tokens, "0123456789abcdef");
    const args = [`--auth=token:${tokens}`, `--auth=basic:${passwords.path}`, "--echo"];
    await using server = await TestServer.start(args, { form });
    assertEquals(await statusOf(server, basicOf("ann", "s3cret")), 426);
    // Ten at once, and one more in each two seconds that these take.
    const start = performance.now();
    let count = 0;
    for (let isSlowed = false; !isSlowed;) {
      using client = await RawClient.request(server.url, {
        headers: { Authorization: `Bearer wrong-${count}` },
      });
      const { status, headers } = client.answer;
      isSlowed = status === 429;
      if (isSlowed) assertMatch(headers.get("retry-after") ?? "", /^[12]$/);
      else assertEquals([count++, status], [count - 1, 401]);
    }
    const most = 10 + Math.floor((performance.now() - start) / 2_000);
    assert(count >= 10 && count <= most, `${count} were wrong, and at most ${most} may be`);
    await server.stdout.until(/status:'429' .*Too many wrong passwords or tokens of one address/);
    assertEquals(await statusOf(server, basicOf("ann", "s3cret")), 426);
    assertEquals(await statusOf(server, "Bearer 0123456789abcdef"), 426);
    assertEquals(await statusOf(server), 401);
  },
  NEEDS,
);

Deno.test("stdws --check names the files of auth among its permissions", async () => {
  const path = await Deno.makeTempFile();
  await Deno.writeTextFile(path, "0123456789abcdef");
  const { stdout } = await runToEnd(["--port=0", `--auth=token:${path}`, "--echo", "--check"]);
  await Deno.remove(path);
  assertMatch(stdout, new RegExp(`\\* +echo +auth=token:${path}`));
  assertMatch(stdout, new RegExp(`--allow-read=${path}`));
});
