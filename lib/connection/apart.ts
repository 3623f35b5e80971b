/** The close of who is to see no half of the world, with `away=close`, while the other servers cannot be reached. */
export const APART = [1013, "The other servers cannot be reached"] as const;
