import { dirname, resolve } from "node:path";
import { kindOf } from "./kind.ts";

/** `module` for the registry. */
export const moduleKind = kindOf({
  doc: "Serves the handler that a module in TypeScript or JavaScript exports by default",
  argument: { name: "file", kind: "word", value: "FILE" },
  example: [
    "echo 'export default { open: (client) => client.send(\"Hello\") };' >hello.ts",
    "stdws --port=8080 --route='/hello=module hello.ts'",
  ],
  options: [],
  watched: true,
  note:
    "Modules may need more, for what they do themselves and for what they import from other folders.",
  make: ({ words: [file = ""] }, { modules }) => modules.load(file),
  stamp: ({ words: [file = ""] }, { modules }) => modules.stamp(file),
  // The modules that it imports are mostly beside it.
  needs: ({ words: [file = ""] }, permissions) => permissions.add("read", dirname(resolve(file))),
});
