import { quoteWord } from "../base/quote_word.ts";
import type { Config } from "../config.ts";
import type { RouteConfig } from "../route_config.ts";
import { FLAGS } from "../handlers/flags.ts";
import { kindNamed } from "../handlers/registry.ts";
import { authTexts } from "../options/auths.ts";
import { adminPlaceText } from "../options/admin_place.ts";
import { KINDS } from "../options/kinds.ts";
import { withoutSecrets } from "../options/without_secrets.ts";
import { engineFor } from "../listen/choose_engine.ts";
import { permissionsOf } from "./check_permissions.ts";
import { type CheckedRoute, checkRoutes } from "./check_routes.ts";
import { openPoints } from "./open_points.ts";
import type { Reading, Words } from "./read_config.ts";

/**
 * The text of `--check`: the routes, the permissions that Deno has to give to this configuration, and what it leaves
 * open in front of strangers.
 */
export function check(
  reading: Reading,
  routes: readonly CheckedRoute[],
  words: Words,
): string {
  const configs = routes.map(({ config }) => config);
  const { name, why } = engineFor(reading.config.listen);
  const flags = permissionsOf(reading, configs).flags();
  const command = ["deno run --no-prompt", ...flags, "main.ts", ...commandLine(words)];
  return [
    "Routes, the first that matches wins:",
    ...checkRoutes(routes, reading.config.dispatch).map((line) => `  ${line}`),
    "",
    `Engine: ${name}, because ${why}`,
    "",
    ...adminOf(reading.config),
    "Permissions that Deno has to give, as a command:",
    `  ${command.join(" ")}`,
    ...notesOf(configs),
    "",
    ...openPoints({ config: reading.config, root: isRoot() }, routes),
    "",
  ].join("\n");
}

function adminOf({ admin }: Config): string[] {
  if (!admin) return [];
  const { at, auth } = admin;
  const who = auth.length > 0
    ? `who is known by ${authTexts(auth).map(withoutSecrets).join(" or ")}`
    : "whoever reaches it on this machine";
  return [`Admin: ${adminPlaceText(at)}, for ${who}`, ""];
}

function isRoot(): boolean {
  try {
    return Deno.uid() === 0;
  } catch {
    // Deno may not tell it, and then starts nothing as another user either.
    return false;
  }
}

/** The same words without `--check`, for a shell. */
function commandLine({ options, command }: Words): string[] {
  const values: Readonly<Record<string, unknown>> = { ...options, check: undefined };
  const words = FLAGS.filter(({ name }) => values[name] !== undefined).flatMap((flag) => {
    const value = values[flag.name];
    if (value === true) return [`--${flag.name}`];
    return [KINDS[flag.kind].show(value as never)].flat()
      .map((text) => quoteWord(`--${flag.name}=${text}`));
  });
  return [...words, ...(command.length > 0 ? ["--", ...command.map(quoteWord)] : [])];
}

function notesOf(routes: readonly RouteConfig[]): string[] {
  const kinds = routes.map(({ handler }) => kindNamed(handler));
  const notes = [...new Set(kinds.flatMap(({ note }) => note ?? []))].sort();
  if (Deno.build.os === "linux" && kinds.some(({ runs }) => runs)) {
    notes.push(
      "Deno lets stdws look at /proc only with -A: without it, programs themselves are ended, but not what",
      "they have started, and nobody ends them if the server is killed.",
    );
  }
  return notes.length > 0 ? ["", ...notes] : [];
}
