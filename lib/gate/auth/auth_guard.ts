import type { IncomingRequest } from "../../base/request.ts";
import { offers } from "../../base/subprotocol.ts";
import type { Guard, Place, Verdict } from "../../contract.ts";
import type { Authenticator, Denial, Evidence, Identity } from "./authenticator.ts";
import { authRefusal } from "./auth_refusal.ts";
import { BEARER_PROTOCOL, evidenceOf, withoutEvidence } from "./evidence.ts";
import type { Failures } from "./failures.ts";

/** Rules for who may come in. */
export interface AuthOptions {
  /**
   * Find out who a client is, in this order, until one knows it; where none does, the answer is 401. A list of none
   * lets everybody in.
   */
  readonly auth?: readonly Authenticator[];
  /** Whether handlers see the password or token as well; default false. */
  readonly authPass?: boolean;
}

/** The words of all who were asked about a client. */
interface Finding {
  /** Of the one that knows it. */
  readonly identity?: Identity;
  /** Of the others, in their order. */
  readonly denials: readonly Denial[];
}

/** The guard that lets in who is known. */
export class AuthGuard implements Guard {
  readonly #authenticators: readonly Authenticator[];
  readonly #passes: boolean;
  readonly #failures: Failures;
  /** Headers that are nobody's to say but an authenticator's: also where another one has let the client in. */
  readonly #owned: Readonly<Record<string, undefined>>;

  constructor(authenticators: readonly Authenticator[], passes: boolean, failures: Failures) {
    this.#authenticators = authenticators;
    this.#passes = passes;
    this.#failures = failures;
    const owned = authenticators.flatMap(({ owns }) => owns ?? []);
    this.#owned = Object.fromEntries(owned.map((name) => [name.toLowerCase(), undefined]));
  }

  /**
   * Asks one after the other.
   *
   * @throws {HandshakeError} If none knows the client (401), it may not come in (403), nobody could be asked (503),
   * what it says of itself is malformed (400), or its address has failed too often (429).
   */
  async check(request: IncomingRequest, place: Place): Promise<Verdict> {
    const evidence = evidenceOf(request);
    // Tokens cannot be guessed.
    const turn = evidence.basic && !this.#knows(evidence)
      ? await this.#failures.turn(request, place)
      : undefined;
    let finding: Finding;
    try {
      finding = await this.#ask(request, evidence, place);
    } catch (error) {
      turn?.right();
      throw error;
    }
    const { identity, denials } = finding;
    const isSaid = evidence.basic !== undefined || evidence.token !== undefined;
    // Whatever the others say: what is wrong to one of them may have been tried for its sake.
    const isWrong = !identity && isSaid &&
      denials.some(({ status, isGuess = status === 401 }) => isGuess);
    if (!isWrong) turn?.right();
    else if (turn) await turn.wrong();
    else await this.#failures.add(request, place);
    if (identity) return this.#verdict(request, identity);
    return authRefusal({ evidence, denials, authenticators: this.#authenticators });
  }

  async #ask(request: IncomingRequest, evidence: Evidence, place: Place): Promise<Finding> {
    const denials: Denial[] = [];
    for (const authenticator of this.#authenticators) {
      const found = await authenticator.check(request, evidence, place);
      if (found === undefined) continue;
      if (!("status" in found)) return { identity: found, denials };
      if (found.status !== 503) place.meter.denied(authenticator.kind ?? "other");
      denials.push(found);
      // It is known: nobody else is to let it in by another name.
      if (found.status === 403) break;
    }
    return { denials };
  }

  /** The request as those see it who come behind this guard. */
  behind(request: IncomingRequest): IncomingRequest {
    const rest = withoutEvidence(request);
    const offered = rest.headers.get("sec-websocket-protocol");
    // A browser gives up where none of those that it offers is chosen, and a token is not to be.
    const subprotocol = [request.subprotocol, BEARER_PROTOCOL].find((name) => {
      return offers(offered, name);
    });
    return Object.freeze({
      ...(this.#passes ? request : rest),
      subprotocol: subprotocol ?? "",
    });
  }

  #knows(evidence: Evidence): boolean {
    return this.#authenticators.some((authenticator) => authenticator.knows?.(evidence));
  }

  #verdict(request: IncomingRequest, found: Identity): Verdict {
    const { user, type, until, variables, headers } = found;
    const said = { ...this.#owned, ...headers };
    return {
      user,
      authType: type,
      ...(until === undefined ? {} : { authUntil: until }),
      ...(variables ? { variables } : {}),
      ...(Object.keys(said).length > 0 ? { headers: withHeaders(request.headers, said) } : {}),
    };
  }
}

/** Headers of a client, where some are not the client's to say: also by a name that is the same to a program. */
function withHeaders(sent: Headers, said: NonNullable<Identity["headers"]>): Headers {
  const headers = new Headers(sent);
  for (const name of [...headers.keys()]) {
    if (Object.hasOwn(said, name.replaceAll("_", "-"))) headers.delete(name);
  }
  for (const [name, value] of Object.entries(said)) {
    if (value !== undefined) headers.set(name, value);
  }
  return headers;
}

/** The guard for some rules; none where everybody may come in. */
export function authGuard(
  { auth = [], authPass = false }: AuthOptions,
  failures: Failures,
): readonly AuthGuard[] {
  return auth.length > 0 ? [new AuthGuard(auth, authPass, failures)] : [];
}
