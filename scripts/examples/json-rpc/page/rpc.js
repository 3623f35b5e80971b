/** One side of JSON-RPC 2.0 over a WebSocket: each message is a text of its own. */
export class Rpc {
  #socket;
  #last = 0;
  #waiting = new Map();

  /**
   * @param path The path of the route, beside this page.
   * @param notified Gets what comes without having been asked for.
   */
  constructor(path, notified) {
    const url = new URL(path, location.href);
    url.protocol = url.protocol.replace("http", "ws");
    this.#socket = new WebSocket(url);
    this.#socket.onmessage = ({ data }) => {
      const { id, method, params, result, error } = JSON.parse(data);
      if (method !== undefined) return notified(method, params);
      const { resolve, reject } = this.#waiting.get(id);
      this.#waiting.delete(id);
      error ? reject(new Error(error.message)) : resolve(result);
    };
    this.opened = new Promise((resolve) => this.#socket.onopen = resolve);
    /** Resolves to why, where the server says why. */
    this.closed = new Promise((resolve) =>
      this.#socket.onclose = ({ code, reason }) => {
        const why = `${reason || "closed"} (${code})`;
        for (const { reject } of this.#waiting.values()) reject(new Error(why));
        resolve(why);
      }
    );
  }

  /** Asks for something, and resolves to the answer. */
  ask(method, params) {
    const id = ++this.#last;
    this.#send({ id, method, params });
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  /** Says something that has no answer. */
  tell(method, params) {
    this.#send({ method, params });
  }

  #send(message) {
    this.#socket.send(JSON.stringify({ jsonrpc: "2.0", ...message }));
  }
}
