// Mutants that survive because they compute the same, each with the reason.
const UNSAFE = "more loads are taken for unsafe: they are done by mask, with the same result";
const BANDS = "bands have other sizes: nothing depends on where they end";
const ALL_FILLED = "all columns of a padded row are filled, also those that no tile reads";
const COST = "only the expected time changes, by which a kernel is chosen";
const SAME_NUMBER = "where the two are equal, both branches give the same number";
const FETCHED = "only what is fetched ahead changes";
const FITS = "a vector that just fits is stored by a mask, with the same result";
const WHOLE_MASK = "a vector that is just whole goes by a mask of all lanes";
const NEXT_BRANCH = "the last vector is copied by the next branch";
const JUST_FITS = "a patch that just fits is copied first, with the same result";
const CUT = "an axis that one tile could hold is cut into several, with the same result within the rounding";
const TILE_HEIGHT = "tiles have another height, with the same result";
const OTHER_WAY = "fewer geometries go by wide rows: the kernels beside them give the same";
const BY_MASK = "more blocks are loaded by mask, with the same result";

export const SAME = new Map([
  [
    "dense_copy.h: const bool whole = iw >= 0 && iw + V::kLanes <= axis.in;  ->  const bool whole = iw > 0 && iw + V::kLanes <= axis.in;",
    WHOLE_MASK,
  ],
  [
    "dense_copy.h: const bool whole = iw >= 0 && iw + V::kLanes <= axis.in;  ->  const bool whole = iw >= 0 && iw + V::kLanes < axis.in;",
    WHOLE_MASK,
  ],
  [
    "dense_copy.h: for (int lane = 0; lane < V::kLanes && lane < live; ++lane)  ->  for (int lane = 0; lane <= V::kLanes && lane < live; ++lane)",
    "live is a vector at most",
  ],
  [
    "depthwise2d_by_channels.cc: const double columns = static_cast<double>(g.w.kernel) * g.w.in - (g.w.kernel / 2) * (g.w.kernel / 2 + 1);  ->  const double columns = static_cast<double>(g.w.kernel) * g.w.in + (g.w.kernel / 2) * (g.w.kernel / 2 + 1);",
    COST,
  ],
  [
    "depthwise2d_by_channels.cc: const double columns = static_cast<double>(g.w.kernel) * g.w.in - (g.w.kernel / 2) * (g.w.kernel / 2 + 1);  ->  const double columns = static_cast<double>(g.w.kernel) * g.w.in - (g.w.kernel / 2) * (g.w.kernel / 2);",
    COST,
  ],
  [
    "depthwise2d_by_channels.cc: const int64_t at = plane < L ? 0 : min_of(begin, plane - L);  ->  const int64_t at = plane <= L ? 0 : min_of(begin, plane - L);",
    SAME_NUMBER,
  ],
  [
    "depthwise2d_k3_strip.h: if (kSpills && dst + V::kLanes > limit)  ->  if (kSpills && dst + V::kLanes >= limit)",
    FITS,
  ],
  [
    "depthwise2d_k3_strip.h: if (kSpills && dst + V::kLanes > limit)  ->  if (kSpills || dst + V::kLanes > limit)",
    "short rows are always stored by mask, with the same result",
  ],
  [
    "depthwise2d_k3_strip.h: return count >= 3 && first_ih >= -2 && last_ih <= int64_t{g.h.in} + 1;  ->  return count >= 3 && first_ih > -2 && last_ih <= int64_t{g.h.in} + 1;",
    "rows below two rows of padding are copied between zeros, with the same result",
  ],
  [
    "depthwise2d_planes.h: const double inner_tiles = is_odd(g.h) ? max_of(0, static_cast<int64_t>(tiles) - 2) : tiles;  ->  const double inner_tiles = is_odd(g.h) ? min_of(0, static_cast<int64_t>(tiles) - 2) : tiles;",
    COST,
  ],
  [
    "depthwise2d_planes.h: const int32_t end = axis.out - 1 - axis.pad + axis.kernel - axis.in;  // padding that the last output sees  ->  const int32_t end = axis.out - 1 + axis.pad + axis.kernel - axis.in;  // padding that the last output sees",
    COST,
  ],
  [
    "depthwise2d_planes.h: const int32_t end = axis.out - 1 - axis.pad + axis.kernel - axis.in;  // padding that the last output sees  ->  const int32_t end = axis.out - 1 - axis.pad + axis.kernel + axis.in;  // padding that the last output sees",
    COST,
  ],
  [
    "depthwise2d_planes.h: const int64_t next_ih = min_of(g.h.in, max_of(0, int64_t{rows.end} - g.h.pad + kKernel - 1));  ->  const int64_t next_ih = min_of(g.h.in, max_of(0, int64_t{rows.end} - g.h.pad - kKernel - 1));",
    FETCHED,
  ],
  [
    "depthwise2d_planes.h: return (axis.pad != 0 && axis.pad != axis.kernel / 2) || (end > 0 && end != axis.kernel / 2);  ->  return (axis.pad != 0 && axis.pad != axis.kernel / 2) || (end > 0 || end != axis.kernel / 2);",
    COST,
  ],
  [
    "depthwise2d_planes.h: return (axis.pad != 0 && axis.pad != axis.kernel / 2) || (end > 0 && end != axis.kernel / 2);  ->  return (axis.pad != 0 && axis.pad == axis.kernel / 2) || (end > 0 && end != axis.kernel / 2);",
    COST,
  ],
  [
    "depthwise2d_planes.h: return (axis.pad != 0 && axis.pad != axis.kernel / 2) || (end > 0 && end != axis.kernel / 2);  ->  return (axis.pad != 0 || axis.pad != axis.kernel / 2) || (end > 0 && end != axis.kernel / 2);",
    COST,
  ],
  [
    "depthwise2d_planes.h: return kLanes * sizeof(T) > 32 && g.w.out <= kLanes / 2 ? 1.25 : 1;  ->  return kLanes * sizeof(T) > 32 && g.w.out < kLanes / 2 ? 1.25 : 1;",
    COST,
  ],
  [
    "depthwise2d_planes.h: return static_cast<int32_t>(part_end + step > end ? end : part_end);  ->  return static_cast<int32_t>(part_end + step >= end ? end : part_end);",
    BANDS,
  ],
  [
    "depthwise2d_s2_narrow.cc: const bool is_inside = ow < w.out && iw >= 0 && iw < w.in;  ->  const bool is_inside = ow <= w.out && iw >= 0 && iw < w.in;",
    "a lane behind the row is computed too, which joined_rows() leaves out",
  ],
  [
    "depthwise2d_s2_narrow.cc: return 200.0 + static_cast<double>(g.out_channels) * (15 + pairs * (kKernel * kKernel * 1.1 + kKernel * 2 + 3));  ->  return 200.0 + static_cast<double>(g.out_channels) * (15 + pairs * (kKernel * kKernel * 1.1 - kKernel * 2 + 3));",
    COST,
  ],
  [
    "depthwise2d_s2_tile.h: const bool is_left = block.iw >= -(kKernel / 2) && block.iw + 2 * (outputs - 1) + kKernel - 1 < w.in;  ->  const bool is_left = block.iw > -(kKernel / 2) && block.iw + 2 * (outputs - 1) + kKernel - 1 < w.in;",
    BY_MASK,
  ],
  [
    "depthwise2d_s2_tile.h: const int64_t outputs = min_of(V::kLanes, w.out - ow);  ->  const int64_t outputs = max_of(V::kLanes, w.out - ow);",
    BY_MASK,
  ],
  [
    "depthwise2d_s2_tile.h: if (block.iw >= 0 && last < w.in) return block;  ->  if (block.iw > 0 && last < w.in) return block;",
    "a block that begins with the row has its left taps loaded by a mask of all lanes, or is copied",
  ],
  [
    "depthwise2d_s2_tile.h: if (kColumns != S2Columns::kInside && shape.out < V::kLanes &&  ->  if (kColumns != S2Columns::kInside && shape.out <= V::kLanes &&",
    WHOLE_MASK,
  ],
  [
    "depthwise2d_small.h: T* const owned_end = static_cast<T*>(operands.dst) + end * g.dst_plane;  ->  T* const owned_end = static_cast<T*>(operands.dst) - end * g.dst_plane;",
    "short rows are stored by mask, with the same result",
  ],
  [
    "depthwise2d_small.h: next = oh + tiles.rows;  ->  next = oh - tiles.rows;",
    "the first tile is planned until no step is left: all planes are done band by band, with the same result",
  ],
  [
    "depthwise2d_tile.h: if (may_spill && dst + (kRows - 1) * pitch + V::kLanes > shape.limit) {  ->  if (may_spill && dst + (kRows - 1) * pitch + V::kLanes >= shape.limit) {",
    FITS,
  ],
  [
    "depthwise2d_tile.h: if (may_spill && dst + (kRows - 1) * pitch + V::kLanes > shape.limit) {  ->  if (may_spill && dst + (kRows) * pitch + V::kLanes > shape.limit) {",
    "a short row is stored by mask a row earlier, with the same result",
  ],
  [
    "depthwise2d_tile.h: return (!top || above == kKernel / 2) && (!bottom || below == kKernel / 2);  ->  return (!top || above == kKernel / 2) && (!bottom && below == kKernel / 2);",
    "no tile fits its place: all are copied between zeros, with the same result",
  ],
  [
    "depthwise2d_tile_rows.h: const bool fits = here.end - here.begin == tile_rows && tile_place<kKernel>(g.h, here.begin, tile_rows, &place);  ->  const bool fits = here.end + here.begin == tile_rows && tile_place<kKernel>(g.h, here.begin, tile_rows, &place);",
    "tiles below the first are copied between zeros, with the same result",
  ],
  [
    "depthwise2d_tile_rows.h: constexpr int kMostSrcRows = kMostTileRows + kKernel - 1, kVectors = (2 * V::kLanes + kKernel - 2) / V::kLanes;  ->  constexpr int kMostSrcRows = kMostTileRows + kKernel - 1, kVectors = (2 * V::kLanes + kKernel + 2) / V::kLanes;",
    "a copied row is a vector longer, which no output reads",
  ],
  [
    "depthwise2d_tile_rows.h: if (g.h.out == 5 || g.h.out == 9) return 5;  ->  if (g.h.out != 5 || g.h.out == 9) return 5;",
    TILE_HEIGHT,
  ],
  [
    "depthwise2d_tile_rows.h: if (g.h.out == 5 || g.h.out == 9) return 5;  ->  if (g.h.out == 5 || g.h.out != 9) return 5;",
    TILE_HEIGHT,
  ],
  [
    "depthwise2d_tile_rows.h: return ceil_of(g.h.out, 8) < ceil_of(g.h.out, 7) && g.h.out >= 8 ? 8 : 7;  ->  return ceil_of(g.h.out, 8) <= ceil_of(g.h.out, 7) && g.h.out >= 8 ? 8 : 7;",
    TILE_HEIGHT,
  ],
  [
    "depthwise2d_tile_rows.h: sums + tiles.rows * V::kLanes,  ->  sums - tiles.rows * V::kLanes,",
    "only blocks that see padding at both sides ask for the limit, and a copied tile is none",
  ],
  [
    "depthwise_any_bands.h: b.depth_bands = (g.d.out + b.depths - 1) / b.depths;  ->  b.depth_bands = (g.d.out + b.depths) / b.depths;",
    "one band more, which has no depths and computes nothing",
  ],
  [
    "depthwise_any_bands.h: b.length = static_cast<int32_t>(g.w.out + (reach_w - 1) / g.w.stride);  ->  b.length = static_cast<int32_t>(g.w.out + (reach_w) / g.w.stride);",
    "a padded row is a column longer, which no tap reads",
  ],
  [
    "depthwise_any_bands.h: const double depths = static_cast<double>(b.depths - 1) * g.d.stride + reach(g.d);  ->  const double depths = static_cast<double>(b.depths) * g.d.stride + reach(g.d);",
    COST,
  ],
  [
    "depthwise_any_bands.h: const int32_t left = g.w.interior_begin > 0 ? g.w.interior_begin + edge_tile + reach_w : 0;  ->  const int32_t left = g.w.interior_begin >= 0 ? g.w.interior_begin + edge_tile + reach_w : 0;",
    ALL_FILLED,
  ],
  [
    "depthwise_any_bands.h: const int32_t right = g.w.interior_end < g.w.out ? g.w.interior_end - edge_tile : b.length;  ->  const int32_t right = g.w.interior_end <= g.w.out ? g.w.interior_end - edge_tile : b.length;",
    "the last columns of a padded row are filled too, which no tile reads",
  ],
  [
    "depthwise_any_bands.h: const int64_t fitting = (kBandScratchBytes / row_bytes - reach_h) / g.h.stride + 1;  ->  const int64_t fitting = (kBandScratchBytes / row_bytes - reach_h) / g.h.stride;",
    BANDS,
  ],
  [
    "depthwise_any_bands.h: const int64_t least = (reach_h - 1) / g.h.stride + 1;  ->  const int64_t least = (reach_h) / g.h.stride + 1;",
    BANDS,
  ],
  [
    "depthwise_any_bands.h: const int64_t phases = g.w.stride < 16 ? g.w.stride : g.w.kernel < g.w.stride ? g.w.kernel : g.w.stride;  ->  const int64_t phases = g.w.stride <= 16 ? g.w.stride : g.w.kernel < g.w.stride ? g.w.kernel : g.w.stride;",
    "at a stride of 16 a little more is refused as too large, which another kernel computes",
  ],
  [
    "depthwise_any_bands.h: const int64_t rows = int64_t{g.h.dilation} * (g.h.kernel - 1) + g.h.stride + 1;  ->  const int64_t rows = int64_t{g.h.dilation} * (g.h.kernel - 1) + g.h.stride;",
    "at the limit a little more is taken, with a scratch that is a little larger",
  ],
  [
    "depthwise_any_bands.h: const int64_t rows = int64_t{g.h.dilation} * (g.h.kernel - 1) + g.h.stride + 1;  ->  const int64_t rows = int64_t{g.h.dilation} * (g.h.kernel) + g.h.stride + 1;",
    "more is refused as too large, which another kernel computes",
  ],
  [
    "depthwise_any_bands.h: if (depths < reach_d) depths = reach_d;  ->  if (depths <= reach_d) depths = reach_d;",
    SAME_NUMBER,
  ],
  [
    "depthwise_any_bands.h: if (edge_tile > 0 && g.w.stride == 1) {  ->  if (edge_tile > 0 && g.w.stride != 1) {",
    ALL_FILLED,
  ],
  [
    "depthwise_any_bands.h: if (left < right && g.w.out > edge_tile) {  ->  if (left <= right && g.w.out > edge_tile) {",
    "where the two meet all columns are filled, once from either side",
  ],
  [
    "depthwise_any_bands.h: if (rows < least_rows) rows = least_rows;  ->  if (rows <= least_rows) rows = least_rows;",
    SAME_NUMBER,
  ],
  ["depthwise_any_bands.h: if (rows > g.h.out) rows = g.h.out;  ->  if (rows >= g.h.out) rows = g.h.out;", SAME_NUMBER],
  [
    "depthwise_any_bands.h: int64_t depths = 2 * kBandMultiplyAdds / (depth_work + 1) + 1;  ->  int64_t depths = 2 * kBandMultiplyAdds / (depth_work + 1);",
    BANDS,
  ],
  [
    "depthwise_any_bands.h: int64_t depths = 2 * kBandMultiplyAdds / (depth_work + 1) + 1;  ->  int64_t depths = 2 * kBandMultiplyAdds / (depth_work) + 1;",
    BANDS,
  ],
  [
    "depthwise_any_rows.h: const int32_t last = phase.end < end ? phase.end > first ? phase.end : first : end;  ->  const int32_t last = phase.end < end ? phase.end >= first ? phase.end : first : end;",
    SAME_NUMBER,
  ],
  [
    "depthwise_any_rows.h: for (; i + 2 * V::kLanes <= count; i += 2 * V::kLanes) {  ->  for (; i + 2 * V::kLanes < count; i += 2 * V::kLanes) {",
    "the last two vectors are copied one by one",
  ],
  [
    "depthwise_any_rows.h: for (; i + V::kLanes <= count; i += V::kLanes) V::load_every_other(src + 2 * int64_t{i}).store(row + i);  ->  for (; i + V::kLanes < count; i += V::kLanes) V::load_every_other(src + 2 * int64_t{i}).store(row + i);",
    NEXT_BRANCH,
  ],
  ["depthwise_any_rows.h: if (i + V::kLanes <= count) {  ->  if (i + V::kLanes < count) {", NEXT_BRANCH],
  [
    "depthwise_any_rows.h: if (i < count && count >= V::kLanes) {  ->  if (i < count && count > V::kLanes) {",
    "a row of one vector is done before",
  ],
  [
    "depthwise_any_rows.h: if (i < count && count >= V::kLanes) {  ->  if (i <= count && count >= V::kLanes) {",
    "a row of whole vectors has its last one copied twice",
  ],
  [
    "depthwise_any_rows.h: p.begin = before > 0 ? (before + w.stride - 1) / w.stride : 0;  ->  p.begin = before >= 0 ? (before + w.stride - 1) / w.stride : 0;",
    SAME_NUMBER,
  ],
  [
    "depthwise_columns.h: (columns == Columns::kRight && is_last) || (columns == Columns::kBoth && count == 1) ||  ->  (columns == Columns::kRight && is_last) || (columns != Columns::kBoth && count == 1) ||",
    "a single block that sees padding at both sides goes by mask, with the same result",
  ],
  [
    "depthwise_columns.h: const int32_t first_made = count < kKept ? count : kKept;  ->  const int32_t first_made = count <= kKept ? count : kKept;",
    SAME_NUMBER,
  ],
  [
    "depthwise_columns.h: const int64_t behind = block.iw + outputs - 1 + kKernel - w.in;  ->  const int64_t behind = block.iw + outputs + kKernel - w.in;",
    "more blocks are masked, or copied between zeros, with the same result",
  ],
  [
    "depthwise_columns.h: const int64_t last = min_of(g.h.in, int64_t{rows.end} - g.h.pad + kKernel - 1) - 1;  ->  const int64_t last = min_of(g.h.in, int64_t{rows.end} - g.h.pad + kKernel - 1);",
    UNSAFE,
  ],
  [
    "depthwise_columns.h: const int64_t last = min_of(g.h.in, int64_t{rows.end} - g.h.pad + kKernel - 1) - 1;  ->  const int64_t last = min_of(g.h.in, int64_t{rows.end} - g.h.pad + kKernel) - 1;",
    UNSAFE,
  ],
  [
    "depthwise_columns.h: last(column_block<V, kKernel>(w, column_of(w, count - 1), true)) {  ->  last(column_block<V, kKernel>(w, column_of(w, count), true)) {",
    "the last vector begins at the same column: one that would end behind the row is moved back",
  ],
  [
    "depthwise_columns.h: last_plane + last * g.w.in + block.iw + kKernel - 1 + V::kLanes <= rows.channel.src_end - rows.channel.src;  ->  last_plane + last * g.w.in + block.iw + kKernel + V::kLanes <= rows.channel.src_end - rows.channel.src;",
    UNSAFE,
  ],
  [
    "depthwise_columns.h: return group * g.src_plane < kKernel || (g.groups - 1 - group) * g.src_plane < kKernel + V::kLanes;  ->  return group * g.src_plane < kKernel || (g.groups - 1 - group) * g.src_plane <= kKernel + V::kLanes;",
    UNSAFE,
  ],
  [
    "depthwise_fft.cc: (square + 420.0 * static_cast<double>(vectors));  ->  (square - 420.0 * static_cast<double>(vectors));",
    COST,
  ],
  [
    "depthwise_fft.cc: const TilePlace after = place_of(g, rows, columns, item + 1 < end ? item + 1 : item);  ->  const TilePlace after = place_of(g, rows, columns, item + 1 <= end ? item + 1 : item);",
    FETCHED,
  ],
  [
    "depthwise_fft.cc: const int64_t inputs = min_of(kTile, min_of(int64_t{g.w.pad} + g.w.in, columns.outputs + reach(g.w) - 1));  ->  const int64_t inputs = min_of(kTile, min_of(int64_t{g.w.pad} + g.w.in, columns.outputs + reach(g.w)));",
    COST,
  ],
  [
    "depthwise_fft.cc: next = {plane + int64_t{after.row - g.h.pad} * g.w.in + after.column - g.w.pad, g.w.in, kTile};  ->  next = {plane + int64_t{after.row - g.h.pad} * g.w.in + after.column + g.w.pad, g.w.in, kTile};",
    FETCHED,
  ],
  [
    "depthwise_nhwc_flat.cc: const bool is_high = rows >= kTileRows;  ->  const bool is_high = rows > kTileRows;",
    "a band as high as a tile is computed row by row, with the same result",
  ],
  [
    "depthwise_nhwc_flat.cc: const bool is_inside = tile.first >= pad && end - pad + reach <= tile.in && end <= tile.out;  ->  const bool is_inside = tile.first >= pad && end - pad + reach <= tile.in && end < tile.out;",
    "a tile that ends with the row is checked as one at an edge, with the same result",
  ],
  [
    "depthwise_nhwc_flat.cc: const int64_t reach = int64_t{g.w.dilation} * (g.w.kernel - 1) * g.in_channels;  ->  const int64_t reach = int64_t{g.w.dilation} * (g.w.kernel) * g.in_channels;",
    "more tiles are checked as ones at an edge, with the same result",
  ],
  [
    "depthwise_nhwc_flat.cc: else if (rest > v * L)  ->  else if (rest >= v * L)",
    "the mask has no lanes, and nothing is stored",
  ],
  [
    "depthwise_nhwc_flat.cc: for (int32_t index = 0; index < kRows - 1 + g.h.kernel; ++index) {  ->  for (int32_t index = 0; index < kRows + g.h.kernel; ++index) {",
    "one more input row is loaded, which none of the output rows sees",
  ],
  [
    "depthwise_nhwc_flat.cc: if (!kEdge || (begin >= 0 && begin + L <= in))  ->  if (!kEdge || (begin >= 0 && begin + L < in))",
    WHOLE_MASK,
  ],
  ["depthwise_nhwc_flat.cc: if (!kEdge || rest >= (v + 1) * L)  ->  if (!kEdge || rest > (v + 1) * L)", WHOLE_MASK],
  [
    "depthwise_nhwc_rows.h: return g.h.stride == 1 && g.h.dilation == 1 && oh >= g.h.interior_begin && oh + 1 < g.h.interior_end;  ->  return g.h.stride == 1 && g.h.dilation == 1 && oh > g.h.interior_begin && oh + 1 < g.h.interior_end;",
    "the pairs of rows begin one row later, and a row alone has the same sums",
  ],
  [
    "fft_channels.h: for (int i = 0; i < L; ++i) square[i] = i < to.channels ? V::load(from + i * kPlane) : V::zero();  ->  for (int i = 0; i < L; ++i) square[i] = i <= to.channels ? V::load(from + i * kPlane) : V::zero();",
    "one plane more is read from scratch, whose lane is not stored",
  ],
  [
    "fft_image.h: if (axis.out <= (holds_image ? min_of(kTile, int64_t{most} + axis.pad) : most)) return {axis.out, 1};  ->  if (axis.out < (holds_image ? min_of(kTile, int64_t{most} + axis.pad) : most)) return {axis.out, 1};",
    CUT,
  ],
  [
    "fft_image.h: if (axis.out <= (holds_image ? min_of(kTile, int64_t{most} + axis.pad) : most)) return {axis.out, 1};  ->  if (axis.out <= (holds_image ? min_of(kTile, int64_t{most} - axis.pad) : most)) return {axis.out, 1};",
    CUT,
  ],
  [
    "fft_image.h: masks.is_full[v] = begin <= v * V::kLanes && end >= (v + 1) * V::kLanes;  ->  masks.is_full[v] = begin < v * V::kLanes && end >= (v + 1) * V::kLanes;",
    WHOLE_MASK,
  ],
  [
    "gemm_box.h: const bool planes = rows && box.height == g.h.out;  ->  const bool planes = rows || box.height == g.h.out;",
    "a box that is a part of a plane has a depth of one anyway",
  ],
  [
    "gemm_box.h: return share < kSmallest ? kSmallest : share > kLargest ? kLargest : share;  ->  return share <= kSmallest ? kSmallest : share > kLargest ? kLargest : share;",
    SAME_NUMBER,
  ],
  [
    "grouped_copy.h: for (; i + V::kLanes <= count; i += V::kLanes) V::zero().store(out + i);  ->  for (; i + V::kLanes < count; i += V::kLanes) V::zero().store(out + i);",
    "the last vector of zeros is written one by one",
  ],
  [
    "grouped_copy.h: for (; i + V::kLanes <= cut.end; i += V::kLanes) V::load_every_other(from + 2 * i).store(line + i);  ->  for (; i + V::kLanes < cut.end; i += V::kLanes) V::load_every_other(from + 2 * i).store(line + i);",
    "the last vector is copied one by one",
  ],
  [
    "winograd_input.h: const bool whole = ih >= 0 && ih + kTileIn <= g.h.in && iw >= 0 && iw + kTileIn <= g.w.in;  ->  const bool whole = ih > 0 && ih + kTileIn <= g.h.in && iw >= 0 && iw + kTileIn <= g.w.in;",
    JUST_FITS,
  ],
  [
    "winograd_input.h: const bool whole = ih >= 0 && ih + kTileIn <= g.h.in && iw >= 0 && iw + kTileIn <= g.w.in;  ->  const bool whole = ih >= 0 && ih + kTileIn < g.h.in && iw >= 0 && iw + kTileIn <= g.w.in;",
    JUST_FITS,
  ],
  [
    "winograd_input.h: const bool whole = iw >= 0 && iw + V::kLanes <= g.w.in;  ->  const bool whole = iw > 0 && iw + V::kLanes <= g.w.in;",
    WHOLE_MASK,
  ],
  [
    "winograd_input.h: if (!inside(ih, g.h.in) || iw >= g.w.in || iw + V::kLanes <= 0) {  ->  if (!inside(ih, g.h.in) || iw >= g.w.in && iw + V::kLanes <= 0) {",
    "a vector that lies outside of the row is loaded by a mask of no lanes, which gives zeros",
  ],
  [
    "winograd_output.h: for (int c = 0; c < kTileOut; ++c)  ->  for (int c = 0; c <= kTileOut; ++c)",
    "what is stored behind a tile that is cut below is stored again by the next tile of the row",
  ],
  [
    "winograd_output.h: for (int r = 0; r < kTileOut; ++r)  ->  for (int r = 0; r <= kTileOut; ++r)",
    "where a tile is cut its rows are at most four: a fifth one is never stored",
  ],
  [
    "depthwise2d_wide.h: return axis.pad <= 1 && int64_t{axis.stride} * (axis.out - 1) - axis.pad + 2 <= axis.in;  ->  return axis.pad <= 1 && int64_t{axis.stride} * (axis.out - 1) + axis.pad + 2 <= axis.in;",
    OTHER_WAY,
  ],
  [
    "depthwise2d_wide.h: return axis.pad <= 1 && int64_t{axis.stride} * (axis.out - 1) - axis.pad + 2 <= axis.in;  ->  return axis.pad < 1 && int64_t{axis.stride} * (axis.out - 1) - axis.pad + 2 <= axis.in;",
    OTHER_WAY,
  ],
  [
    "depthwise2d_s2_wide.h: for (int v = 0; v < kWide; ++v) strip.sums[v] = strip.bias;  ->  for (int v = 0; v <= kWide; ++v) strip.sums[v] = strip.bias;",
    "what is written behind the sums is the half sum, which is set next",
  ],
  [
    "depthwise2d_s2_rows.h: for (int32_t next = 0; next < shape.rows; next += 2) {  ->  for (int32_t next = 0; next <= shape.rows; next += 2) {",
    "the last pair of an even number of rows is computed once more, with the same bits",
  ],
]);
