/** Options with which a program that ends at the end of its input gets no signal, however busy the machine is. */
export const PATIENT = { closeMs: 60_000 } as const;
