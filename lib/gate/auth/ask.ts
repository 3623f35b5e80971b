import { messageOf, UsageError } from "../../base/errors.ts";
import { isLoopback, withoutBrackets } from "../../base/host.ts";
import { withoutSecrets } from "../../options/without_secrets.ts";

/** Options of {@linkcode ask}. */
export interface AskOptions {
  readonly headers?: Headers;
  /** Aborts when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  /** Milliseconds until all of the answer has to be there. */
  readonly ms: number;
  /** Bytes that its body may have. */
  readonly most: number;
  /** The connections to use; default: those of everybody. */
  readonly client?: Deno.HttpClient;
}

/** An answer, with all of its body. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
}

/**
 * Asks another server, which may be slow, send too much, or be away. A redirect is an answer like any other: nobody is
 * led elsewhere with what a client has sent.
 *
 * @throws {Error} If there is no whole answer in time.
 */
export async function ask(url: URL, options: AskOptions): Promise<Answer> {
  const { headers = new Headers(), signal, ms, most, client } = options;
  const over = new AbortController();
  const leave = () => over.abort(signal.reason);
  const timer = setTimeout(() => over.abort(new Error(`there is no answer in ${ms} ms`)), ms);
  signal.addEventListener("abort", leave, { once: true });
  if (signal.aborted) leave();
  try {
    const response = await fetch(url, {
      headers,
      redirect: "manual",
      signal: over.signal,
      ...(client ? { client } : {}),
    });
    const body = await bodyOf(response, most);
    return { status: response.status, headers: response.headers, body };
  } catch (error) {
    throw over.signal.aborted ? over.signal.reason : new Error(reasonOf(error), { cause: error });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", leave);
  }
}

/** The body; what is left of one that is too large is not read. */
async function bodyOf({ body }: Response, most: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.length;
    if (length > most) throw new Error(`its answer is larger than ${most / 1024} KiB`);
    chunks.push(chunk);
  }
  return await new Blob(chunks).bytes();
}

/** The fact alone: in front of it, the runtime names the address, and which part of it has failed. */
function reasonOf(error: unknown): string {
  const { cause = error } = error as Error;
  return messageOf(cause).replace(/^.*: /s, "").replace(/ \(os error \d+\)$/, "");
}

/**
 * Reads the address of a server that decides, or has the keys that decide.
 *
 * @throws {UsageError} If it is none, or has a password in it (exit code 2).
 */
export function parseUrl(text: string): URL {
  const refuse = (why: string) => new UsageError(`Invalid address: ${why}`, 2);
  if (!URL.canParse(text)) {
    throw refuse(`"${withoutSecrets(text).replace(/\?.*/s, "?…")}" is no URL`);
  }
  const url = new URL(text);
  // Not the text itself: it is a secret, and is in the list of processes already.
  if (url.username || url.password) throw refuse("a user or password is not to stand in it");
  if (!["http:", "https:"].includes(url.protocol)) {
    throw refuse("it begins with neither https:// nor http://");
  }
  url.hash = "";
  return url;
}

/** An address as a log may have it: what stands behind its question mark may be a secret. */
export function nameOf({ origin, pathname }: URL): string {
  return origin + pathname;
}

/** Whether what goes to an address stays on this machine, or is encrypted. */
export function isPrivate({ protocol, hostname }: URL): boolean {
  return protocol === "https:" || isLoopback(withoutBrackets(hostname));
}
