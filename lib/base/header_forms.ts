/** The form of a name in headers: a token of RFC 9110 §5.6.2. */
export const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;

/** The form of what says who a client is: a bearer token of RFC 6750 §2.1. */
export const BEARER_TOKEN = /^[A-Za-z0-9._~+/-]+=*$/;

/** Characters that the value of a header cannot have: RFC 9110 §5.5. */
// deno-lint-ignore no-control-regex -- control characters are what it is about
export const NO_FIELD_VALUE = /[\0-\x08\x0a-\x1f\x7f]/;
