import { AUTH_TIMEOUT } from "../../base/limits.ts";
import { type IncomingRequest, nextId } from "../../base/request.ts";
import { splitCommand } from "../../base/split_command.ts";
import { clean, environment } from "../../process/environment.ts";
import { Feed } from "../../process/feed.ts";
import { Life } from "../../process/life.ts";
import { programPath } from "../../process/program_path.ts";
import { Runner } from "../../process/runner.ts";
import { type Outcome, statusText } from "../../process/status.ts";
import type { AuthContext, Authenticator, Denial, Evidence, Identity } from "./authenticator.ts";
import { authorizationOf, schemeOf } from "./authorization.ts";
import { type Decision, readDecision } from "./decision.ts";
import { denialOf, REDIRECTS } from "./denial_of.ts";
import { Printed } from "./printed.ts";

/** The type of an answer of which the program does not say it. */
const TEXT = "text/plain; charset=utf-8";

/**
 * Has a program decide who may come in, by the variables of CGI: exit status 0 lets in.
 *
 * @param text The command. Nothing of a request stands in its words.
 * @throws {UsageError} If there is no such program.
 */
export function program(text: string): Authenticator {
  const [name = "", ...args] = splitCommand(text, "auth=program");
  const path = programPath(name);
  const runner = new Runner({});

  function start(request: IncomingRequest, evidence: Evidence, context: AuthContext) {
    // Not that of the request: what is left of this one must not be taken for a part of the program that comes next.
    const id = nextId();
    return runner.start({
      program: path,
      args,
      id,
      environment: (inherited) => variablesOf({ ...request, id }, evidence, inherited),
      hasSecrets: true,
      log: context.log.with({ command: path }),
      processes: context.processes,
      refusal: "Max of possible forks already active, nobody was asked who may come in",
    });
  }

  return {
    kind: "program",
    async check(request, evidence, context) {
      const starting = start(request, evidence, context);
      const started = starting instanceof Promise ? await starting : starting;
      const life = new Life(started, { closeMs: 0 });
      const printed = new Printed();
      runner.keep(started, life.gone);
      life.begin({ feed: nothing, stdout: { decoder: printed, smallest: 512 } });
      const end = () => life.end(0);
      const timer = setTimeout(end, AUTH_TIMEOUT);
      const over = [context.left, context.signal];
      for (const signal of over) signal.addEventListener("abort", end, { once: true });
      if (over.some(({ aborted }) => aborted)) end();
      try {
        const outcome = await life.over;
        const finding = findingOf(outcome, readDecision(printed.text), request);
        return "reason" in finding
          ? finding
          : { ...finding, type: finding.type || schemeOf(authorizationOf(request, evidence)) };
      } finally {
        clearTimeout(timer);
        for (const signal of over) signal.removeEventListener("abort", end);
      }
    },
    // It ends none: where only its route was replaced, those who came before are still decided about.
    [Symbol.asyncDispose]: () => runner[Symbol.asyncDispose](),
  };
}

/** The variables of a process for the request, and the credentials in one place, whichever way they came. */
function variablesOf(
  request: IncomingRequest,
  evidence: Evidence,
  inherited: Readonly<Record<string, string>>,
): Record<string, string> {
  const variables = environment(request, { scriptName: "/", pathInfo: request.path, inherited });
  const authorization = authorizationOf(request, evidence);
  if (authorization !== null) variables.HTTP_AUTHORIZATION = authorization;
  // Each on one line, also the parameters: a script that prints one must not print two variables.
  return Object.fromEntries(Object.entries(variables).map(([name, text]) => [name, clean(text)]));
}

/** An input that has ended. */
function nothing(stdin: WritableStream<Uint8Array>): Feed {
  const feed = new Feed(stdin, { next: () => [], taken() {}, abandoned: () => 0 });
  feed.abandon();
  return feed;
}

function findingOf(
  { status, told, failure }: Outcome,
  decision: Decision,
  request: IncomingRequest,
): Identity | Denial {
  if (told) return { status: 503, reason: "the program has not decided in time" };
  if (failure) return { status: 503, reason: "the output of the program broke off" };
  const said = decision.status;
  if (status?.code === 0 && (said === undefined || said < 300)) {
    const { REMOTE_USER: user = "", AUTH_TYPE: type = "", ...variables } = decision.variables;
    return { user: clean(user), type: clean(type), variables };
  }
  const { headers } = decision;
  const isAnswer = said !== undefined &&
    (said >= 400 || (REDIRECTS.includes(said) && headers.has("location")));
  const body = new TextEncoder().encode(decision.body);
  if (body.length > 0 && !headers.has("content-type")) headers.set("content-type", TEXT);
  if (isAnswer) return denialOf(request, { status: said, headers, body }, "the program");
  const how = status ? `ended with ${statusText(status)}` : "did not end by itself";
  // It has not said whether the client is known.
  return { status: 403, reason: `the program ${how}`, isGuess: true };
}
