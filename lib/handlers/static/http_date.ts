const TIME = "\\d\\d:\\d\\d:\\d\\d";
const FORMS = [
  // Sun, 06 Nov 1994 08:49:37 GMT
  new RegExp(`^[A-Z][a-z]{2}, \\d\\d [A-Z][a-z]{2} \\d{4} ${TIME} GMT$`),
  // Sunday, 06-Nov-94 08:49:37 GMT
  new RegExp(`^[A-Z][a-z]{5,8}, \\d\\d-[A-Z][a-z]{2}-\\d\\d ${TIME} GMT$`),
  // Sun Nov  6 08:49:37 1994
  new RegExp(`^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \\d]\\d ${TIME} \\d{4}$`),
];

/**
 * Reads a date of a header (RFC 9110 §5.6.7). A header whose date is none counts as absent, so what
 * `Date` guesses about other forms will not do.
 *
 * @returns Milliseconds since 1970, or undefined.
 */
export function parseHttpDate(value: string): number | undefined {
  if (!FORMS.some((form) => form.test(value))) return undefined;
  // The third form has no zone.
  const time = Date.parse(value.endsWith("GMT") ? value : `${value} GMT`);
  return Number.isNaN(time) ? undefined : time;
}
