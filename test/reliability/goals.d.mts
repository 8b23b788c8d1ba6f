export interface Batch {
  readonly tries: number;
  readonly outcomes?: Readonly<Record<string, number>>;
  readonly worst?: Readonly<Record<string, number>>;
  readonly failures: readonly string[];
}

export interface Goal {
  readonly name: string;
  readonly what: string;
  readonly unit: string;
  /** What SECURITY.md promises; what the suite runs; what is written at once. */
  readonly full: number;
  readonly few: number;
  readonly batch: number;
  readonly code: readonly string[];
  /** Why this machine cannot run it. */
  readonly isSkipped: string | null;
  run(range: { readonly from: number; readonly count: number }): Promise<Batch>;
}

export const goals: readonly Goal[];
export function findGoal(name: string): Goal;
