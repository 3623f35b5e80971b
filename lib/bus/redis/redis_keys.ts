/**
 * The names of keys and channels. What belongs together has the same hash tag, so that a cluster keeps it on one node.
 */
export class RedisKeys {
  /** The channel of what servers say of themselves; the same name as that of the set of them. */
  readonly servers: string;
  readonly #prefix: string;

  constructor(prefix: string) {
    this.#prefix = prefix;
    this.servers = `${prefix}{servers}`;
  }

  /** The mark of a run of Redis: as long as it is there, nothing is forgotten. No server has such a name. */
  get mark(): string {
    return `${this.servers}:mark`;
  }

  /** The inbox of a server. */
  inbox(server: string): string {
    return `${this.servers}:${server}`;
  }

  /** A topic, and its stream. */
  topic(topic: string): [meta: string, stream: string] {
    const key = `${this.#prefix}t:{${topic}}`;
    return [`${key}:n`, `${key}:s`];
  }

  /** Whatever a topic knows of a server that publishes there. */
  sender(topic: string, server: string): string {
    return `${this.#prefix}t:{${topic}}:${server}`;
  }

  /** The channel of a topic. */
  channel(topic: string): string {
    return `${this.#prefix}t:{${topic}}`;
  }

  /** The topic of a channel; undefined where it is that of none. */
  topicOf(channel: string): string | undefined {
    const start = `${this.#prefix}t:{`;
    return channel.startsWith(start) && channel.endsWith("}")
      ? channel.slice(start.length, -1)
      : undefined;
  }

  /** A claim, and the last fence of it. */
  claim(name: string): [claim: string, fence: string] {
    const key = `${this.#prefix}c:{${name}}`;
    return [`${key}:c`, `${key}:f`];
  }
}
