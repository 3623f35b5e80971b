import { ValueError } from "./value_error.ts";

/** The ways to find out who a client is, each with what is said behind its name. */
const AUTH_KINDS = {
  basic: "FILE",
  token: "FILE",
  jwt: "KEYS",
  program: "COMMAND",
  forward: "URL",
} as const;

/** The name of a way to find out who a client is. */
export type AuthKind = keyof typeof AUTH_KINDS;

/** One way to find out who a client is, as a person has said it. */
export interface AuthSpec {
  readonly kind: AuthKind;
  /** The text behind the name and its colon, such as the file. */
  readonly rest: string;
}

const NAMES = Object.keys(AUTH_KINDS) as readonly AuthKind[];
const NONE = "none";

/** The form of each, to follow “expected”. */
export const AUTHS = `${NAMES.map((kind) => `${kind}:${AUTH_KINDS[kind]}`).join(", ")}, or none`;

/**
 * Reads what `auth` was said to be.
 *
 * @param texts `KIND:…`, one for each; or nothing but `none`.
 * @throws {ValueError} If one of them is not like that.
 */
export function parseAuths(texts: readonly string[]): AuthSpec[] {
  if (texts.length === 1 && texts[0] === NONE) return [];
  // Whoever meant to name one is not to let everybody in.
  if (texts.length === 0) throw new ValueError(AUTHS, "");
  return texts.map((text) => {
    const [, name = "", rest = ""] = /^([^:]*):?(.*)$/s.exec(text) ?? [];
    if (name === NONE) throw new ValueError("none alone", text);
    const kind = NAMES.find((known) => known === name);
    if (kind === undefined) throw new ValueError(AUTHS, name, NAMES);
    if (rest === "") throw new ValueError(`${kind}:${AUTH_KINDS[kind]}`, text);
    return { kind, rest };
  });
}

/** The same as text. */
export function authText({ kind, rest }: AuthSpec): string {
  return `${kind}:${rest}`;
}

/** All of them, as they are said. */
export function authTexts(specs: readonly AuthSpec[]): readonly string[] {
  return specs.length === 0 ? [NONE] : specs.map(authText);
}
