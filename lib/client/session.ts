import type { ResumingOptions, Sendable } from "./options.ts";

/** The part of a WebSocket's interface that has to do with its connection, and what is more than that. */
export interface Session {
  readonly url: string;
  readonly readyState: 0 | 1 | 2 | 3;
  readonly protocol: string;
  readonly extensions: string;
  binaryType: BinaryType;
  readonly bufferedAmount: number;
  readonly reconnecting: boolean;
  readonly resumes: boolean | undefined;
  send(data: Sendable): void;
  close(code?: number, reason?: string): void;
}

/** A message that waits for the server, in memory of its own, and the bytes that it counts as. */
type Kept = readonly [data: string | Uint8Array<ArrayBuffer> | Blob, cost: number];

/**
 * Begins a session by `stdws.resume.v1`, and makes one connection after the other for it. It is one function because
 * the names of what is in it are a letter each when it is minified, and it names nothing outside (script.ts).
 *
 * @param tell Takes the events.
 */
export function session(
  url: string,
  protocols: string | readonly string[],
  options: ResumingOptions,
  tell: (event: Event) => void,
): Session {
  const { WebSocket: Socket = globalThis.WebSocket, store, maxBuffer = 1048576 } = options;
  const { minDelay = 500, maxDelay = 30000, timeout = 20000 } = options;
  const key = `stdws ${url}`;
  const name = "stdws.resume.v1";
  // A control message begins with it, and a text that begins with it gets it once more.
  const mark = "\x10";
  const host = globalThis;
  const encoder = new TextEncoder();
  if (!Socket) throw new TypeError("No WebSocket");

  let state: Session["readyState"] = 0;
  let protocol = "";
  let binaryType: BinaryType = "blob";
  /** The connection; undefined while it waits for the next attempt. */
  let socket: WebSocket | undefined;
  /** Whether that carries messages. */
  let isThere = false;
  let resumes = true;
  /** Whether the server is known to have sessions. */
  let isKnown = false;
  let attempts = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  /** Messages that are not acknowledged, the oldest first; how many of them this connection was given. */
  const waiting: Kept[] = [];
  let passed = 0;
  /** The bytes of all of them, and of those that were passed; how many the server takes without acknowledging. */
  let size = 0;
  let flying = 0;
  let bytes = Infinity;
  /** The number of the last message that the server has. */
  let acknowledged = 0;
  let isFull = false;
  /** The number of the last message that came, and what is due for an acknowledgement. */
  let received = 0;
  let due = 0;
  let ackTimer: ReturnType<typeof setTimeout> | undefined;
  let id = "";
  /** The close that is to come when all has been passed. */
  let closing: [code: number | undefined, reason: string | undefined] | undefined;

  const fire = (
    type: string,
    details?: object,
    Kind?: new (type: string, init?: object) => Event,
  ) => {
    tell(Kind ? new Kind(type, details) : Object.assign(new Event(type), details));
  };

  const later = (delay: number, act: () => void) => {
    clearTimeout(timer);
    timer = setTimeout(act, delay);
  };

  /** A store that is full, or not for this page, is none. */
  const stored = (method: "getItem" | "setItem" | "removeItem"): string | null | void => {
    try {
      return store?.[method](key, `${id} ${received}`);
    } catch { /* It is for convenience alone. */ }
  };

  const keep = () => id && stored("setItem");

  /** Forgets what the server says that it has; false where that cannot be. */
  const forget = (number: number): boolean => {
    const count = number - acknowledged;
    if (!(count >= 0 && count <= passed) || count % 1) return false;
    for (const [, cost] of waiting.splice(0, count)) {
      size -= cost;
      flying -= cost;
    }
    passed -= count;
    acknowledged += count;
    return true;
  };

  /** Says it, unless the connection is closing: a browser would log that as an error of the page. */
  const say = (data: Kept[0]) => {
    // Another class than the browser's may have no such state.
    if (!(Number(socket?.readyState) > 1)) socket?.send(data);
  };

  /** Passes on what may be, and does what waited for that. */
  const flush = () => {
    for (; isThere && flying <= bytes && passed < waiting.length; passed++) {
      const [data, cost] = waiting[passed] as Kept;
      flying += cost;
      // Of text alone.
      say((data as string)[0] === mark ? mark + data : data);
    }
    if (closing && isThere && passed === waiting.length) {
      socket?.close(...closing);
      closing = undefined;
    }
    if (isFull && size <= maxBuffer / 2) {
      isFull = false;
      fire("drain");
    }
  };

  const acknowledge = () => {
    quiet();
    keep();
    say(`${mark}{"ack":${received}}`);
  };

  const quiet = () => {
    clearTimeout(ackTimer);
    ackTimer = undefined;
    due = 0;
  };

  const connect = () => {
    const names = id ? [name, `${name}.session.${id}`] : [name];
    const mine = socket = new Socket(url, (resumes ? names : []).concat(protocols)) as WebSocket;
    // What one that was left has to say is not of interest.
    const heed = <E>(act: (event: E) => void) => (event: E) => mine === socket && act(event);
    url = mine.url;
    mine.binaryType = binaryType;
    mine.onopen = heed(opened);
    mine.onmessage = heed(came);
    mine.onclose = heed(left);
    mine.onerror = () => {};
    later(timeout, drop);
  };

  const opened = () => {
    const agreed = socket?.protocol ?? "";
    if (agreed === name) {
      isKnown = true;
      if (id) say(`${mark}{"received":${received}}`);
    } else if (state) fail(4410, "No sessions any more");
    else {
      resumes = false;
      if (id) renew();
      // Its listener may have closed it.
      if (!state) ready(agreed);
    }
  };

  const came = ({ data, origin }: MessageEvent) => {
    if (isThere) attempts = 0;
    if (resumes) {
      if (data[0] === mark) {
        data = data.slice(1);
        if (data[0] !== mark) return control(data);
      }
      if (!isThere) return fail();
      received++;
      // At the latest after 64 messages.
      due += 1024 + (data.size ?? data.byteLength ?? data.length);
      if (due >= Math.min(65536, bytes / 4)) acknowledge();
      else ackTimer ??= setTimeout(acknowledge, 500);
    }
    fire("message", { data, origin }, MessageEvent);
  };

  const control = (text: string) => {
    let told;
    try {
      told = Object(JSON.parse(text));
    } catch {
      return fail();
    }
    if (isThere) {
      if (!forget(told.ack ?? acknowledged)) return fail();
    } else {
      const { session, sent } = told;
      // What a page before has sent is not known.
      if (!state && id) acknowledged = told.received;
      if (
        !/^[\w-]{16,128}$/.test(session) || id && id !== session || !forget(told.received) ||
        !(sent >= received) || sent % 1
      ) return fail();
      const isSame = id;
      const count = sent - received;
      id = session;
      received = sent;
      passed = flying = 0;
      bytes = told.bytes || bytes;
      keep();
      ready(`${told.subprotocol ?? ""}`);
      if (isSame && count) fire("lost", { count });
      if (isSame) fire("resumed");
    }
    flush();
  };

  const ready = (agreed: string) => {
    isThere = true;
    // One that lasts was a good one.
    later(10000, () => attempts = 0);
    if (state) return;
    protocol = agreed;
    state = 1;
    fire("open");
  };

  /** The connection is gone, or did not come about. */
  const left = (
    { code, reason, wasClean }: { code: number; reason: string; wasClean?: boolean },
  ) => {
    release();
    // Deno has 0 for it.
    code ||= 1006;
    // Nothing was said, or the server, or a proxy in front of it, goes, restarts or has nobody behind it.
    const isBreak = /^100[16]|101[24]$/.test(`${code}`);
    if (!state) {
      if (code === 4410 && id) {
        renew();
        // As above.
        return state ? undefined : connect();
      }
      // A browser takes a server that agrees to no subprotocol for one that fails; what was dropped is none.
      if (wasClean === false && !isKnown && !(resumes = !resumes)) return connect();
    }
    if (!isBreak || state > 1 && !closing || !resumes) {
      return end(code, reason, wasClean);
    }
    const delay = Math.min(maxDelay, minDelay * 2 ** attempts++) * (1 + Math.random()) / 2;
    later(delay, connect);
    fire("reconnecting", { attempt: attempts, delay, code, reason });
  };

  /** The session of the store is over: another begins. */
  const renew = () => {
    stored("removeItem");
    id = "";
    received = 0;
    fire("lost");
  };

  const drop = () => {
    const mine = socket;
    left({ code: 1006, reason: "" });
    // Comes back.
    mine?.close(4412);
  };

  const fail = (code = 1002, reason = "Protocol error") => {
    const mine = release();
    end(code, reason);
    mine?.close(4400, reason);
  };

  /** Hears nothing more of its connection. */
  const release = () => {
    const mine = socket;
    socket = undefined;
    isThere = false;
    quiet();
    return mine;
  };

  const end = (code: number, reason: string, wasClean = false) => {
    state = 3;
    stored("removeItem");
    listen("removeEventListener");
    // Who has called `close` may listen only then.
    later(0, () => {
      if (!wasClean) fire("error");
      // Node.js before 23 has no such event.
      fire("close", { code, reason, wasClean }, host.CloseEvent);
    });
  };

  /** Node.js has no such events. */
  const listen = (method: "addEventListener" | "removeEventListener") => {
    host[method]?.("online", online);
    host[method]?.("pagehide", keep);
  };

  /** Connections of the network before may be gone without a word. */
  const online = () => {
    if (socket && state && resumes) drop();
    if (!socket && state < 3) connect();
  };

  const known = /^([\w-]+) (\d+)$/.exec(stored("getItem") ?? "");
  // Another socket of this page begins one of its own.
  stored("removeItem");
  if (known) {
    id = known[1] as string;
    received = +(known[2] as string);
  }
  connect();
  listen("addEventListener");

  return {
    get url() {
      return url;
    },
    get readyState() {
      return state;
    },
    get protocol() {
      return protocol;
    },
    get extensions() {
      return socket?.extensions ?? "";
    },
    get binaryType() {
      return binaryType;
    },
    set binaryType(type) {
      binaryType = type;
      if (socket) socket.binaryType = type;
    },
    get bufferedAmount() {
      return resumes ? size : socket?.bufferedAmount ?? 0;
    },
    get reconnecting() {
      return state === 1 && !isThere;
    },
    get resumes() {
      return state ? resumes : undefined;
    },
    send(given) {
      if (!state) throw new DOMException("Not open yet", "InvalidStateError");
      if (state > 1) return;
      if (!resumes) return say(given as string);
      if (size >= maxBuffer) {
        isFull = true;
        throw new DOMException("maxBuffer is full", "QuotaExceededError");
      }
      const { buffer, byteOffset, byteLength } = given as Partial<ArrayBufferView>;
      const data = byteLength !== undefined
        ? new Uint8Array(buffer ?? given as ArrayBuffer, byteOffset, byteLength).slice()
        : given instanceof Blob
        ? given
        : `${given}`;
      const length = (data as Blob).size ?? byteLength ?? encoder.encode(data as string).length;
      waiting.push([data, length + 64]);
      size += length + 64;
      flush();
    },
    close(code, reason) {
      if (
        code !== undefined && code !== 1000 && !(code >= 3000 && code < 5000) ||
        encoder.encode(reason).length > 123
      ) throw new DOMException("Invalid close", "InvalidAccessError");
      if (state > 2) return;
      if (!isThere && (state > 1 || !size)) return fail(1006, "No connection");
      if (state > 1) return;
      state = 2;
      closing = [code, reason];
      flush();
    },
  };
}
