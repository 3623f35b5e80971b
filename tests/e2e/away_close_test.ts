import { assert, assertEquals } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { Folder } from "../support/folder.ts";
import { inTime } from "../support/in_time.ts";
import { RawSession } from "../support/raw_session.ts";
import { Redis } from "../support/redis.ts";
import { testEach, TestServer } from "../support/server.ts";

const CLOSED = "1013 The other servers cannot be reached";

/** A client that has come in, and is known to be served. */
interface Visitor extends Disposable {
  /** How it ends. */
  readonly closed: Promise<string>;
  /** Says something, and waits until it is told of it. */
  hears?(text: string): Promise<void>;
}

type Entering = (urls: readonly string[], path: string) => Promise<Visitor>[];

const MODULE = `export default {
  open(connection) {
    connection.join("of the module");
    return { message: (data) => void connection.publish("of the module", data) };
  },
};`;

const EVENTS = `while IFS= read -r line; do
  case $line in
    *'"type":"open"'*)
      id=\${line#*'"id":"'} id=\${id%%'"'*}
      echo '{"type":"join","id":"'"$id"'","room":"e"}'
      echo '{"type":"send","to":"'"$id"'","data":"in"}' ;;
  esac
done`;

/** Routes whose clients servers on a bus share, how these come in, and whether they end. */
const KINDS: Readonly<Record<string, { route: string; enter: Entering; stays?: boolean }>> = {
  "a room": { route: "broadcast", enter: sockets },
  "a room without a WebSocket": { route: "broadcast?http=true", enter: events },
  "a session in a room": { route: "broadcast?resume=60s", enter: sessions },
  "a room that a module joins": { route: "module {folder}/handler.js", enter: sockets },
  "a room that a program joins": {
    route: "shared?framing=events sh {folder}/events.sh",
    enter: listeners,
  },
  "a shared process": { route: "shared cat", enter: sockets },
  "a shared process without a WebSocket": { route: "shared?http=true cat", enter: events },
  "a session with a shared process": { route: "shared?resume=60s cat", enter: sessions },
  "a shared terminal": {
    route: `terminal?shared=true sh -c "echo in; exec cat"`,
    enter: listeners,
  },
  // What each has for itself is no half of anything.
  "a process of its own": { route: "process cat", enter: sockets, stays: true },
  "a room that goes on": { route: "broadcast?rooms=r&away=local", enter: sockets, stays: true },
  "a shared process that is waited for": {
    route: "shared?away=local cat",
    enter: sockets,
    stays: true,
  },
};

testEach(
  "--away=close closes everybody who would see a half of the world while Redis stands still",
  async (form) => {
    await using folder = await Folder.make();
    await Deno.writeTextFile(`${folder.path}/handler.js`, MODULE);
    await Deno.writeTextFile(`${folder.path}/events.sh`, EVENTS);
    await using redis = await Redis.start();
    const kinds = Object.entries(KINDS);
    const args = [
      // A Redis that does not stand still answers in half of it, however busy the machine.
      ...[`--bus=${redis.url}?ttl=8s`, "--away=close"],
      ...kinds.map(([, { route }], index) =>
        `--route=/${index}=${route.replace("{folder}", folder.path)}`
      ),
    ];
    await using one = await TestServer.start(args, { form });
    await using two = await TestServer.start(args, { form });
    using visitors = new DisposableStack();
    const come = await Promise.all(
      kinds.flatMap(([kind, { enter, stays = false }], index) =>
        enter([one.url, two.url], String(index)).map(async (entering, at) => {
          const visitor = visitors.use(await inTime(entering, () => `${kind}, ${at}`));
          return { kind: `${kind}, ${at}`, stays, visitor };
        })
      ),
    );
    redis.kill("SIGSTOP");
    const leaving = come.filter(({ stays }) => !stays);
    const ends = await Promise.all(leaving.map(async ({ kind, visitor: { closed } }) => {
      const end = inTime(closed, () => `the end of ${kind}`);
      return [kind, await end.catch(({ message }) => message)];
    }));
    assertEquals(ends, leaving.map(({ kind }) => [kind, CLOSED]));
    for (const [index] of kinds.entries()) {
      if (kinds[index]?.[1].route.includes("away=local")) continue;
      for (const { url } of [one, two]) {
        using refused = await RawClient.request(`${url}${index}`);
        assertEquals(refused.answer.status, 503);
      }
    }
    redis.kill("SIGCONT");
    for (const { kind, stays, visitor } of come) {
      if (stays) await inTime(visitor.hears?.(`${kind} again`) as Promise<void>, () => kind);
    }
  },
  ["redis-server"],
);

/** A client at each server that says something, and hears it. */
function sockets(urls: readonly string[], path: string): Promise<Visitor>[] {
  return urls.map(async (url, at) => {
    const client = await RawClient.open(url + path);
    const hears = async (text: string) => {
      await client.send(text);
      while (await client.text() !== text);
    };
    await hears(`in ${at}`);
    return visitorOf(client, { hears });
  });
}

/** The same, where something is said to each that comes. */
function listeners(urls: readonly string[], path: string): Promise<Visitor>[] {
  return urls.map(async (url) => {
    const client = await RawClient.open(url + path);
    // A terminal says in bytes what it shows.
    for (let said = ""; !said.includes("in");) {
      const next = await client.next();
      if (next.kind === "text") said += next.data;
      if (next.kind === "binary") said += new TextDecoder().decode(next.data);
    }
    return visitorOf(client);
  });
}

/** A session at its server, and one whose client has come back at the other. */
function sessions([one = "", two = ""]: readonly string[], path: string): Promise<Visitor>[] {
  return [two, one].map(async (url) => {
    const session = await RawSession.begin(one + path);
    await session.send(`in at ${url}`);
    let received = 1;
    while (await session.text() !== `in at ${url}`) received++;
    if (url === one) return visitorOf(session.client);
    session[Symbol.dispose]();
    const back = await RawSession.back(url + path, session.id, received);
    await back.send("back");
    while (await back.text() !== "back");
    return visitorOf(back.client);
  });
}

/** An event stream of each server, of somebody who hears what a client says. */
function events(urls: readonly string[], path: string): Promise<Visitor>[] {
  return urls.map(async (url) => {
    const address = url.replace("ws:", "http:") + path;
    const ending = new AbortController();
    const answer = await fetch(address, {
      headers: { Accept: "text/event-stream" },
      signal: ending.signal,
    });
    assertEquals(answer.status, 200);
    const [come, closed] = [Promise.withResolvers<void>(), Promise.withResolvers<string>()];
    const read = async () => {
      let text = "";
      for await (const part of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
        text += part;
        if (text.includes("data: in\n")) come.resolve();
      }
      const [, words = "{}"] = /^event: close\ndata: (.*)$/m.exec(text) ?? [];
      const { code, reason } = JSON.parse(words);
      closed.resolve(`${code} ${reason}`);
    };
    read().catch(({ message }) => closed.resolve(message));
    const posted = await fetch(address, { method: "POST", body: "in" });
    assert(posted.ok);
    await posted.body?.cancel();
    await come.promise;
    return { closed: closed.promise, [Symbol.dispose]: () => ending.abort() };
  });
}

function visitorOf(client: RawClient, more?: Pick<Visitor, "hears">): Visitor {
  return {
    ...more,
    get closed() {
      return client.rest().then(({ closed }) => closed);
    },
    [Symbol.dispose]: () => client[Symbol.dispose](),
  };
}
