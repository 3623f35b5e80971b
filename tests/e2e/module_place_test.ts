import { assertEquals, assertMatch } from "@std/assert";
import { HttpClient } from "../support/http_client.ts";
import { RawClient } from "../support/client.ts";
import { TestServer } from "../support/server.ts";
import { Tree } from "../support/tree.ts";

// Of types nothing is left when it runs: lines and columns are those of the source all the same.
const MODULE = `import { deep } from "./_deep.ts";
interface Client { send(text: string): void }
type Asked = {
  query: string;
};
export default {
  open(client: Client, request: Asked) {
    if (request.query === "open") deep("open");
    return {
      async message(data: string): Promise<void> {
        if (data === "timer") setTimeout(() => deep(data));
        else if (data === "promise") void Promise.reject(new TypeError("oh no, promise"));
        else if (data === "late") deep(await Promise.resolve(data));
        else deep(data);
      },
      close: () => request.query === "close" && deep("close"),
    };
  },
  respond: (): Response => deep("respond"),
};
`;
const DEEP = `interface Unused { a: string }

export function deep(what: string): never {
  throw new Error("oh no,\\n" + what);
}
`;

/** How it fails, and what the log says then in front of the place. */
const FAILURES: [how: string, logged: string, query?: string][] = [
  ["open", "The handler failed: oh no,\\nopen", "open"],
  ["message", "The handler failed: oh no,\\nmessage"],
  ["late", "The handler failed: oh no,\\nlate"],
  ["close", "The handler failed: oh no,\\nclose", "close"],
  ["timer", "Uncaught: oh no,\\ntimer"],
];

for (const form of ["deno run", "node"] as const) {
  Deno.test(`stdws says where a module has thrown later, and at debug how it came there [${form}]`, async () => {
    await using tree = await Tree.make({ "h/a.ts": MODULE, "h/_deep.ts": DEEP });
    const args = ["--handlers=h", "--loglevel=debug"];
    const cwd = tree.root;
    await using server = await TestServer.start(args, { form, cwd });
    const { status } = await HttpClient.ask(server.url, "GET /a");
    assertEquals(status, 500);
    await expectPlace(server, "The handler failed: oh no,\\nrespond", "h/_deep.ts:4:9");
    for (const [how, logged, query = ""] of FAILURES) {
      using client = await RawClient.open(server.url, { target: `/a?${query}` });
      if (how === query) await client.close(1000, "").catch(() => {});
      else await client.send(how);
      await expectPlace(server, logged, "h/_deep.ts:4:9");
    }
    using client = await RawClient.open(server.url, { target: "/a" });
    await client.send("promise");
    await expectPlace(server, "Unhandled: oh no, promise", "h/a.ts:12:");
  });
}

async function expectPlace(server: TestServer, logged: string, place: string): Promise<void> {
  const line = await server.stdout.until(plain(` | ${logged} (${place}`));
  assertMatch(line, / \| ERROR {2}\| (session|server) +\| /);
  // Of more than one function there is all the way.
  const [what = ""] = logged.split(": ");
  const stack = await server.stdout.until(new RegExp(` \\| ${what}: at .*${plain(place).source}`));
  assertMatch(stack, / \| DEBUG {2}\| (session|server) +\| .*h\/a\.ts:\d+:\d+/);
}

function plain(text: string): RegExp {
  return new RegExp(RegExp.escape(text));
}

Deno.test("stdws says at other levels no more than the place", async () => {
  await using tree = await Tree.make({ "h/a.ts": MODULE, "h/_deep.ts": DEEP });
  await using server = await TestServer.start(["--handlers=h"], { cwd: tree.root });
  for (const query of ["first", "last"]) await HttpClient.ask(server.url, `GET /a?${query}`);
  const last = await server.stdout.until(/a\?last' .*oh no/);
  assertEquals(server.stdout.all.filter((line) => line.includes(": at ")), []);
  assertMatch(last, /\(h\/_deep\.ts:4:9\)$/);
});
