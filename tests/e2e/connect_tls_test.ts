import { assertEquals, assertMatch } from "@std/assert";
import { Certificates, sslOptions } from "../support/certificates.ts";
import { ClientProcess } from "../support/client_process.ts";
import { needing } from "../support/programs.ts";
import { testBoth, TestServer } from "../support/server.ts";

// An executable can have been made with an older Deno.
const TOO_OLD = /^stdws: .+ needs Deno 2\.8 or later, and this is Deno 2\.[0-7]\./;

testBoth("stdws --connect=wss:… verifies the certificate", async (form) => {
  await using certificates = await Certificates.make();
  const options = sslOptions(await certificates.server());
  await using server = await TestServer.start([...options, "--echo"], { form });
  const args = [`--connect=${server.url}`, "--quietms=100"];
  const refused = await ClientProcess.run("hello\n", args, { form });
  assertEquals([refused.code, refused.stdout], [3, ""]);
  assertMatch(refused.stderr, /^stdws: Cannot connect to wss:\/\/127\.0\.0\.1:\d+\/: \S.*$/);
  const env = { DENO_CERT: certificates.ca.cert };
  assertEquals(await ClientProcess.run("hello\n", args, { form, env }), {
    code: 0,
    stdout: "hello\n",
    stderr: "",
  });
}, ["openssl"]);

// An older Deno says too little of it to know.
Deno.test({
  ...needing("stdws --connect says which scheme is wanted where it is the other one", "openssl"),
  async fn() {
    await using certificates = await Certificates.make();
    const options = sslOptions(await certificates.server());
    await using secure = await TestServer.start([...options, "--echo"]);
    await using plain = await TestServer.start(["--echo"]);
    const urls: [url: string, why: string][] = [
      [secure.url.replace("wss:", "ws:"), "not HTTP, as that of a server which wants wss://"],
      [plain.url.replace("ws:", "wss:"), "not TLS, as that of a server which wants ws://"],
    ];
    for (const [url, why] of urls) {
      const stderr = `stdws: Cannot connect to ${url}: the answer is ${why}`;
      const found = await ClientProcess.run("", [`--connect=${url}`]);
      assertEquals(found, { code: 3, stdout: "", stderr });
    }
  },
});

testBoth("stdws --connect --ssl-insecure takes any certificate", async (form) => {
  await using certificates = await Certificates.make();
  const options = sslOptions(await certificates.server());
  await using server = await TestServer.start([...options, "--echo"], { form });
  for (const url of [server.url, server.url.replace("wss", "https")]) {
    const args = [`--connect=${url}`, "--ssl-insecure", "--quietms=100"];
    const found = await ClientProcess.run("hello\n", args, { form });
    if (found.code === 1) assertMatch(found.stderr, TOO_OLD);
    else assertEquals(found, { code: 0, stdout: "hello\n", stderr: "" });
  }
}, ["openssl"]);

testBoth("stdws --connect=ws+unix:… connects to a Unix socket", async (form) => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/socket`;
    const options = [`--unixsocket=${path}`, "--", "sh", "-c", "echo $PATH_INFO"];
    await using _server = await TestServer.startAt(options, { form });
    for (const [url, info] of [[`ws+unix:${path}`, "/"], [`ws+unix:${path}:/a/b`, "/a/b"]]) {
      const found = await ClientProcess.run("", [`--connect=${url}`], { form });
      if (found.code === 1) assertMatch(found.stderr, TOO_OLD);
      else assertEquals(found, { code: 0, stdout: `${info}\n`, stderr: "" });
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
