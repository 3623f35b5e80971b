import { kindOf } from "./kind.ts";

/** `module` for the registry. */
export const moduleKind = kindOf({
  doc: "Serves the handler that a module in TypeScript or JavaScript exports by default",
  argument: { name: "file", kind: "word", value: "FILE" },
  options: [],
  make: ({ words: [file = ""] }, { modules }) => modules.load(file),
  stamp: ({ words: [file = ""] }, { modules }) => modules.stamp(file),
});
