import { Log } from "../../base/log.ts";
import { isPrivate, nameOf, parseUrl } from "./ask.ts";
import { KeyFile } from "./key_file.ts";
import { KeyServer } from "./key_server.ts";
import type { KeySource } from "./key_source.ts";
import { URL_START } from "./terms.ts";

/**
 * The keys behind a name.
 *
 * @param target A file, or the address of a JWK Set.
 * @throws {UsageError} If there are none in the file, or it is no address.
 */
export async function keySourceOf(target: string): Promise<KeySource> {
  if (!URL_START.test(target)) return await KeyFile.open(target);
  const url = parseUrl(target);
  if (!isPrivate(url)) {
    new Log().together(
      "info",
      "server",
      `Keys from "${nameOf(url)}" are not safe: who is on the way can replace them`,
    );
  }
  return new KeyServer(url);
}
