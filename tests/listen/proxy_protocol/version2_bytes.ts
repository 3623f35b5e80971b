/** A preamble of version 2 of the PROXY protocol. */
export function version2(
  versionAndCommand: number,
  family: number,
  rest: readonly number[],
): Uint8Array {
  const signature = new TextEncoder().encode("\r\n\r\n\0\r\nQUIT\n");
  const length = [rest.length >> 8, rest.length & 255];
  return Uint8Array.from([...signature, versionAndCommand, family, ...length, ...rest]);
}
