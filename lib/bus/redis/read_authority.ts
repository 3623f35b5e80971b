import { BusError, messageOf } from "../../base/errors.ts";

/**
 * Reads the certificates of who may have signed that of Redis.
 *
 * @throws {BusError} If that cannot be done.
 */
export async function readAuthority(file: string): Promise<string> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    throw new BusError(`Cannot read the ca of the bus, "${file}": ${messageOf(error)}`, {
      cause: error,
    });
  }
}
