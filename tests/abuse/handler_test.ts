import { assert, assertEquals } from "@std/assert";
import { type HandshakeOptions, RawClient } from "../support/client.ts";
import { HttpClient } from "../support/http_client.ts";
import type { TestServer } from "../support/server.ts";
import { Tree } from "../support/tree.ts";
import { abuse, type Attack } from "./abuse.ts";
import { possessionsOf } from "./possessions.ts";
import { QuietClient } from "./quiet_client.ts";

/** Serves a module at `/a/:name` while a quiet client is at `/echo`, and looks at what is left of it. */
async function serving(
  attack: Attack,
  { text, args = [] }: { text: string; args?: readonly string[] },
  test: (server: TestServer) => Promise<void>,
): Promise<void> {
  await using tree = await Tree.make({ "a.js": text });
  const routes = [`--route=/a/:name=module ${tree.root}/a.js`, "--route=/echo=echo"];
  await using server = await attack.start([...routes, ...args]);
  // What is loaded with the first request stays open.
  await HttpClient.ask(server.url, "GET /echo");
  const before = possessionsOf(server.pid);
  {
    await using quiet = await QuietClient.connect(`${server.url}echo`);
    await test(server);
    attack.note({ longestWait: quiet.longestWait });
  }
  await attack.isAsBefore(server, before);
}

const HOSTILE = `
  const fail = () => { throw new Error("hostile"); };
  const hostile = Object.defineProperty(new Error(), "message", { get: fail });
  const proxy = new Proxy({}, { get: fail, getPrototypeOf: fail, has: fail });
  const detached = new Uint8Array(8);
  detached.buffer.transfer();
`;

const DEEDS: Record<string, string> = {
  nullReason: "connection.close(4000, null)",
  symbolReason: "connection.close(4000, Symbol())",
  hostileReason: "connection.close(4000, { toString: fail })",
  proxyReason: "connection.close(4000, proxy)",
  nanCode: "connection.close(NaN)",
  textCode: 'connection.close("1000")',
  bigCode: "connection.close(1000n)",
  symbolCode: "connection.close(Symbol())",
  proxyCode: "connection.close(proxy)",
  nullThrown: "throw null",
  nothingThrown: "throw undefined",
  symbolThrown: "throw Symbol()",
  hostileThrown: "throw hostile",
  proxyThrown: "throw proxy",
  bareThrown: "throw Object.create(null)",
  hostileRejected: "return Promise.reject(hostile)",
  proxyRejected: "return Promise.reject(proxy)",
  nothingSent: "connection.send()",
  nullSent: "connection.send(null)",
  symbolSent: "connection.send(Symbol())",
  proxySent: "connection.send(proxy)",
  bufferSent: "connection.send(new ArrayBuffer(8))",
  detachedSent: "connection.send(detached)",
};

abuse("a module that throws, closes and sends what is none", async (attack) => {
  const text = `${HOSTILE}
    const deeds = {
      ${Object.entries(DEEDS).map(([name, deed]) => `${name}(connection) { ${deed}; }`).join(",\n")}
    };
    function open(connection, { params: { name } }) {
      if (name === "openThrows") throw hostile;
      if (name === "openRejects") return Promise.reject(hostile);
      if (name === "proxySession") return proxy;
      if (name === "hostileSession") return { get batch() { throw hostile; } };
      if (name === "hostileMessage") return { get message() { throw hostile; } };
      if (name === "hostileClose") return { message: fail, get close() { throw hostile; } };
      return { message: () => deeds[name](connection) };
    }
    export default { open };`;
  const more = [
    "openThrows",
    "openRejects",
    "proxySession",
    "hostileSession",
    "hostileMessage",
    "hostileClose",
  ];
  await serving(attack, { text }, async (server) => {
    const names = [...Object.keys(DEEDS), ...more];
    for (const name of names) {
      using client = await RawClient.open(`${server.url}a/${name}`);
      // Where it is closed already, that is not taken.
      await client.send("go").catch(() => {});
      const close = await client.next();
      assert(close.kind === "close", name);
      assertEquals([name, close.code, close.reason], [name, 1011, "Internal error"]);
      await client.close(1011).catch(() => {});
      await server.stdout.until(new RegExp(`/a/${name}' .*The handler failed: `));
    }
    attack.note({ counted: names.length });
  });
});

