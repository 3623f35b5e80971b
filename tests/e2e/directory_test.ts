import { assertEquals, assertMatch } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { type Form, testEach, TestServer } from "../support/server.ts";

const PROGRAM = `#!/bin/sh
echo "$0"
echo "$SCRIPT_NAME"
echo "$PATH_INFO"
echo "$PATH_TRANSLATED"
`;

/** Serves a folder that has programs, links, and things outside that no path may reach. */
async function serving(
  form: Form,
  test: (server: TestServer, folder: string) => Promise<void>,
): Promise<void> {
  const base = await Deno.realPath(await Deno.makeTempDir());
  try {
    const folder = `${base}/served`;
    for (const name of ["served/sub/deep", "served/.hidden", "outside"]) {
      await Deno.mkdir(`${base}/${name}`, { recursive: true });
    }
    const programs = ["greet", "with space", "ünï", "sub/prog", "sub/deep/prog", "per%cent"];
    for (const program of programs.map((name) => `served/${name}`).concat("secret", "outside/x")) {
      await Deno.writeTextFile(`${base}/${program}`, PROGRAM, { mode: 0o755 });
    }
    // A folder whose name begins like that of the one that is served.
    await Deno.mkdir(`${base}/served-not`);
    await Deno.writeTextFile(`${base}/served-not/x`, PROGRAM, { mode: 0o755 });
    await Deno.symlink(`${folder}/sub/prog`, `${folder}/link-in`);
    await Deno.symlink("sub", `${folder}/folder-in`);
    await Deno.symlink(`${base}/secret`, `${folder}/link-out`);
    await Deno.symlink("../secret", `${folder}/link-up`);
    await Deno.symlink("../outside", `${folder}/folder-out`);
    await Deno.symlink("../served-not", `${folder}/folder-beside`);
    await Deno.symlink("nowhere", `${folder}/link-broken`);
    await Deno.symlink("link-loop", `${folder}/link-loop`);
    await Deno.symlink("/dev/null", `${folder}/device`);
    await using server = await TestServer.start([`--dir=${folder}`], { form });
    await test(server, folder);
  } finally {
    await Deno.remove(base, { recursive: true });
  }
}

const FOUND: [target: string, script: string, info: string, translated?: string][] = [
  ["/greet", "/greet", ""],
  ["/greet?sub/prog", "/greet", ""],
  ["/greet/", "/greet", "/"],
  ["/greet/a/b", "/greet", "/a/b"],
  ["/greet/a%20b//c%2Fd/", "/greet", "/a b//c/d/"],
  ["/greet/a/../b/./c", "/greet", "/b/c", "/greet/a/../b/./c"],
  ["/greet/../sub/prog/x", "/sub/prog", "/x", "/greet/../sub/prog/x"],
  ["/sub/../greet", "/greet", "", "/sub/../greet"],
  ["/sub/%2E%2e/greet", "/greet", "", "/sub/../greet"],
  ["/sub%2F..%2Fgreet", "/greet", "", "/sub/../greet"],
  ["/sub/prog", "/sub/prog", ""],
  ["/sub%2Fprog", "/sub/prog", ""],
  ["/sub/prog/x", "/sub/prog", "/x"],
  ["/sub/deep/prog/x/y?z", "/sub/deep/prog", "/x/y"],
  ["/with%20space/x", "/with space", "/x"],
  ["/%C3%BCn%C3%AF/%C3%BC", "/ünï", "/ü"],
  ["/per%25cent/%2541", "/per%cent", "/%41"],
  ["/link-in/x", "/link-in", "/x"],
  ["/folder-in/prog/x", "/folder-in/prog", "/x"],
];
testEach("stdws --dir runs the first file of the path and tells it the rest", async (form) => {
  await serving(form, async (server, folder) => {
    for (const [target, script, info, translated = script + info] of FOUND) {
      using client = await RawClient.open(server.url, { target });
      const { texts, closed } = await client.rest();
      assertEquals(texts, [`${folder}${script}`, script, info, translated], target);
      assertEquals(closed, "1000");
    }
  });
});

const MISSING = [
  "/",
  "",
  "/nothing",
  "/nothing/greet",
  "/Greet",
  "/greet%20",
  "/sub",
  "/sub/",
  "/sub/deep",
  "/sub/nothing",
  "/.hidden",
  "/link-out",
  "/link-up",
  "/folder-out/x",
  "/folder-beside/x",
  "/link-broken",
  "/link-loop",
  "/device",
  "/../secret",
  "/../served/greet",
  "/sub/../../secret",
  "/sub/../../served/greet",
  "/greet/../../secret",
  "/greet/%2e%2e/x",
  "/greet/..",
  "/sub/../../outside/x",
  "/..%2Fsecret",
  "/%2e%2e/secret",
  "/%2E%2E%2Fsecret",
  "/sub%2F..%2F..%2Fsecret",
  "/..%5Csecret",
  "/.../secret",
  "/%252e%252e/secret",
];
testEach("stdws --dir answers 404 where no file below it is named", async (form) => {
  await serving(form, async (server, folder) => {
    for (const target of MISSING.concat(`/${folder}/greet`, `/%2F${folder.slice(1)}/../secret`)) {
      const url = new URL(server.url);
      using client = await RawClient.request(server.url, {
        target: target || `http://${url.host}`,
      });
      assertEquals(client.answer.status, 404, target);
    }
    await server.stdout.until(/ \| ACCESS \| session {4}\| url:'\S+\/nothing' .* \| NOT FOUND/);
  });
});

testEach("stdws --dir answers 400 to a path that no file can have", async (form) => {
  await serving(form, async (server) => {
    for (const target of ["/greet%00", "/%00/greet", "/sub/%00../prog", "/%", "/greet/%zz"]) {
      using client = await RawClient.request(server.url, { target });
      assertEquals(client.answer.status, 400, target);
    }
  });
});

testEach("stdws --dir finds a program that was put there later", async (form) => {
  await serving(form, async (server, folder) => {
    const target = "/sub/later";
    using before = await RawClient.request(server.url, { target });
    assertEquals(before.answer.status, 404);
    await Deno.writeTextFile(`${folder}/sub/later`, PROGRAM, { mode: 0o755 });
    using after = await RawClient.open(server.url, { target });
    assertEquals((await after.rest()).texts[1], target);
    await Deno.remove(`${folder}/sub/later`);
    using gone = await RawClient.request(server.url, { target });
    assertEquals(gone.answer.status, 404);
  });
});

testEach("stdws --dir works with a relative folder and with one behind a link", async (form) => {
  const base = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${base}/real`);
    await Deno.symlink("real", `${base}/link`);
    await Deno.writeTextFile(`${base}/real/greet`, PROGRAM, { mode: 0o755 });
    for (const dir of ["real", "./link", "link/", "."]) {
      await using server = await TestServer.start([`--dir=${dir}`], { form, cwd: base });
      const target = dir === "." ? "/real/greet" : "/greet";
      using client = await RawClient.open(server.url, { target });
      assertEquals((await client.rest()).texts.slice(1), [target, "", target], dir);
      assertMatch(await server.stdout.until(/Serving from directory {6}: \S/), /: \/\S+$/);
    }
  } finally {
    await Deno.remove(base, { recursive: true });
  }
});
