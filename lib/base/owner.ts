/** User and group that a file belongs to, by names or numbers; what is left out stays as it is. */
export interface Owner {
  /** A user's name or number. */
  readonly user?: string;
  /** A group's name or number. */
  readonly group?: string;
}

/** Reads `USER`, `USER:GROUP` or `:GROUP`; undefined where it is none of them. */
export function parseOwner(text: string): Owner | undefined {
  const [, user, group] = /^([^\s:]+)?(?::([^\s:]+))?$/.exec(text) ?? [];
  if (user === undefined && group === undefined) return undefined;
  return { ...(user === undefined ? {} : { user }), ...(group === undefined ? {} : { group }) };
}

/** An owner as it was written. */
export function ownerText({ user = "", group }: Owner): string {
  return group === undefined ? user : `${user}:${group}`;
}