abuse("a module that closes and sends what is odd", async (attack) => {
  const text = `${HOSTILE}
    const shared = new Uint8Array(new SharedArrayBuffer(2)).fill(7);
    const deeds = {
      longReason: (connection) => connection.close(4000, "ü".repeat(100)),
      loneSurrogate: (connection) => connection.close(4000, "a\\ud800"),
      noCode: (connection) => connection.close(undefined, undefined),
      twice: (connection) => { connection.close(4001, "first"); connection.close(4002, "second"); },
      sharedSent: (connection) => { connection.send(shared); connection.close(4000); },
    };
    const open = (connection, { params: { name } }) =>
      ({ message: () => deeds[name](connection) });
    export default { open };`;
  const ODD: [name: string, code: number, reason: string, sent?: readonly number[]][] = [
    ["longReason", 4000, "ü".repeat(61)],
    ["loneSurrogate", 4000, "a\ufffd"],
    ["noCode", 1000, ""],
    ["twice", 4001, "first"],
    ["sharedSent", 4000, "", [7, 7]],
  ];
  await serving(attack, { text }, async (server) => {
    for (const [name, code, reason, sent] of ODD) {
      using client = await RawClient.open(`${server.url}a/${name}`);
      await client.send("go");
      if (sent) {
        const message = await client.next();
        assert(message.kind === "binary", name);
        assertEquals([...message.data], sent);
      }
      const close = await client.next();
      assert(close.kind === "close", name);
      assertEquals([name, close.code, close.reason], [name, code, reason]);
      await client.close(code).catch(() => {});
    }
    attack.note({ counted: ODD.length });
  });
});

const UNSENDABLE: Record<string, string> = {
  hostile: "throw hostile",
  proxy: "return proxy",
  number: "return 5",
  used: 'const used = new Response("a"); await used.text(); return used',
  locked: 'const locked = new Response("a"); locked.body.getReader(); return locked',
  errorAnswer: "return Response.error()",
  fake: "return Object.create(Response.prototype)",
  controlHeader: 'return new Response("", { headers: { "x-a": "\\x01" } })',
  oddLength: 'return new Response("ab", { headers: { "content-length": "1, 2" } })',
  bodyFails: "return new Response(new ReadableStream({ pull: fail }))",
  bodyFailsAtOnce: "return new Response(new ReadableStream({ start: (c) => c.error(hostile) }))",
  bodyOfText: 'return new Response(new ReadableStream({ pull(c) { c.enqueue("text"); } }))',
};

abuse("a module that answers with what cannot be sent", async (attack) => {
  const deeds = Object.entries(UNSENDABLE).map(([name, deed]) => `async ${name}() { ${deed}; }`);
  const text = `${HOSTILE}
    const deeds = { ${deeds.join(",\n")} };
    const decide = ({ params: { name } }) => deeds[name]();
    export default { respond: decide, accept: decide };`;
  await serving(attack, { text }, async (server) => {
    for (const name of Object.keys(UNSENDABLE)) {
      const answer = await HttpClient.ask(server.url, `GET /a/${name}`);
      assertEquals([name, answer.status, answer.whole], [name, 500, true]);
      const known = server.stdout.all.length;
      using client = await RawClient.request(`${server.url}a/${name}`);
      assertEquals([name, client.answer.status], [name, 500]);
      await server.stdout.after(known - 1, new RegExp(`/a/${name}' .*The handler failed: `));
    }
    attack.note({ counted: 2 * Object.keys(UNSENDABLE).length });
  });
});

