const REASONS: Record<number, string> = {
  308: "Permanent Redirect",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  411: "Length Required",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  426: "Upgrade Required",
  429: "Too Many Requests",
  500: "Internal Server Error",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
  505: "HTTP Version Not Supported",
};

/** A status in words; empty where it has none here. */
export function reasonOf(status: number): string {
  return REASONS[status] ?? "";
}

/** An answer that says its status in words, and why where that helps. */
export function plain(
  status: number,
  headers: Readonly<Record<string, string>> = {},
  why = "",
): Response {
  const text = `${status} ${reasonOf(status)}${why && `: ${why}`}\n`;
  return new Response(text, {
    status,
    headers: { "Content-Length": `${text.length}`, ...headers },
  });
}
