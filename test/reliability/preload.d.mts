/** Why nothing can be preloaded here, or null. */
export const preloadSkipped: string | null;
/** What a library wrote at the end of its process, FAULT_COUNTS. */
export function readCounts(counts: string): { memory: number; threads: number };
