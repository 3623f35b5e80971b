import { isPlainName } from "../base/confine.ts";
import type { IncomingRequest } from "../base/request.ts";
import { clean, environment, type EnvironmentOptions } from "./environment.ts";

/** Options of {@linkcode cgiEnvironment}: what a CGI script is told beside the request itself. */
export interface CgiEnvironmentOptions extends EnvironmentOptions {
  /** The folder that scripts are served from. */
  readonly root: string;
  /** `SCRIPT_FILENAME`: not of RFC 3875, but PHP and others cannot do without it. */
  readonly filename: string;
  /** Bytes of the body; undefined where the request announces none. */
  readonly length: number | undefined;
}

/**
 * The variables of a CGI script (RFC 3875 §4.1): those of a process, with the body's and the file's in
 * their places.
 */
export function cgiEnvironment(
  request: IncomingRequest,
  options: CgiEnvironmentOptions,
): Record<string, string> {
  const { root, filename, length, pathInfo } = options;
  const variables = environment(request, options);
  const type = request.headers.has("content-type") ? variables.HTTP_CONTENT_TYPE : "";
  // RFC 3875 §4.1.18: not a second time.
  delete variables.HTTP_CONTENT_TYPE;
  delete variables.HTTP_CONTENT_LENGTH;
  delete variables.PATH_TRANSLATED;
  variables.CONTENT_TYPE = type ?? "";
  variables.CONTENT_LENGTH = length === undefined ? "" : String(length);
  variables.SCRIPT_FILENAME = filename;
  // A script that opens what this names must not be led out of the folder, nor to another file than is meant.
  const isPlain = clean(pathInfo) === pathInfo &&
    pathInfo.split("/").every((segment) => isPlainName(segment, Deno.build.os));
  if (isPlain && pathInfo !== "") variables.PATH_TRANSLATED = root + pathInfo;
  return variables;
}
