// Computes: 3x3 depthwise convolution, stride 1, dilated down the plane, channels first, padding of up to two
//   dilations; multiplier and shared bank too.
// Refuses: other sizes, strides, layouts; no dilation down the plane; more padding, or some that is not zeros; float64.
// Loop order: output channel, band of rows, rows of a residue, column block; down the rows. Rows that meet in the
//   first-level cache go along memory, two of a residue at a time.
// In registers: nine taps, three sums.  Reads beyond: nothing.
// Rows that are one dilation apart form a plane without dilation. Three sums walk down it; each input row is loaded
// once, in three shifts. With cheap masks, and rows as long as those of the input, rows that lie beside each other in
// memory are one row, cut into vectors across its seams.
#include "kernels/depthwise2d_planes.h"
#include "kernels/depthwise2d_sweep.h"

namespace depthwise {
namespace {

// Which taps of a kernel row a block computes: all of them with plain loads; those that see input, those at the sides
// by mask; or all by mask.
enum class Taps { kUnknown, kPlain, kSides, kNotLeft, kNotRight, kAll };

template <class V>
struct Block {
  typename V::Mask in_row[3];  // for each tap, the lanes that lie in a row of input
  Taps taps;
};

// `outputs` outputs from column ow on, and where `is_joined` on through the rows behind.
template <class V>
__attribute__((noinline)) Block<V> make_block(const Axis& w, int32_t ow, int32_t outputs, bool is_joined) {
  Block<V> block;
  int lanes[3];
  for (int kw = 0; kw < 3; ++kw) {
    const int64_t pad = w.pad - int64_t{kw} * w.dilation;  // columns of it that lie before the tap's first input
    block.in_row[kw] = V::Mask::first(0);
    lanes[kw] = 0;
    for (int64_t row = -int64_t{ow}; row < outputs; row += w.out) {
      const int begin = static_cast<int>(max_of(0, min_of(row + max_of(0, pad), outputs)));
      const int end = static_cast<int>(max_of(begin, min_of(row + min_of(w.out, w.in + pad), outputs)));
      const typename V::Mask here = V::Mask::range(begin, end);
      if constexpr (V::kCheapMasks)
        block.in_row[kw] = block.in_row[kw] | here;
      else
        block.in_row[kw] = here;
      lanes[kw] += end - begin;
      if (!is_joined) break;
    }
  }
  block.taps = lanes[1] < V::kLanes                   ? Taps::kAll
               : lanes[0] == 0                        ? Taps::kNotLeft
               : lanes[2] == 0                        ? Taps::kNotRight
               : lanes[0] + lanes[2] == 2 * V::kLanes ? Taps::kPlain
                                                      : Taps::kSides;
  return block;
}

// The blocks of a row, or those that begin at any of its columns where rows are joined; made when they are asked for.
template <class V>
struct RowBlocks {
  static constexpr int32_t kKept = 256;
  Axis w;
  bool are_joined;
  int32_t count, step, last;  // step: from the index of a block to that of the next; last: index of one that ends a row
  SweptColumns done = {0, 0};  // of rows that are not joined: left out
  Block<V> kept[kKept], other;
  int64_t other_columns = 0;  // what `other` was made for, where that is less than a vector

