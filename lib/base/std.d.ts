// What is used of the standard library, whose build on npm carries no types: `@ts-types` at each import
// leads here. With `jsr:@std/…` in the imports, this file is to be removed.

/** Options of {@linkcode parseArgs}; the ones that are used here. */
export interface ParseOptions {
  readonly string?: readonly string[];
  readonly boolean?: readonly string[];
  readonly collect?: readonly string[];
}
/** Parses `--name=value` words into a record; words that are no options are left in `_`. */
export function parseArgs(
  args: readonly string[],
  options?: ParseOptions,
): { _: (string | number)[] } & Record<string, unknown>;

/** Escapes text for HTML and for its attributes in quotes. */
export function escape(text: string): string;
/** Takes that back. */
export function unescape(text: string): string;

/** An entity tag, quotes included, from a digest of the text. */
export function eTag(entity: string, options?: { readonly weak?: boolean }): Promise<string>;
/** Whether If-Match has the tag, by strong comparison. */
export function ifMatch(value: string | null, etag: string | undefined): boolean;
/** Whether If-None-Match lacks the tag, by weak comparison. */
export function ifNoneMatch(value: string | null, etag: string | undefined): boolean;

/** The one of these encodings that Accept-Encoding prefers; without the header the first. */
export function acceptsEncodings<T extends string>(
  request: { readonly headers: Pick<Headers, "get"> },
  ...encodings: T[]
): T | undefined;

/** The media type of an extension such as `.html`, with its charset. */
export function contentType(extension: string): string | undefined;

/** Number of characters to insert, delete or replace to make one text of the other. */
export function levenshteinDistance(a: string, b: string): number;
