import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";

/** Bytes that a topic may have. */
const MAX_TOPIC = 512;

/**
 * The topic of a room on a bus: another one for each, and the same at all servers.
 *
 * @param space The name of its space; empty for that of everybody.
 * @param name Any text, which a client may have chosen.
 */
export function topicOf(space: string, name: string): string {
  // A space has no slash here, so that nothing in a name can be taken for another space.
  const topic = `room:${encodeURIComponent(space.toWellFormed())}/${name}`;
  if (name.isWellFormed() && Buffer.byteLength(topic) <= MAX_TOPIC) return topic;
  // In JSON, halves of characters are told apart, which they are not in UTF-8.
  const hash = createHash("sha256").update(JSON.stringify([space, name])).digest("hex");
  return `room#${hash}`;
}
