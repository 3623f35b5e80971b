/** The words of a program that has decided about a request. */
export interface Decision {
  /** The number of `Status: NNN`; undefined where it has said none that an answer can have. */
  readonly status: number | undefined;
  readonly headers: Headers;
  /** Behind an empty line: what its refusal says. */
  readonly body: string;
  /** `NAME=VALUE` lines, the last of each name. */
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * Reads what a program has printed: lines `NAME=VALUE` and `Name: value` in any order, up to an empty line. Others say
 * nothing: it may have printed what it found on its way.
 */
export function readDecision(output: string): Decision {
  const variables = new Map<string, string>();
  const headers = new Headers();
  let status: number | undefined;
  const [, head = "", body = ""] = /^(.*?)(?:(?:^|\n)\r?\n(.*))?$/s.exec(output) ?? [];
  for (const line of head.split("\n")) {
    const [, name = "", sign, value = ""] = /^([\w!#$%&'*+.^`|~-]+?)(=|:)(.*?)\r?$/s.exec(line) ??
      [];
    if (sign === "=") {
      if (/^[A-Za-z_]\w*$/.test(name)) variables.set(name, value);
    } else if (name.toLowerCase() === "status") {
      const [, digits] = /^\s*([2-5]\d\d)(?!\S)/.exec(value) ?? [];
      status = digits === undefined ? undefined : Number(digits);
    } else if (sign === ":") append(headers, name, value);
  }
  return { status, headers, body, variables: Object.fromEntries(variables) };
}

function append(headers: Headers, name: string, value: string): void {
  try {
    headers.append(name, value.trim());
  } catch {
    // No answer can have it: it is as a line that is none.
  }
}
