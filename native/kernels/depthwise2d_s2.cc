// Computes: 3x3 and 5x5 depthwise convolution, stride 2, channels first, any padding; multiplier and shared bank too.
// Refuses: other sizes, strides, dilations, layouts; padding that is not zeros.
// Loop order: output channel, tile of rows, block of columns; tap column, input row.
// In registers: the sums of a tile, the taps of one column (depthwise2d_s2_tile.h).  Reads beyond: nothing.
#include "kernels/depthwise2d_s2_tile.h"

namespace depthwise {
namespace {

template <class V, int kKernel>
struct S2Blocks {
  static constexpr int kKept = 8;
  int32_t count;
  S2Block<V, kKernel> kept[kKept];

  explicit S2Blocks(const Axis& w) : count(static_cast<int32_t>(ceil_of(w.out, V::kLanes))) {
    for (int32_t i = 0; i < kKept && i < count; ++i) kept[i] = make(w, i);
  }
  // The last block is moved back so that it ends with the row; what it computes again has the same bits.
  static DEPTHWISE_INLINE S2Block<V, kKernel> make(const Axis& w, int32_t i) {
    const int64_t last = max_of(0, w.out - V::kLanes);
    return s2_block<V, kKernel>(w, static_cast<int32_t>(min_of(int64_t{i} * V::kLanes, last)));
  }
};

template <class V, int kKernel, int kRows>
struct S2Walk {
  using T = typename V::Element;
  const Geometry& g;
  const S2Blocks<V, kKernel> blocks;

  explicit S2Walk(const Geometry& geometry) : g(geometry), blocks(geometry.w) {}

  // Whether plain loads of kRows output rows from `oh` on stay inside the image.
  bool loads_stay_inside(const Channel<T>& channel, const S2Block<V, kKernel>& block, int32_t oh) const {
    const int64_t first_ih = int64_t{oh} * 2 - g.h.pad;
    const int64_t first = max_of(0, first_ih), last = min_of(g.h.in, first_ih + 2 * (kRows - 1) + kKernel) - 1;
    return first * g.w.in + block.iw >= channel.src_begin - channel.src &&
           last * g.w.in + block.iw + kKernel - 1 + 2 * V::kLanes - 1 <= channel.src_end - channel.src;
  }

  // Output rows [begin, end) of one channel.
  DEPTHWISE_INLINE void run_rows(const Channel<T>& channel, int32_t begin, int32_t end, const T* limit,
                                 bool is_guarded) const {
    const S2Shape<T> shape = {g.w.in, g.w.out, g.activation, g.w.out, limit};
    for (int32_t next = begin; next < end; next += kRows) {
      // The last tile is moved back into the band, too.
      const int32_t oh = static_cast<int32_t>(max_of(begin, min_of(next, int64_t{end} - kRows)));
      const int32_t rows = static_cast<int32_t>(min_of(end - oh, kRows));
      const int64_t first_ih = int64_t{oh} * 2 - g.h.pad;
      const S2Tile<V, kKernel>* tiles =
          rows == kRows ? s2_tiles<V, kKernel, kRows>(max_of(0, -first_ih),
                                                      max_of(0, first_ih + 2 * (kRows - 1) + kKernel - g.h.in))
                        : nullptr;
      const T* src = channel.src + first_ih * g.w.in;
      T* dst = channel.dst + int64_t{oh} * g.w.out;
      const auto run_block = [&](const S2Block<V, kKernel>& block) DEPTHWISE_INLINE_LAMBDA {
        if (tiles &&
            (block.is_inside || (block.iw >= -kKernel && !is_guarded) || loads_stay_inside(channel, block, oh)))
          tiles[block.is_inside](shape, block, src + block.iw, dst + block.ow, channel.taps, channel.bias);
        else
          s2_copied_tile<V, kKernel, kRows>(g, channel, block, first_ih, rows, dst + block.ow);
      };
      const int32_t kept = blocks.count < blocks.kKept ? blocks.count : blocks.kKept;
      const T* ahead = src + (2 * kRows + kKernel / 2) * int64_t{g.w.in};
      for (int32_t i = 0; i < blocks.count; ++i) {
        // The rows of the next tile, a block's share of each.
        for (int row = 0; row < 2 * kRows; ++row) prefetch(ahead + row * int64_t{g.w.in} + 2 * i * V::kLanes);
        if (i < kept) {
          run_block(blocks.kept[i]);
        } else {
          const S2Block<V, kKernel> block = blocks.make(g.w, i);
          run_block(block);
        }
      }
    }
    finish_rows<V>(g.activation, channel.dst + int64_t{begin} * g.w.out, int64_t{end - begin} * g.w.out);
  }
};

template <int kKernel>
constexpr int kTileRows = kKernel == 3 ? 7 : 7;

template <int kKernel>
int32_t band_step(const Geometry&) {
  return kTileRows<kKernel>;
}

template <class T, int kKernel>
void run(const Geometry& g, const Operands& operands, void*, int64_t begin, int64_t end) {
  using V = Vec<T>;
  const Bands items = item_bands(g, kTileRows<kKernel>);
  const S2Walk<V, kKernel, kTileRows<kKernel>> s2(g);
  const T* const owned_end = static_cast<T*>(operands.dst) + end * g.dst_plane;  // where an item is a whole plane
  ItemWalk walk(g, items, begin);
  for (int64_t item = begin; item < end; ++item, walk.next()) {
    const Channel<T> channel = channel_of<T>(g, operands, walk);
    const int32_t first = static_cast<int32_t>(walk.row());
    const int32_t last = static_cast<int32_t>(min_of(first + items.rows, g.h.out));
    const bool is_guarded =
        walk.group * g.src_plane < kKernel || (g.groups - 1 - walk.group) * g.src_plane < kKernel + 2 * V::kLanes;
    s2.run_rows(channel, first, last, items.count == 1 ? owned_end : channel.dst + int64_t{last} * g.w.out, is_guarded);
  }
}

template <int kKernel>
const char* refuses(const Geometry& g) {
  return refuses_planes(g, kKernel, 2);
}

// Two loads and two shuffles for each tap column and input row of a vector; half of them also multiply-adds.
template <class T, int kKernel>
double cost(const Geometry& g) {
  constexpr int kRows = kTileRows<kKernel>;
  const double blocks = static_cast<double>(ceil_of(g.w.out, Vec<T>::kLanes));
  const double tiles = static_cast<double>(ceil_of(g.h.out, kRows));
  return g.out_channels * (blocks * tiles * (kKernel * (2 * kRows + kKernel) * 1.3 + 20) + 30);
}

template <class T, int kKernel>
constexpr Kernel kernel(const char* name, ElementType element) {
  return {name,
          element,
          true,
          refuses<kKernel>,
          cost<T, kKernel>,
          item_count<band_step<kKernel>>,
          no_packed_bytes,
          no_pack,
          no_scratch_bytes,
          run<T, kKernel>};
}

constexpr Kernel kKernels[] = {kernel<float, 3>("depthwise2d_k3_s2", ElementType::kFloat32),
                               kernel<double, 3>("depthwise2d_k3_s2", ElementType::kFloat64),
                               kernel<float, 5>("depthwise2d_k5_s2", ElementType::kFloat32),
                               kernel<double, 5>("depthwise2d_k5_s2", ElementType::kFloat64)};

}  // namespace

extern constinit const KernelList DEPTHWISE_KERNEL_LIST(depthwise2d_s2) = {DEPTHWISE_ISA_NAME, kKernels, 4};

}  // namespace depthwise
