/**
 * Writes the JSON Schema of the configuration file, by which editors complete it and mark mistakes:
 *
 *     deno task schema
 *
 * The schema is made from the tables of the options; a test says when it has to be made again.
 *
 * @module
 */
import * as z from "zod";
import { FILE_SCHEMA } from "../lib/cli/file_schema.ts";

/** The file that the schema is in. */
export const SCHEMA_FILE = new URL("../lib/cli/stdws.schema.json", import.meta.url);

/** The text of the schema. */
export function schemaText(): string {
  const schema = z.toJSONSchema(FILE_SCHEMA, { target: "draft-2020-12", io: "input" });
  return JSON.stringify(schema, null, 2) + "\n";
}

if (import.meta.main) await Deno.writeTextFile(SCHEMA_FILE, schemaText());
