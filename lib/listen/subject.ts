import { fromBER, type Sequence, type Set as SetOf } from "npm:asn1js@4.0.0";

/** The short names of RFC 4514 §3, and two more that certificates are full of, by object identifier. */
const NAMES: Readonly<Record<string, string>> = {
  "2.5.4.3": "CN",
  "2.5.4.5": "serialNumber",
  "2.5.4.6": "C",
  "2.5.4.7": "L",
  "2.5.4.8": "ST",
  "2.5.4.9": "STREET",
  "2.5.4.10": "O",
  "2.5.4.11": "OU",
  "0.9.2342.19200300.100.1.1": "UID",
  "0.9.2342.19200300.100.1.25": "DC",
  "1.2.840.113549.1.9.1": "emailAddress",
};

/**
 * The subject of a certificate as RFC 4514 writes it, such as `CN=Jane Doe,O=Example\, Inc.,C=DE`.
 *
 * Not by the text that `node:crypto` makes of it: that writes a line for each part, and a part may have
 * line ends of its own.
 *
 * @param certificate X.509 in DER.
 */
export function subjectOf(certificate: Uint8Array): string {
  const { result } = fromBER(new Uint8Array(certificate));
  const [tbs] = (result as Sequence).valueBlock.value as Sequence[];
  const fields = tbs?.valueBlock.value ?? [];
  // RFC 5280 §4.1: a version, which version 1 leaves out, then serial number, algorithm, issuer, validity.
  const subject = fields[fields[0]?.idBlock.tagClass === 3 ? 5 : 4] as Sequence;
  const names = (subject.valueBlock.value as SetOf[]).map((set) =>
    (set.valueBlock.value as Sequence[]).map(attribute).join("+")
  );
  return names.reverse().join(",");
}

function attribute({ valueBlock: { value: [type, value] } }: Sequence): string {
  const oid = type?.valueBlock.toString() ?? "";
  const name = NAMES[oid];
  const text: unknown = value && "value" in value.valueBlock ? value.valueBlock.value : undefined;
  if (name && typeof text === "string") return `${name}=${escape(text)}`;
  const der = new Uint8Array(value?.toBER() ?? []);
  return `${oid}=#${Array.from(der, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** RFC 4514 §2.4. */
function escape(text: string): string {
  return text
    .replace(/["+,;<>\\]|^[ #]| $/g, "\\$&")
    // deno-lint-ignore no-control-regex -- control characters are what it is about
    .replace(/[\0-\x1f\x7f]/g, (char) => `\\${char.charCodeAt(0).toString(16).padStart(2, "0")}`);
}
