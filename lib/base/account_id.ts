import { accountRow } from "./account_row.ts";

/** The rows that the tables have. */
const ROWS = { passwd: "user", group: "group" } as const;

/**
 * The number of a user or a group: a number is its own, a name is looked for.
 *
 * @throws {Error} If there is none of that name.
 */
export function accountId(table: keyof typeof ROWS, name: string): number {
  if (/^\d+$/.test(name)) return Number(name);
  const [, , id] = accountRow(table, name) ?? [];
  if (id !== undefined) return Number(id);
  throw new Error(`there is no ${ROWS[table]} "${name}"`);
}
