// The object identifier 1.3.6.1.5.5.7.1.24 in DER, whether that is critical, and the numbers of extensions of TLS.
const FEATURES =
  // deno-lint-ignore no-control-regex -- they are bytes
  /\x06\x08\x2b\x06\x01\x05\x05\x07\x01\x18(?:\x01\x01[^])?\x04[^]\x30[^]((?:\x02\x01[^])+)/;

/** `status_request` and `status_request_v2`. */
const STATUS_REQUESTS = ["\x02\x01\x05", "\x02\x01\x11"];

/**
 * Whether a certificate says that its server has to prove with it that it was not revoked (TLS features, RFC 7633; “OCSP
 * must-staple”).
 *
 * @param der X.509 in DER.
 */
export function mustStaple(der: Uint8Array): boolean {
  const [, features = ""] = FEATURES.exec(new TextDecoder("latin1").decode(der)) ?? [];
  return STATUS_REQUESTS.some((feature) => features.includes(feature));
}
