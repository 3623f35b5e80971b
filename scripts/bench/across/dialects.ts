/** The way in which clients of a server talk, over a WebSocket: all texts. */
export interface Dialect {
  /** Where they connect to, behind the port. */
  readonly path: string;
  /** Sent at first. */
  readonly hello: readonly string[];
  /** Whether a text says that the client is in the room. */
  isIn(text: string): boolean;
  /** The text that says something in the room. */
  say(words: string): string;
  /** The words in a text that has come; there may be several. */
  heard(text: string): readonly string[];
  /** The answer to a text that asks whether the client is there. */
  answer(text: string): string | undefined;
}

/** Messages are what is said; who is let in is in. */
export const PLAIN: Dialect = {
  path: "/",
  hello: [],
  isIn: () => true,
  say: (words) => words,
  heard: (text) => [text],
  answer: () => undefined,
};

/** Socket.IO 4 (Engine.IO 4), on a WebSocket from the beginning. */
export const SOCKET_IO: Dialect = {
  path: "/socket.io/?EIO=4&transport=websocket",
  hello: ["40"],
  isIn: (text) => text.startsWith("40"),
  say: (words) => `42["m","${words}"]`,
  heard: (text) => text.startsWith('42["m","') ? [text.slice(8, -2)] : [],
  answer: (text) => text === "2" ? "3" : undefined,
};

/** Centrifugo's protocol in JSON: texts of several lines. */
export const CENTRIFUGO: Dialect = {
  path: "/connection/websocket",
  hello: ['{"id":1,"connect":{}}', '{"id":2,"subscribe":{"channel":"room"}}'],
  isIn: (text) => text.includes('"id":2'),
  say: (words) => `{"id":3,"publish":{"channel":"room","data":"${words}"}}`,
  heard: (text) =>
    Array.from(text.matchAll(/"pub":\{"data":"([^"]*)"/g), ([, words = ""]) => words),
  answer: (text) => text.trim() === "{}" ? "{}" : undefined,
};
