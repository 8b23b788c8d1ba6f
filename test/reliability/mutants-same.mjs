// Mutants that survive because they compute the same, each with the reason.
export const SAME = new Map([
  [
    "depthwise_columns.h: const int64_t last = min_of(g.h.in, int64_t{rows.end} - g.h.pad + kKernel - 1) - 1;  ->  const int64_t last = min_of(g.h.in, int64_t{rows.end} - g.h.pad + kKernel - 1);",
    "more rows are taken for unsafe: they are loaded by mask, with the same result",
  ],
]);
