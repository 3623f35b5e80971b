import { assert } from "@std/assert";
import { FLAGS } from "../../lib/handlers/flags.ts";
import { HANDLER_NAMES, kindNamed } from "../../lib/handlers/registry.ts";
import { ROUTE_OPTIONS } from "../../lib/options/tables/route_options.ts";

const ROWS = [
  ...FLAGS,
  ...ROUTE_OPTIONS,
  ...HANDLER_NAMES.flatMap((name) => kindNamed(name).options),
];

/** Words that are about the row before, which somebody does not see who asks for this one. */
const ABOUT_ANOTHER =
  /^(Its|The same|Those|Such|Let in there|Add it)\b|\b(that socket|such a client|one such|of theirs|one of them)\b|^How long (it|one)\b/;

Deno.test("Option: what its row says stands alone, as --help=NAME shows it", () => {
  for (const { name, doc } of ROWS) assert(!ABOUT_ANOTHER.test(doc), `${name}: ${doc}`);
});
