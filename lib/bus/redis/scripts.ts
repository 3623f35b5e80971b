import { BEAT, CLAIM, LEAVE, RELEASE, RENEW } from "./server_scripts.ts";
import { AFTER, LAST, PUBLISH } from "./topic_scripts.ts";

/**
 * Steps of Redis in Lua, by their names: each script is one step, before and after which everything is in
 * order.
 */
export const SCRIPTS = {
  publish: PUBLISH,
  after: AFTER,
  last: LAST,
  beat: BEAT,
  leave: LEAVE,
  claim: CLAIM,
  renew: RENEW,
  release: RELEASE,
} as const;

/** The name of a script. */
export type ScriptName = keyof typeof SCRIPTS;
