/**
 * The row of a user or a group: by its name, or else its number, in the table of the system, and then where `getent`
 * looks as well, which may be a directory service.
 *
 * @returns `NAME:PASSWORD:ID:…`, divided (passwd(5), group(5)); undefined where there is none.
 */
export function accountRow(
  table: "passwd" | "group",
  word: string,
): readonly string[] | undefined {
  return rowIn(rowsOf(table), word) ?? rowIn(asked(table, word), word);
}

function rowIn(text: string, word: string): readonly string[] | undefined {
  const rows = text.split("\n").map((row) => row.split(":"))
    .filter(([, , id = ""]) => /^\d+$/.test(id));
  return rows.find(([name]) => name === word) ?? rows.find(([, , id]) => id === word);
}

function rowsOf(table: string): string {
  try {
    return Deno.readTextFileSync(`/etc/${table}`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

function asked(table: string, word: string): string {
  try {
    const { stdout } = new Deno.Command("getent", { args: [table, "--", word] }).outputSync();
    return new TextDecoder().decode(stdout);
  } catch {
    // It is not there, or may not be run: then the table was all.
    return "";
  }
}
