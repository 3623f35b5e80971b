import { RawClient } from "../support/client.ts";
import type { TestServer } from "../support/server.ts";

/** What a client hears of who it is: the first message, or the body, of a program that was run for it. */
export interface Heard {
  /** 200 also where a WebSocket has opened. */
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
  readonly challenge: string | null;
}

/** Opens a WebSocket at `/ws`. */
export async function wsAnswer(
  server: TestServer,
  headers: Readonly<Record<string, string>>,
  query = "",
): Promise<Heard> {
  using client = await RawClient.request(`${server.url}ws${query}`, { headers });
  const { answer } = client;
  const isOpen = answer.status === 101;
  const text = isOpen ? await client.text() : answer.body;
  const challenge = answer.headers.get("www-authenticate");
  return { status: isOpen ? 200 : answer.status, text, headers: answer.headers, challenge };
}

/** Asks for `/cgi/show` over HTTP. */
export async function cgiAnswer(
  server: TestServer,
  headers: Readonly<Record<string, string>>,
): Promise<Heard> {
  const url = `${server.url.replace(/^ws/, "http")}cgi/show`;
  const response = await fetch(url, { headers, redirect: "manual" });
  const text = (await response.text()).trimEnd();
  const challenge = response.headers.get("www-authenticate");
  return { status: response.status, text, headers: response.headers, challenge };
}
