const REASONS: Record<number, string> = {
  400: "Bad Request",
  403: "Forbidden",
  404: "Not Found",
  411: "Length Required",
  426: "Upgrade Required",
  429: "Too Many Requests",
  500: "Internal Server Error",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
};

/** An answer that says its status in words, and why where that helps. */
export function plain(
  status: number,
  headers: Readonly<Record<string, string>> = {},
  why = "",
): Response {
  const text = `${status} ${REASONS[status] ?? ""}${why && `: ${why}`}\n`;
  return new Response(text, {
    status,
    headers: { "Content-Length": `${text.length}`, ...headers },
  });
}
