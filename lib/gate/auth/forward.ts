import { messageOf, UsageError } from "../../base/errors.ts";
import { TOKEN } from "../../base/header_forms.ts";
import { AUTH_TIMEOUT } from "../../base/limits.ts";
import { Log } from "../../base/log.ts";
import { Seldom } from "../../base/seldom.ts";
import { fromBytes } from "../../process/environment.ts";
import { type Answer, ask, isPrivate, nameOf, parseUrl } from "./ask.ts";
import type { Authenticator, Identity } from "./authenticator.ts";
import { schemeOf } from "./authorization.ts";
import { denialOf, REDIRECTS } from "./denial_of.ts";
import { forwardedHeaders } from "./forwarded_headers.ts";
import { listOf, readTerms } from "./terms.ts";

// Bytes of an answer's body, which is there for people.
const MOST = 64 * 1024;

/** Headers in which servers that decide name the user. */
const USER = ["remote-user", "x-forwarded-user", "x-auth-request-user"];

// Those of a login elsewhere, and of a refusal: what else there may be is no decision.
const REFUSALS = [...REDIRECTS, 401, 403];

/**
 * Has another server decide who may come in, as `auth_request` of nginx and `ForwardAuth` of Traefik do.
 *
 * @param text `URL[;user=HEADER][;headers=A,B]`: the server, and what of its answer the program gets.
 * @throws {UsageError} If it cannot work.
 */
export function forward(text: string): Authenticator {
  const { target, said } = readTerms("forward", text, ["user", "headers"]);
  const url = parseUrl(target);
  const users = said.user === undefined ? USER : [said.user.toLowerCase()];
  const wanted = listOf(said.headers).map((name) => name.toLowerCase());
  const bad = [...users, ...wanted].find((name) => !TOKEN.test(name));
  if (bad !== undefined) {
    throw new UsageError(`"${bad}" is no name of a header`, 2);
  }
  if (!isPrivate(url)) {
    new Log().together(
      "info",
      "server",
      `Passwords go to "${nameOf(url)}" as they are: who is on the way can read them`,
    );
  }
  const seldom = new Seldom();
  let isOver = false;
  let client: Deno.HttpClient | undefined;
  return {
    kind: "forward",
    owns: [...USER, ...users, ...wanted],
    async check(request, evidence, { log, left }) {
      // Of its own, so that its connections end with it; who comes later has one of everybody's.
      if (!isOver) client ??= Deno.createHttpClient({});
      const headers = forwardedHeaders(request, evidence);
      let why: string;
      try {
        const answer = await ask(url, {
          headers,
          signal: left,
          ms: AUTH_TIMEOUT,
          most: MOST,
          ...(client ? { client } : {}),
        });
        if (answer.status >= 200 && answer.status < 300) {
          return identityOf(answer, headers.get("authorization"), { users, wanted });
        }
        if (REFUSALS.includes(answer.status)) return denialOf(request, answer, "the other server");
        why = `the answer is ${answer.status}`;
      } catch (error) {
        why = messageOf(error);
      }
      const problem = `ask "${nameOf(url)}" who may come in: ${why}`;
      if (!left.aborted) seldom.tell(() => log.error("http", `Cannot ${problem}`));
      return { status: 503, reason: `nobody could ${problem}` };
    },
    [Symbol.asyncDispose]() {
      isOver = true;
      client?.close();
      client = undefined;
      return Promise.resolve();
    },
  };
}

/** Facts about a client in an answer; of all that it might say there, the client itself says nothing. */
function identityOf(
  { headers }: Answer,
  authorization: string | null,
  { users, wanted }: { readonly users: readonly string[]; readonly wanted: readonly string[] },
): Identity {
  const user = fromBytes(users.map((name) => headers.get(name)).find(Boolean) ?? "");
  const said = [...USER, ...users, ...wanted].map((name) => [name, headers.get(name) ?? undefined]);
  return { user, type: schemeOf(authorization), headers: Object.fromEntries(said) };
}
