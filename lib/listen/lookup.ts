import { lookupService } from "node:dns/promises";
import { LOOKUP_TIMEOUT } from "../base/limits.ts";
import { within } from "../base/within.ts";

/** The name of an address by the system's resolver; the address itself where none is found in time. */
export async function reverseLookup(address: string): Promise<string> {
  let name = address;
  const lookup = lookupService(address, 0).then(
    (found) => name = found.hostname,
    // It has no name; that is common and nobody's mistake.
    () => address,
  );
  await within(lookup, LOOKUP_TIMEOUT);
  return name;
}
