/** Faults that main still has, each by its rule: delete the line of what you repair. */
export const KNOWN: readonly { rule: string; because: string }[] = [];
