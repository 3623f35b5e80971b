import { FLAGS } from "../handlers/flags.ts";
import { KINDS } from "../options/kinds.ts";
import type { Option } from "../options/option.ts";
import { showDefault } from "../options/read_option.ts";
import { tableRow } from "./table_row.ts";

/** The options as a table in Markdown, for the README. */
export function flagTable(): string {
  const rows = FLAGS.map((flag) => {
    const given = showDefault(flag);
    const cell = given === undefined ? "" : `\`${given}\``;
    return tableRow(`\`${flagSynopsis(flag)}\``, cell, flag.doc);
  });
  return ["| option | default | meaning |", "| --- | --- | --- |", ...rows, ""].join("\n");
}

/** An option of the server as it is written, such as `--port=N`. */
export function flagSynopsis({ name, kind, value }: Option): string {
  if (value === undefined) return `--${name}`;
  return KINDS[kind].bare ? `--${name}[=${value}]` : `--${name}=${value}`;
}
