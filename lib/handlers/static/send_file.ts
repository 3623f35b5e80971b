import type { Confined } from "../../base/confine.ts";
import type { IncomingRequest } from "../../base/request.ts";
import { httpLog } from "../../base/session_log.ts";
import { fileBody } from "./file_body.ts";
import { mediaType } from "./media_type.ts";
import { type Body, contentRange, multipart } from "./multipart.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";
import { textAnswer } from "./text_answer.ts";
import { type Validators, validatorsOf } from "./validators.ts";

/** The part of one state of a file that is to be sent. */
interface Plan extends Outcome {
  readonly info: Deno.FileInfo;
  readonly validators: Validators;
}

/**
 * Answers GET and HEAD with a file: with all of it, with ranges, or with what its conditions make of it.
 *
 * @throws {Deno.errors.PermissionDenied} If the server may not read it.
 */
export async function sendFile(request: IncomingRequest, found: Confined): Promise<Response> {
  const first = await planFor(request, found.info);
  if (first.ranges.length === 0) return withoutFile(request, first);
  using opened = new DisposableStack();
  const file = opened.use(await Deno.open(found.real));
  // What was looked at may have been replaced before it was opened.
  const info = await file.stat();
  const plan = isSame(info, found.info) ? first : await planFor(request, info);
  if (plan.ranges.length === 0) return withoutFile(request, plan);

  const body = bodyOf(plan, await mediaType(found.path, file));
  const init = { status: plan.status, headers: headersOf(plan, body) };
  if (request.method === "HEAD" || info.size === 0) return new Response(null, init);
  const stream = fileBody(file, body, (reason) => {
    httpLog(request).error("http", `Cannot send all of "${found.path}": ${reason}`);
  });
  // From now on the stream closes it.
  opened.move();
  return new Response(stream, init);
}

async function planFor({ method, headers }: IncomingRequest, info: Deno.FileInfo): Promise<Plan> {
  const validators = await validatorsOf(info);
  return { ...outcomeOf(method, headers, validators, info.size), info, validators };
}

function withoutFile({ method }: IncomingRequest, { status, info, validators }: Plan): Response {
  if (status === 412) return textAnswer(method, "412 Precondition Failed\n", { status });
  if (status === 416) {
    const headers = { "Content-Range": `bytes */${info.size}` };
    return textAnswer(method, "416 Range Not Satisfiable\n", { status, headers });
  }
  return new Response(null, { status, headers: validatorHeaders(validators) });
}

function bodyOf({ ranges, info }: Plan, type: string): Body {
  const [range] = ranges;
  if (ranges.length > 1 || !range) return multipart(ranges, type, info.size);
  return { type, length: range.length, pieces: ranges };
}

function headersOf({ status, ranges, info, validators }: Plan, body: Body): HeadersInit {
  const [range] = ranges;
  const isPart = status === 206 && ranges.length === 1 && range;
  return {
    ...validatorHeaders(validators),
    ...(isPart ? { "Content-Range": contentRange(range, info.size) } : {}),
    "Accept-Ranges": "bytes",
    "Content-Type": body.type,
    "Content-Length": String(body.length),
    "X-Content-Type-Options": "nosniff",
  };
}

function validatorHeaders({ etag, modified }: Validators): Record<string, string> {
  if (modified === undefined) return { ETag: etag };
  // RFC 9110 §8.8.2.1: not later than now, whatever the file says.
  const date = new Date(Math.min(modified, Date.now()));
  return { ETag: etag, "Last-Modified": date.toUTCString() };
}

function isSame(a: Deno.FileInfo, b: Deno.FileInfo): boolean {
  return a.ino === b.ino && a.size === b.size && a.mtime?.getTime() === b.mtime?.getTime();
}
