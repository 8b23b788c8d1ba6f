// Mutants that survive because they compute the same, each with the reason.
export const SAME = new Map([]);
