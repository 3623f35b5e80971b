import type { Handler } from "../../lib/contract.ts";
import { snapshot } from "../../lib/base/request.ts";
import { httpLog } from "../../lib/base/session_log.ts";
import { staticFiles, type StaticOptions } from "../../lib/handlers/static/static.ts";
import { fakeExchange, fakePlace } from "../support/fake_place.ts";
import { Tree } from "../support/tree.ts";

/** How a {@linkcode Site} is asked. */
export interface AskOptions {
  readonly method?: string;
  readonly headers?: Record<string, string>;
}

/** A folder that is served, without a server. */
export class Site implements AsyncDisposable {
  readonly tree: Tree;
  readonly handler: Handler;

  private constructor(tree: Tree, handler: Handler) {
    this.tree = tree;
    this.handler = handler;
  }

  static async make(
    files: Record<string, string | Uint8Array> = {},
    links: Record<string, string> = {},
    options: StaticOptions = {},
  ): Promise<Site> {
    const tree = await Tree.make(files, links);
    const scripts = (options.scripts ?? []).map((folder) => `${tree.root}/${folder}`);
    return new Site(tree, staticFiles(tree.root, { scripts }));
  }

  /** Asks as a client does that sends this target. */
  async ask(target: string, options: AskOptions = {}): Promise<Response | undefined> {
    const { method = "GET", headers = {} } = options;
    const request = { target, method, headers: new Headers({ host: "host", ...headers }) };
    const remoteAddr = { transport: "tcp", hostname: "127.0.0.1", port: 5 } as const;
    const incoming = snapshot(request, { remoteAddr });
    const place = fakePlace({ log: httpLog(incoming) });
    return await this.handler.respond?.(incoming, fakeExchange(), place);
  }

  /** The answer, which has to be there. */
  async get(target: string, options: AskOptions = {}): Promise<Response> {
    const response = await this.ask(target, options);
    if (response) return response;
    throw new Error(`No answer to ${target}`);
  }

  /** Status and text of the answer. */
  async text(target: string, options: AskOptions = {}): Promise<string> {
    const response = await this.get(target, options);
    return `${response.status} ${await response.text()}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.tree[Symbol.asyncDispose]();
  }
}
