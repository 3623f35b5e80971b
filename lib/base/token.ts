/** The form of a name in headers: a token of RFC 9110 §5.6.2. */
export const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;

/** The form of what says who a client is: a bearer token of RFC 6750 §2.1. */
export const BEARER_TOKEN = /^[A-Za-z0-9._~+/-]+=*$/;
