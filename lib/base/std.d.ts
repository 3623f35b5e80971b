// What is used of the standard library, whose build on npm carries no types. An ambient declaration has
// to name the bare specifier of deno.json; with `jsr:@std/…` there, this file is to be removed.

declare module "@std/cli/parse-args" {
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
}

declare module "@std/html/entities" {
  /** Escapes text for HTML and for its attributes in quotes. */
  export function escape(text: string): string;
}

declare module "@std/http/etag" {
  /** An entity tag, quotes included, from a digest of the text. */
  export function eTag(entity: string, options?: { readonly weak?: boolean }): Promise<string>;
  /** Whether If-Match has the tag, by strong comparison. */
  export function ifMatch(value: string | null, etag: string | undefined): boolean;
  /** Whether If-None-Match lacks the tag, by weak comparison. */
  export function ifNoneMatch(value: string | null, etag: string | undefined): boolean;
}

declare module "@std/media-types/content-type" {
  /** The media type of an extension such as `.html`, with its charset. */
  export function contentType(extension: string): string | undefined;
}

declare module "@std/text/levenshtein-distance" {
  /** Number of characters to insert, delete or replace to make one text of the other. */
  export function levenshteinDistance(a: string, b: string): number;
}

declare module "@std/assert" {
  export class AssertionError extends Error {}
  export function assert(expr: unknown, msg?: string): asserts expr;
  export function assertEquals<T>(actual: T, expected: T, msg?: string): void;
  export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void;
  export function assertStrictEquals<T>(
    actual: unknown,
    expected: T,
    msg?: string,
  ): asserts actual is T;
  export function assertMatch(actual: string, expected: RegExp, msg?: string): void;
  export function assertNotMatch(actual: string, expected: RegExp, msg?: string): void;
  export function assertStringIncludes(actual: string, expected: string, msg?: string): void;
  export function assertArrayIncludes<T>(
    actual: ArrayLike<T>,
    expected: ArrayLike<T>,
    msg?: string,
  ): void;
  export function assertInstanceOf<T extends abstract new (...args: never[]) => unknown>(
    actual: unknown,
    expectedType: T,
    msg?: string,
  ): asserts actual is InstanceType<T>;
  export function assertThrows<E extends Error = Error>(
    fn: () => unknown,
    ErrorClass?: abstract new (...args: never[]) => E,
    msgIncludes?: string,
    msg?: string,
  ): E;
  export function assertRejects<E extends Error = Error>(
    fn: () => PromiseLike<unknown>,
    ErrorClass?: abstract new (...args: never[]) => E,
    msgIncludes?: string,
    msg?: string,
  ): Promise<E>;
  export function assertLess<T>(actual: T, expected: T, msg?: string): void;
  export function assertGreater<T>(actual: T, expected: T, msg?: string): void;
  export function fail(msg?: string): never;
}
