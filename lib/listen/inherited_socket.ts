/** A socket that somebody else listens on, and this process has inherited, as from systemd. */
export interface InheritedSocket {
  /** The socket's descriptor. */
  readonly fd: number;
  /** The socket's name in messages. */
  readonly name: string;
}

/** An inherited socket in a message. */
export function inheritedText({ fd, name }: InheritedSocket): string {
  return `the inherited socket "${name}" (descriptor ${fd})`;
}
