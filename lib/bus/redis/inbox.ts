import type { Reply } from "./redis_client.d.ts";
import type { RedisLink } from "./redis_link.ts";

/** Options of {@linkcode readInbox}. */
export interface ReadInboxOptions {
  /** Milliseconds that it waits for something, before it asks again: so that it is seen where no answer comes. */
  readonly wait: number;
  /** Entries that are taken at once, the next time. */
  most(): number;
  /** Redis has answered, with entries or without. */
  answered(): void;
  take(entries: readonly Reply[]): void;
}

/**
 * Takes what comes to an inbox, until its link ends. What was taken is deleted, and then nothing but what comes
 * later is there: so it matters nothing what ids Redis gives, also after it has lost its memory.
 *
 * @param key Of the inbox.
 */
export async function readInbox(
  link: RedisLink,
  key: string,
  { wait, most, answered, take }: ReadInboxOptions,
): Promise<void> {
  const rest = ["BLOCK", String(Math.ceil(wait)), "STREAMS", key, "0"];
  try {
    for (;;) {
      const entries = entriesIn(await link.wait("XREAD", "COUNT", String(most()), ...rest));
      answered();
      if (entries.length === 0) continue;
      take(entries);
      const ids = entries.map((entry) => Array.isArray(entry) ? String(entry[0]) : "0-0");
      // What comes next is asked for behind it on the same connection.
      link.wait("XDEL", key, ...ids).catch((error) => link.fail(error.message));
    }
  } catch (error) {
    link.fail((error as Error).message);
  }
}

/** Of one stream: RESP3 has a map of them, as a list or an object. */
function entriesIn(reply: Reply): readonly Reply[] {
  if (reply === null || typeof reply !== "object") return [];
  const [entries] = Array.isArray(reply) ? reply.slice(1) : Object.values(reply);
  return Array.isArray(entries) ? entries : [];
}
