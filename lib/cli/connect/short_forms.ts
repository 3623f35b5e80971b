/** A short form of an option, which only the client has. */
export interface ShortForm {
  /** The option that it is short for. */
  readonly name: string;
  /** Whether a server has it as well. */
  readonly everywhere?: boolean;
  /** Text in front of its value; default: nothing. */
  readonly before?: string;
  /** The name of its value in the documentation; default: that of the option. */
  readonly value?: string;
}

/**
 * Short forms by their letters, as curl, wscat and websocat have them. A server has but websocketd's `-h`: what
 * websocketd refuses there, it refuses, too.
 */
export const SHORT_FORMS: Readonly<Record<string, ShortForm>> = {
  c: { name: "connect" },
  H: { name: "header", value: "'Name: value'" },
  o: { name: "header", before: "Origin: ", value: "ORIGIN" },
  s: { name: "subprotocol" },
  x: { name: "send" },
  b: { name: "binary" },
  k: { name: "ssl-insecure" },
  n: { name: "ssl-insecure" },
  h: { name: "help", everywhere: true },
};
