import { ResumingWebSocket } from "./client.ts";
import { session } from "./session.ts";

/**
 * The client as a module for browsers: the text of what it consists of as the runtime has it, without types. So it is
 * there wherever the server runs, an executable and an edge function included, and needs no permission to be read.
 */
export function clientScript(): string {
  return `${session}\nexport ${ResumingWebSocket}\n`;
}