  static DEPTHWISE_INLINE bool joins(const Axis& w) { return V::kCheapMasks && w.in == w.out && w.in <= kKept; }
  __attribute__((noinline)) explicit RowBlocks(const Axis& axis)
      : w(axis),
        are_joined(joins(w)),
        count(are_joined ? w.out : static_cast<int32_t>(ceil_of(w.out, V::kLanes))),
        step(are_joined ? V::kLanes % w.out : 1),
        last(are_joined ? (w.out - step) % w.out : count - 1) {
    for (int32_t i = 0; i < count && i < kKept; ++i) kept[i].taps = Taps::kUnknown;
  }
  __attribute__((noinline)) const Block<V>& make(int32_t i, int64_t columns) {
    if (columns < V::kLanes && columns == other_columns) return other;
    const int64_t ow = are_joined ? i : max_of(0, min_of(int64_t{i} * V::kLanes, w.out - V::kLanes));
    const int64_t outputs = min_of(columns, V::kLanes);
    Block<V>& block = i < kKept && outputs == V::kLanes ? kept[i] : other;
    block = make_block<V>(w, static_cast<int32_t>(ow), static_cast<int32_t>(outputs), are_joined);
    if (outputs < V::kLanes) other_columns = columns;
    return block;
  }
  // body(block, offset) for each block of `columns` columns that is not done. The last one is moved back, so that it
  // ends with them.
  template <class Body>
  DEPTHWISE_INLINE void for_each(int64_t columns, Body body) {
    const int64_t end = max_of(0, columns - V::kLanes);
    int32_t i = 0;
    for (int64_t offset = 0;; offset += V::kLanes) {
      const bool is_last = offset >= end;
      if (is_last) offset = end, i = end > 0 ? last : 0;
      if (!are_joined && done.hold(offset, V::kLanes)) {
        if (is_last) return;
        ++i;
        continue;
      }
      const bool is_made = i < kKept && columns >= V::kLanes && kept[i].taps != Taps::kUnknown;
      body(__builtin_expect(is_made, true) ? kept[i] : make(i, columns), offset);
      if (is_last) return;
      i += step;
      if (i >= count) i -= count;
    }
  }
};

// What comes next in src and dst, fetched in the order of the addresses while the strips go down their columns: as much
// for each row as is computed of it, or of either for every other row.
struct Ahead {
  const char *src, *dst;
  template <class V>
  DEPTHWISE_INLINE void prefetch_vector() {
    constexpr int kBytes = static_cast<int>(sizeof(V));
    const char* const first = src;
    prefetch(first);
    if (kBytes < 64) {
      src = dst;
      dst = first + 2 * kBytes;
      return;
    }
    prefetch(dst);
    src += kBytes;
    dst += kBytes;
  }
};

// Output rows that are one dilation apart. Row `count` and count + 1 of the input are the last ones of their taps.
struct Residue {
  int64_t src_pitch, dst_pitch, tap_step;
  int32_t count;
  bool first, second, last_but_one, last;  // whether these rows of input lie in the plane
};

// What is done to a sum at its store: it is clamped, and a row of less than a vector is stored by mask.
template <class V>
struct Finish {
  Activation activation;
  typename V::Mask outputs;
  bool is_short;

