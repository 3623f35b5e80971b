import { assert } from "@std/assert";
import type { Exchange, Handler } from "../../lib/contract.ts";
import { cgi, type CgiOptions } from "../../lib/handlers/cgi/cgi.ts";
import { fakePlace } from "../support/fake_place.ts";
import { Scripts } from "../support/scripts.ts";
import { fakeRequest, type RequestChanges } from "../base/fake_request.ts";

/** The header block of a script. */
export const PLAIN = "echo 'Content-Type: text/plain'; echo";

/** What is asked for beside the request. */
export interface AskOptions extends RequestChanges {
  /** Sent with its length, unless the headers say one. */
  readonly body?: string | ReadableStream<Uint8Array>;
  readonly left?: AbortSignal;
}

/** A folder of scripts that is served to nobody but a test. */
export class Served implements AsyncDisposable {
  readonly handler: Handler;
  readonly #scripts: Scripts;
  readonly #ending = new AbortController();
  readonly #place = fakePlace({ signal: this.#ending.signal });

  private constructor(scripts: Scripts, options: CgiOptions) {
    this.#scripts = scripts;
    this.handler = cgi(scripts.folder, options);
  }

  /** Writes scripts and serves them. */
  static async scripts(
    programs: Readonly<Record<string, string>>,
    options: CgiOptions = {},
  ): Promise<Served> {
    return new Served(await Scripts.write(programs), options);
  }

  get folder(): string {
    return this.#scripts.folder;
  }

  /** Asks for a path. */
  async ask(path: string, options: AskOptions = {}): Promise<Response | undefined> {
    const { body, left = new AbortController().signal, headers, ...changes } = options;
    const length = typeof body === "string" ? String(new TextEncoder().encode(body).length) : "";
    const exchange: Exchange = {
      body: typeof body === "string" ? new Blob([body]).stream() : body ?? null,
      left,
    };
    const all = new Headers(headers);
    if (length && !all.has("content-length")) all.set("content-length", length);
    const request = fakeRequest({ path, ...changes, headers: [...all] });
    return await this.handler.respond?.(request, exchange, this.#place);
  }

  /** Ends all scripts. */
  async end(): Promise<void> {
    this.#ending.abort();
    await this.handler[Symbol.asyncDispose]?.();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
    await this.#scripts[Symbol.asyncDispose]();
  }
}

/** The status of an answer, and its text. */
export async function read(response: Response | undefined): Promise<[number?, string?]> {
  return response ? [response.status, await response.text()] : [];
}

/** A request with four bytes of body. */
export const POST = { method: "POST", headers: { "Content-Length": "4" } };

/** A body that comes when a test says so. */
export function upload(): [TransformStream["readable"], WritableStreamDefaultWriter<Uint8Array>] {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  return [readable, writable.getWriter()];
}

/** The next piece of an answer's text, whole up to a text. */
export async function until(
  reader: ReadableStreamDefaultReader<Uint8Array> | undefined,
  text: string,
): Promise<string> {
  const decoder = new TextDecoder();
  let got = "";
  while (!got.endsWith(text)) {
    const { value, done } = await reader?.read() ?? {};
    assert(!done && value, `it ended after "${got}"`);
    got += decoder.decode(value, { stream: true });
  }
  return got;
}