abuse("a module whose answer breaks off", async (attack) => {
  const text = `
    const encoder = new TextEncoder();
    let count = 0;
    const respond = ({ params: { name } }) => new Response(new ReadableStream({
      async pull(controller) {
        // What comes before is on its way then; nothing tells a module that it is.
        await new Promise((resolve) => setTimeout(resolve, 20));
        if (count++ % 2) throw new Error("boom");
        controller.enqueue(encoder.encode("begin"));
      },
    }, { highWaterMark: 0 }), { headers: name === "length" ? { "content-length": "100" } : {} });
    export default { respond };`;
  await serving(attack, { text }, async (server) => {
    for (const name of ["length", "chunked"]) {
      const { status, body, whole } = await HttpClient.ask(server.url, `GET /a/${name}`);
      assertEquals([name, status, body, whole], [name, 200, "begin", false]);
      await server.stdout.until(new RegExp(`/a/${name}' .*The answer broke off: boom`));
    }
    attack.note({ counted: 2 });
  });
});

// What it decides comes when somebody asks for it, and it counts what it is told.
const UNDECIDED = `
  const decide = [];
  const told = { asked: 0, left: 0, abandoned: 0, opened: 0 };
  let news = Promise.withResolvers();
  function tell(what) {
    told[what]++;
    news.resolve();
    news = Promise.withResolvers();
  }
  function hold(signal) {
    tell("asked");
    signal.addEventListener("abort", () => tell("left"));
    return new Promise((resolve) => decide.push(resolve));
  }
  async function accept(request, { left }) {
    await hold(left);
    return { open: () => tell("opened"), abandon: () => tell("abandoned") };
  }
  async function respond({ params: { name }, query }, { left }) {
    const [[what, count] = []] = new URLSearchParams(query);
    while (what && told[what] !== Number(count)) await news.promise;
    if (name === "hang") await hold(left);
    if (name === "decide") for (const resolve of decide.splice(0)) resolve();
    return Response.json(told);
  }
  export default { accept, respond };`;

async function toldBy(server: TestServer, name = "told"): Promise<Record<string, number>> {
  const { body } = await HttpClient.ask(server.url, `GET /a/${name}`);
  return JSON.parse(body);
}

/** Waits until it was told something so often. */
async function untilTold(server: TestServer, what: string, count: number): Promise<void> {
  await toldBy(server, `told?${what}=${count}`);
}

abuse("a module that never decides", async (attack) => {
  const args = ["--acceptms=300"];
  await serving(attack, { text: UNDECIDED, args }, async (server) => {
    const asking = Array.from({ length: 20 }, async () => {
      using client = await RawClient.request(`${server.url}a/b`);
      return client.answer.status;
    });
    assertEquals(await Promise.all(asking), asking.map(() => 504));
    await server.stdout.until(/Unable to Upgrade: There is no decision in 300 ms/);
    assertEquals(await toldBy(server), { asked: 20, left: 20, abandoned: 0, opened: 0 });
    await toldBy(server, "decide");
    assertEquals(await toldBy(server), { asked: 20, left: 20, abandoned: 20, opened: 0 });
    attack.note({ counted: 20 });
  });
});

abuse("clients that leave before a module has decided", async (attack) => {
  const args = ["--acceptms=0"];
  await serving(attack, { text: UNDECIDED, args }, async (server) => {
    const { hostname, port } = new URL(server.url);
    for (let count = 0; count < 50; count++) {
      const conn = await Deno.connect({ hostname, port: Number(port) });
      using _conn = conn;
      const leaving: HandshakeOptions = { conn };
      const asking = RawClient.request(`${server.url}a/b`, leaving).catch(() => {});
      await untilTold(server, "asked", count + 1);
      try {
        conn.close();
      } catch {
        // Whoever asks has closed it.
      }
      await asking;
    }
    await untilTold(server, "left", 50);
    await toldBy(server, "decide");
    await untilTold(server, "abandoned", 50);
    attack.note({ counted: 50 });
  });
});

abuse("clients that leave before a module has answered", async (attack) => {
  await serving(attack, { text: UNDECIDED }, async (server) => {
    for (let count = 0; count < 50; count++) {
      using client = await HttpClient.connect(server.url);
      await client.send("GET /a/hang");
      await untilTold(server, "asked", count + 1);
    }
    await untilTold(server, "left", 50);
    attack.note({ counted: 50 });
  });
});
