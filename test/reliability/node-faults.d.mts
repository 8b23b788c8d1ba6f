export const nodeFaultsSkipped: string | null;
export function makeNodeFaults(options?: { readonly makesErrors?: boolean }): {
  readonly addon: string;
  readonly library: string;
  readonly folder: string;
};
