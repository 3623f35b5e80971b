import { quote } from "shlex";
import type { RouteConfig } from "../config.ts";
import type { NamedRoute } from "../routes.ts";
import { permissionsOf } from "./check_permissions.ts";
import { checkRoutes } from "./check_routes.ts";
import { type Flag, FLAGS } from "./flags.ts";
import type { Reading, Words } from "./read_config.ts";

/** The text of `--check`: the routes, and the permissions that Deno has to give to this configuration. */
export function check(
  reading: Reading,
  routes: readonly Pick<NamedRoute, "config">[],
  words: Words,
): string {
  const configs = routes.map(({ config }) => config);
  const flags = permissionsOf(reading, configs).flags();
  const command = ["deno run --no-prompt", ...flags, "main.ts", ...commandLine(words)];
  return [
    "Routes, the first that matches wins:",
    ...checkRoutes(configs).map((line) => `  ${line}`),
    "",
    "Permissions that Deno has to give, as a command:",
    `  ${command.join(" ")}`,
    ...notesOf(configs),
    "",
  ].join("\n");
}

/** The same words without `--check`, for a shell. */
function commandLine({ options, command }: Words): string[] {
  const { check: _, ...others } = options;
  const words = Object.entries(others).flatMap(([name, value]) => {
    const { kind } = FLAGS.find((flag) => flag.name === name) as Flag;
    const texts = Array.isArray(value) ? value : [value];
    return texts.map((text) => {
      const bare = (kind === "boolean" || kind === "switch") && text === true;
      return bare ? `--${name}` : quote(`--${name}=${text}`);
    });
  });
  return [...words, ...(command.length > 0 ? ["--", ...command.map(quote)] : [])];
}

function notesOf(routes: readonly RouteConfig[]): string[] {
  const notes: string[] = [];
  const starts = (...kinds: string[]) => routes.some(({ handler }) => kinds.includes(handler));
  if (starts("module")) {
    notes.push(
      "Modules may need more, for what they do themselves and for what they import from other folders.",
    );
  }
  if (starts("directory", "cgi")) {
    notes.push(
      "A program that is new in its folder needs permission to run, too: check again then.",
    );
  }
  if (Deno.build.os === "linux" && starts("process", "shared", "directory", "cgi")) {
    notes.push(
      "Deno lets stdws look at /proc only with -A: without it, programs themselves are ended, but not what",
      "they have started, and nobody ends them if the server is killed.",
    );
  }
  return notes.length > 0 ? ["", ...notes] : [];
}