  DEPTHWISE_INLINE Finish(Activation wanted, int64_t columns)
      : activation(wanted),
        outputs(V::Mask::first(static_cast<int>(min_of(columns, V::kLanes)))),
        is_short(columns < V::kLanes) {}
};

// Adds the products of one input row: those of tap row kLast to sums[0], kLast - 1 to sums[1], .. for kSums sums.
template <class V, Taps kTaps, int kLast, int kSums>
DEPTHWISE_INLINE void add_row(const typename V::Element* src, int64_t tap_step, const V* tap,
                              const typename V::Mask* in_row, V* sums) {
  DEPTHWISE_UNROLL
  for (int kw = kTaps == Taps::kNotLeft; kw < 3 - (kTaps == Taps::kNotRight); ++kw) {
    const typename V::Element* at = src + kw * tap_step;
    const bool is_masked = kTaps == Taps::kAll || (kTaps != Taps::kPlain && kw != 1);
    const V x = shared(!is_masked ? V::load(at) : V::load(at, in_row[kw]));
    DEPTHWISE_UNROLL
    for (int i = 0; i < kSums; ++i) sums[i] = fma(x, tap[(kLast - i) * 3 + kw], sums[i]);
  }
}

template <class V, Taps kTaps>
DEPTHWISE_INLINE void strip(const Residue& rows, const Block<V>& block, const typename V::Element* src,
                            typename V::Element* dst, const Finish<V>& finish, const V* tap, V bias, Ahead& ahead) {
  const int64_t src_pitch = rows.src_pitch, dst_pitch = rows.dst_pitch, tap_step = rows.tap_step;
  const typename V::Mask in_row[3] = {block.in_row[0], block.in_row[1], block.in_row[2]};
  const auto store = [&](V sum) DEPTHWISE_INLINE_LAMBDA {
    sum = clamp_at_store(finish.activation, sum);
    if (kTaps == Taps::kAll && __builtin_expect(finish.is_short, false))
      sum.store(dst, finish.outputs);
    else
      sum.store(dst);
    ahead.prefetch_vector<V>();
    src += src_pitch;
    dst += dst_pitch;
  };
  // Sums of the output rows whose last, middle and first tap row comes next.
  V sums[3] = {bias, bias, bias};
  if (rows.first) add_row<V, kTaps, 0, 1>(src, tap_step, tap, in_row, sums);
  src += src_pitch;
  if (rows.second) add_row<V, kTaps, 1, 2>(src, tap_step, tap, in_row, sums);
  src += src_pitch;
  if (rows.count > 1) {
#pragma GCC unroll 1
    for (int32_t full = rows.count - 2; full > 0; --full) {
      sums[2] = bias;
      add_row<V, kTaps, 2, 3>(src, tap_step, tap, in_row, sums);
      const V upper = sums[0];
      sums[0] = computed(sums[1]);
      sums[1] = computed(sums[2]);
      store(upper);
    }
    if (rows.last_but_one) add_row<V, kTaps, 2, 2>(src, tap_step, tap, in_row, sums);
    store(sums[0]);
    sums[0] = sums[1];
  }
  if (rows.last) add_row<V, kTaps, 2, 1>(src, tap_step, tap, in_row, sums);
  store(sums[0]);
}

// All blocks of rows that lie beside each other; `src`, `dst`: the first input row, the first output row.
template <class V>
__attribute__((noinline)) void strips(const Residue& given, Activation activation, RowBlocks<V>& blocks,
                                      int64_t columns, const Channel<typename V::Element>& channel,
                                      const typename V::Element* src, typename V::Element* dst, Ahead* next) {
  V tap[9];
  DEPTHWISE_UNROLL
  for (int i = 0; i < 9; ++i) tap[i] = V::broadcast(channel.taps[i]);
  const V bias = V::broadcast(channel.bias);
  const Residue rows = given;
  const Finish<V> finish(activation, columns);
  Ahead ahead = *next;
  blocks.for_each(columns, [&](const Block<V>& block, int64_t offset) DEPTHWISE_INLINE_LAMBDA {
    const typename V::Element* from = src + offset;
    typename V::Element* to = dst + offset;
    const Taps taps = block.taps;
    if (taps == Taps::kNotLeft)
      strip<V, Taps::kNotLeft>(rows, block, from, to, finish, tap, bias, ahead);
    else if (taps == Taps::kNotRight)
      strip<V, Taps::kNotRight>(rows, block, from, to, finish, tap, bias, ahead);
    else if (!V::kCheapMasks && taps == Taps::kPlain)
      strip<V, Taps::kPlain>(rows, block, from, to, finish, tap, bias, ahead);
    else if (!V::kCheapMasks && taps == Taps::kSides)
      strip<V, Taps::kSides>(rows, block, from, to, finish, tap, bias, ahead);
    else
      strip<V, Taps::kAll>(rows, block, from, to, finish, tap, bias, ahead);
  });
  *next = ahead;
}

// Output rows [begin, end) of one channel, residue by residue; residues of as many rows, which see the same padding,
// together where rows are joined.
template <class V>
DEPTHWISE_INLINE void run_band(const Geometry& g, RowBlocks<V>& blocks, const Channel<typename V::Element>& channel,
                               int32_t begin, int32_t end, Ahead ahead) {
  const int64_t dilation = g.h.dilation, count = end - begin, ih = int64_t{begin} - g.h.pad;
  Residue rows;
  rows.src_pitch = dilation * g.w.in;
  rows.dst_pitch = dilation * g.w.out;
  rows.tap_step = g.w.dilation;
  for (int64_t residue = 0, next; residue < dilation && residue < count; residue = next) {
    next = blocks.are_joined ? min_of(dilation, count) : residue + 1;
    const int64_t rest = count % dilation, here = count / dilation + (residue < rest);
    // The residues from `border` on are of another kind.
    const auto stop_at = [&](int64_t border) DEPTHWISE_INLINE_LAMBDA {
      if (border > residue) next = min_of(next, border);
      return residue < border;
    };
    stop_at(rest);
    rows.count = static_cast<int32_t>(here);
    rows.first = !stop_at(-ih);
    const bool above = stop_at(-ih - dilation), below = !stop_at(g.h.in - ih - dilation);
    rows.second = !above && !below;
    rows.last_but_one = stop_at(g.h.in - ih - here * dilation);
    rows.last = stop_at(g.h.in - ih - (here + 1) * dilation);
    strips<V>(rows, g.activation, blocks, (next - residue) * g.w.out, channel,
              channel.src + (ih + residue) * g.w.in - g.w.pad, channel.dst + (begin + residue) * g.w.out, &ahead);
  }
}

// Input and output of a band: the first-level cache, or as many rows of a residue as make up for the ends of a strip.
constexpr int64_t kBytes = 40 << 10, kRowsAtLeast = 12;

int32_t band_step(const Geometry& g) { return g.h.dilation; }

// Output rows [begin, end), at least two of each residue.
template <class V>
void sweep_residues(const Geometry& g, const Channel<typename V::Element>& channel, int32_t begin, int32_t end,
                    const SweptColumns& columns) {
  const int32_t step = g.h.dilation;
  for (int32_t residue = begin; residue < begin + step; ++residue) {
    const int32_t last = residue + ((end - 1 - residue) / step - 1) * step;
    for (int32_t next = residue; next < last + 2 * step; next += 2 * step)
      sweep_pair<V>(g, channel, next < last ? next : last, columns);
  }
}

template <class T>
void run(const Geometry& g, const Operands& operands, int64_t begin, int64_t end) {
  using V = Vec<T>;
  RowBlocks<V> blocks(g.w);
  const SweptColumns swept = blocks.are_joined ? SweptColumns{0, 0} : swept_columns<T>(g, 8, 2 * kSweptVectors);
  const Bands items = item_bands(g, band_step(g));
  const int64_t row_bytes = (int64_t{g.w.in} + g.w.out) * static_cast<int64_t>(sizeof(T));
  const int64_t most = max_of(kRowsAtLeast, kBytes / row_bytes / g.h.dilation) * g.h.dilation;
  const int64_t part =
      items.rows <= most ? items.rows : ceil_of(even_parts(items.rows, most), g.h.dilation) * g.h.dilation;
  ItemWalk walk(g, items, begin);
  for (int64_t item = begin; item < end; ++item, walk.next()) {
    const Channel<T> channel = channel_of<T>(g, operands, walk);
    const int32_t item_end = static_cast<int32_t>(min_of(walk.row() + items.rows, g.h.out));
    for (int32_t oh = static_cast<int32_t>(walk.row()), next; oh < item_end; oh = next) {
      next = static_cast<int32_t>(min_of(oh + part, item_end));
      const int64_t next_ih = min_of(g.h.in, max_of(0, int64_t{next} - g.h.pad + 2 * int64_t{g.h.dilation}));
      const Ahead ahead = {reinterpret_cast<const char*>(channel.src + next_ih * g.w.in),
                           reinterpret_cast<const char*>(channel.dst + int64_t{next} * g.w.out)};
      // Each row has a partner, or two: the last pair of a residue is moved back.
      blocks.done = next - oh >= 2 * int64_t{g.h.dilation} ? swept : SweptColumns{0, 0};
      if (!blocks.done.is_empty()) sweep_residues<V>(g, channel, oh, next, swept);
      run_band<V>(g, blocks, channel, oh, next, ahead);
      finish_rows<V>(g.activation, channel.dst + int64_t{oh} * g.w.out, (int64_t{next} - oh) * g.w.out);
    }
  }
}

const char* refuses(const Geometry& g) {
  if (g.h.dilation == 1) return "not dilated down the plane";
  if (max_of(g.h.pad, g.h.pad_end) > 2 * int64_t{g.h.dilation}) return "padding of more than two dilations";
  Geometry undilated = g;
  undilated.h.dilation = undilated.w.dilation = 1;
  return refuses_planes(undilated, 3, 1);
}

// A strip takes its rows, and nearly as long as one of them to begin and end.
template <class T>
double cost(const Geometry& g) {
  using V = Vec<T>;
  const bool joined = RowBlocks<V>::joins(g.w);
  const double residues = static_cast<double>(min_of(g.h.dilation, g.h.out)), lanes = V::kLanes;
  const double strips =
      joined ? residues * g.w.out / lanes + 1.2 : residues * static_cast<double>(ceil_of(g.w.out, V::kLanes));
  const double row_cycles = sizeof(V) > 32 ? 6.5 : 5.5;
  const double cycles = strips * row_cycles * (g.h.out / residues + 0.7) + (joined ? 10 : 5 * residues);
  return 300.0 + static_cast<double>(g.out_channels) * g.d.out * cycles;
}

constexpr Kernel kKernels[] = {unpacked_kernel("depthwise2d_k3_dilated", ElementType::kFloat32, refuses, cost<float>,
                                               item_count<band_step>, run_depths<band_step, run<float>>)};

}  // namespace

extern constinit const KernelList DEPTHWISE_KERNEL_LIST(depthwise2d_k3_dilated) = {DEPTHWISE_ISA_NAME, kKernels, 1};

}  // namespace depthwise
