/**
 * Writes the JSON Schema of the configuration file, by which editors complete it and mark mistakes:
 *
 *     deno task schema
 *
 * It is made from the tables of the options; a test says when it has to be made again.
 *
 * @module
 */
import * as z from "zod";
import { FILE_SCHEMA } from "../lib/cli/file_schema.ts";

/** Where it is. */
export const SCHEMA_FILE = new URL("../lib/cli/stdws.schema.json", import.meta.url);

/** Its text. */
export function schemaText(): string {
  const schema = z.toJSONSchema(FILE_SCHEMA, { target: "draft-2020-12", io: "input" });
  return JSON.stringify(schema, null, 2) + "\n";
}

if (import.meta.main) await Deno.writeTextFile(SCHEMA_FILE, schemaText());
