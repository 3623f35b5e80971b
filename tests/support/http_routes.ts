import { type HttpAnswer, HttpClient } from "./http_client.ts";
import type { TestServer } from "./server.ts";

/** The address of a server for what is no WebSocket. */
export function httpUrl(server: TestServer): string {
  return server.url.replace("ws", "http");
}

/** Sends a request, of which lines end with `\n`, and reads its answer. */
export function ask(server: TestServer, request: string): Promise<HttpAnswer> {
  return HttpClient.ask(httpUrl(server), request);
}

/** A POST of a text. */
export function post(path: string, text: string, headers = "Content-Type: text/plain\n"): string {
  const length = new TextEncoder().encode(text).length;
  return `POST ${path}\n${headers}Content-Length: ${length}\n\n${text}`;
}

/** A request for server-sent events. */
export function events(path: string, headers = ""): string {
  return `GET ${path}\nAccept: text/event-stream\n${headers}\n`;
}
