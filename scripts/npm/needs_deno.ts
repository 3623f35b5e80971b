/**
 * The module that Node.js imports in place of the library, and that says why it cannot have it: read as JavaScript,
 * the library would end with whatever Node.js does not know first.
 *
 * @param names Those that the library exports: where one was missing, nothing else would be said.
 */
export function needsDeno(names: readonly string[]): string {
  return `export let ${names.join(", ")};
throw new Error(
  "The library of the npm package stdws runs on Deno, which it brings, and this is Node.js: npx deno run -A FILE",
);
`;
}
