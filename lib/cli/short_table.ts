import { FLAGS } from "../handlers/flags.ts";
import { KINDS } from "../options/kinds.ts";
import { SHORT_FORMS } from "./connect/short_forms.ts";
import { tableRow } from "./table_row.ts";

/** A short form as it is written, and what it stands for. */
export interface ShortLine {
  readonly short: string;
  readonly long: string;
}

/** All short forms, in their order. */
export function shortLines(): ShortLine[] {
  return Object.entries(SHORT_FORMS).map(([letter, { name, before, value: own }]) => {
    const flag = FLAGS.find((flag) => flag.name === name);
    const value = own ?? flag?.value;
    if (!flag || value === undefined || KINDS[flag.kind].bare) {
      return { short: `-${letter}`, long: `--${name}` };
    }
    const said = before === undefined ? value : `'${before}${value}'`;
    return { short: `-${letter} ${value}`, long: `--${name}=${said}` };
  });
}

/** The same as a table in Markdown, for the README. */
export function shortTable(): string {
  const rows = shortLines().map(({ short, long }) => tableRow(`\`${short}\``, `\`${long}\``));
  return ["| short form | is |", "| --- | --- |", ...rows, ""].join("\n");
}
