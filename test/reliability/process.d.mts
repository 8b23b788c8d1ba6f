export interface Outcome {
  readonly code: number | null;
  readonly stderr: string;
  /** What the script reported. */
  readonly report: Readonly<Record<string, unknown>>;
}

export interface ScriptOptions {
  readonly nodeArgs?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  /** The addon, if it is not the one under test. */
  readonly from?: string;
}

export const binary: string;
export function childFile(name: string): string;
export function runScript(file: string, args?: readonly (string | number)[], options?: ScriptOptions): Promise<Outcome>;
/** Null where the process ended as it should, with nothing on stderr. */
export function whatIsWrong(outcome: Outcome): string | null;
