/** Why nothing can be preloaded here, or null. */
export const preloadSkipped: string | null;
