// @ts-types="../../base/std.d.ts"
import { ifMatch, ifNoneMatch } from "npm:deno-std@1.4.0/http/etag.js";
import { type ByteRange, parseRanges } from "./byte_ranges.ts";
import { parseHttpDate } from "./http_date.ts";
import type { Validators } from "./validators.ts";

/** The part of a file that is to be sent. */
export interface Outcome {
  readonly status: 200 | 206 | 304 | 412 | 416;
  /** One for 200, some for 206, otherwise none. */
  readonly ranges: readonly ByteRange[];
}

/**
 * Decides by a request's conditions and ranges, in the order of RFC 9110 §13.2.2.
 *
 * @param method GET or HEAD.
 * @param size In bytes.
 */
export function outcomeOf(
  method: string,
  headers: Headers,
  validators: Validators,
  size: number,
): Outcome {
  if (!isExpected(headers, validators)) return { status: 412, ranges: [] };
  if (isKnown(headers, validators)) return { status: 304, ranges: [] };
  const whole: Outcome = { status: 200, ranges: [{ start: 0, length: size }] };
  const range = headers.get("range");
  // RFC 9110 §14.2: a range means something for GET alone.
  if (range === null || method !== "GET" || !isRangeCurrent(headers, validators)) return whole;
  const ranges = parseRanges(range, size);
  if (!ranges) return whole;
  return { status: ranges.length === 0 ? 416 : 206, ranges };
}

/** If-Match, or else If-Unmodified-Since: whether it is what the client takes it for. */
function isExpected(headers: Headers, { etag, modified }: Validators): boolean {
  const tags = headers.get("if-match");
  if (tags !== null) return tags === "*" || ifMatch(tags, etag);
  const since = dateOf(headers, "if-unmodified-since");
  return since === undefined || modified === undefined || modified <= since;
}

/** If-None-Match, or else If-Modified-Since: whether the client has it. */
function isKnown(headers: Headers, { etag, modified }: Validators): boolean {
  const tags = headers.get("if-none-match");
  if (tags !== null) return !ifNoneMatch(tags, etag);
  const since = dateOf(headers, "if-modified-since");
  return since !== undefined && modified !== undefined && modified <= since;
}

/** If-Range: whether the client has other bytes of the same; a weak likeness does not do. */
function isRangeCurrent(headers: Headers, { etag, modified, strong }: Validators): boolean {
  const value = headers.get("if-range");
  if (value === null) return true;
  if (!strong) return false;
  return value === etag || (modified !== undefined && parseHttpDate(value) === modified);
}

function dateOf(headers: Headers, name: string): number | undefined {
  const value = headers.get(name);
  return value === null ? undefined : parseHttpDate(value);
}
