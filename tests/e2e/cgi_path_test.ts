import { assert, assertEquals, assertMatch } from "@std/assert";
import { HttpClient } from "../support/http_client.ts";
import { Scripts } from "../support/scripts.ts";
import { type Form, testEach, TestServer } from "../support/server.ts";

const SCRIPT =
  `echo 'Content-Type: text/plain'; echo; printf '%s|%s|%s' "$SCRIPT_NAME" "$PATH_INFO" \\
  "$PATH_TRANSLATED"`;

/** Serves a folder that has scripts, links, and things outside that no path may reach. */
async function serving(
  form: Form,
  test: (server: TestServer, folder: string) => Promise<void>,
): Promise<void> {
  await using scripts = await Scripts.write({
    "cgi/greet": SCRIPT,
    "cgi/sub/script": SCRIPT,
    "cgi/with space": SCRIPT,
    "cgi/ünï": SCRIPT,
    "cgi/per%cent": SCRIPT,
    "secret": SCRIPT,
    "cgi-not/script": SCRIPT,
  });
  const folder = `${scripts.folder}/cgi`;
  await scripts.add("cgi/source", "secret source", 0o644);
  await scripts.add("cgi/broken", "#!/nowhere/interpreter\nsecret source");
  await Deno.symlink("sub/script", `${folder}/link-in`);
  await Deno.symlink("../secret", `${folder}/link-out`);
  await Deno.symlink("../cgi-not", `${folder}/folder-beside`);
  await Deno.symlink("nowhere", `${folder}/link-broken`);
  await Deno.symlink("/dev/zero", `${folder}/device`);
  await using server = await TestServer.start([`--cgidir=${folder}`], { form });
  await test(server, folder);
}

const FOUND: [target: string, script: string, info: string, translated?: boolean][] = [
  ["/greet", "/greet", ""],
  ["/greet?a/b", "/greet", ""],
  ["/greet/", "/greet", "/"],
  ["/greet/a%20b//c%2Fd", "/greet", "/a b//c/d"],
  ["/greet/a/../b/./c", "/greet", "/b/c"],
  ["/greet/a/%2e.", "/greet", "/"],
  ["/greet/../sub/script/x", "/sub/script", "/x"],
  ["/sub/../greet", "/greet", ""],
  ["/sub/%2E%2e/greet/x", "/greet", "/x"],
  ["/sub%2F..%2Fgreet", "/greet", ""],
  ["/nothing/../greet", "/greet", ""],
  ["/./greet", "/greet", ""],
  ["/sub/script/x", "/sub/script", "/x"],
  ["/sub%2Fscript", "/sub/script", ""],
  ["/with%20space", "/with space", ""],
  ["/%C3%BCn%C3%AF/%C3%BC", "/ünï", "/ü"],
  ["/per%25cent/%2541", "/per%cent", "/%41"],
  ["/link-in/x", "/link-in", "/x"],
];
testEach("stdws --cgidir runs the first file of the path and tells it the rest", async (form) => {
  await serving(form, async ({ url }, folder) => {
    for (const [target, script, info, translated = info !== ""] of FOUND) {
      const { status, body } = await HttpClient.ask(url, `GET ${target}`);
      const bytes = Uint8Array.from(body, (char) => char.charCodeAt(0));
      const expected = `${script}|${info}|${translated ? folder + info : ""}`;
      assertEquals([status, new TextDecoder().decode(bytes)], [200, expected], target);
    }
  });
});

const MISSING = [
  "/",
  "/nothing",
  "/Greet",
  "/greet%20",
  "/sub",
  "/sub/",
  "/link-out",
  "/folder-beside/script",
  "/link-broken",
  "/device",
  "/../secret",
  "/../cgi/greet",
  "/sub/../../secret",
  "/sub/../../cgi/greet",
  "/sub/..",
  "/greet/..",
  "/greet/../../secret",
  "/greet/../../cgi/greet",
  "/greet/%2e%2e/secret",
  "/greet/..%2F..%2Fsecret",
  "/..%2Fsecret",
  "/%2e%2e/secret",
  "/%2E%2E%2Fsecret",
  "/sub%2F..%2F..%2Fsecret",
  "/%252e%252e/secret",
  "/..%5Csecret",
  "/..\\secret",
  "/.../secret",
  "//../secret",
];
testEach("stdws --cgidir answers 404 where no file below it is named", async (form) => {
  await serving(form, async ({ url }, folder) => {
    for (const target of MISSING.concat(`/${folder}/greet`, `/${folder}/../secret`)) {
      const { status, body } = await HttpClient.ask(url, `GET ${target}`);
      assertEquals([status, body], [404, "404 Not Found\n"], target);
    }
  });
});

testEach("stdws --cgidir answers 400 to a path that no file can have", async (form) => {
  await serving(form, async ({ url }) => {
    for (const target of ["/greet%00", "/%00/greet", "/sub/%00../secret", "/%", "/greet/%zz"]) {
      assertEquals((await HttpClient.ask(url, `GET ${target}`)).status, 400, target);
    }
  });
});

testEach("stdws --cgidir never sends the source of what it cannot run", async (form) => {
  await serving(form, async ({ url, stdout }, folder) => {
    const faults = { source: "it is not executable", broken: "its interpreter .* is missing" };
    for (const [name, fault] of Object.entries(faults)) {
      const { status, body } = await HttpClient.ask(url, `GET /${name}`);
      assertEquals([status, body], [500, "500 Internal Server Error\n"], name);
      const line = await stdout.until(new RegExp(`Cannot run "${folder}/${name}": ${fault}$`));
      assertMatch(line, / \| ERROR {2}\| process {4}\| /);
      assert(line.includes(`command:'${folder}/${name}'`));
    }
  });
});
