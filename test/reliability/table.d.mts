/** SECURITY.md as the results say that it should be. */
export function withTable(text: string): string;
