export function withFaults(
  faults: Readonly<Record<string, string>>,
  name?: string,
): { readonly env: Readonly<Record<string, string>>; readonly counts: string };
