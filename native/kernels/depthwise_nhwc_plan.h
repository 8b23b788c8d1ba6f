// How a channels-last depthwise layer is cut into work items, and how its weights are packed.
#ifndef DEPTHWISE_KERNELS_DEPTHWISE_NHWC_PLAN_H_
#define DEPTHWISE_KERNELS_DEPTHWISE_NHWC_PLAN_H_

#include "kernels/depthwise_nhwc_copies.h"

namespace depthwise {
namespace {

constexpr int kTile = 8;                           // pixels of the widest tile
constexpr int32_t kGroupsTogether = 8;             // most groups of output rows whose tiles follow one another
constexpr int64_t kTileBytes = int64_t{24} << 10;  // of their input, in the first cache
constexpr int kLeastVectors = 3;                   // of channels, where not all are worked on together
constexpr int64_t kItemMultiplyAdds = cut_size(int64_t{1} << 20);

// Items are some whole output rows, or a part of one row where rows are long.
struct Cut {
  int64_t rows, columns;  // of an item
  int64_t row_items, column_items;
};

static inline Cut cut(const Geometry& g) {
  const int64_t pixel_work = capped_product(g.taps, g.out_channels), row_work = capped_product(pixel_work, g.w.out);
  const int64_t all_rows = int64_t{g.d.out} * g.h.out;
  Cut c = {1, g.w.out, 1, 1};
  if (row_work > 2 * kItemMultiplyAdds) {
    c.columns = (kItemMultiplyAdds / pixel_work + kTile) / kTile * kTile;
    if (c.columns > g.w.out) c.columns = g.w.out;
    c.column_items = (g.w.out + c.columns - 1) / c.columns;
  } else {
    c.rows = kItemMultiplyAdds / row_work + 1;
    c.rows += c.rows % 2;  // two may be taken together
    if (c.rows > all_rows) c.rows = all_rows;
  }
  c.row_items = (all_rows + c.rows - 1) / c.rows;
  return c;
}

constexpr int64_t kCopiesBytes = int64_t{1} << 20;  // all copies at most, in the second cache

// Whether rows are copied to where their pixels do not meet: those of a tile are neighbours, or with the tiles of _w3,
// _w5 and _w7 the dilation apart. Only where a row serves several rows of outputs, or many taps, and whole rows of
// them.
static inline bool copies_rows(const Geometry& g) {
  constexpr bool kIsSmall = cut_size(1) == 0;  // some small problems do, and some do not
  constexpr int64_t kMeetBytes = kIsSmall ? 16 : 2048, kLeastBytes = kIsSmall ? 16 : 256;
  const int64_t element = static_cast<int64_t>(element_bytes(g.element)), pixel = g.in_channels * element;
  const int64_t dilation = g.w.stride == 1 && g.w.kernel > 1 && g.w.kernel < 8 ? g.w.dilation : 1;
  if (pixel < kLeastBytes || pixel * dilation % kMeetBytes != 0) return false;
  if (!kIsSmall && copied_pixel(g) * element * dilation % kMeetBytes == 0) return false;
  if (g.h.kernel <= g.h.stride && g.w.kernel < 9) return false;
  return copies_bytes(g) <= kCopiesBytes && cut(g).column_items == 1;
}

// So many groups of output rows, and channels, are worked on together that their input under one tile fits the first
// cache: an input row then comes from the second one once, not once for each output row that sees it.
struct Together {
  int32_t groups, channels;
};

static inline Together together(const Geometry& g, int lanes) {
  if (copies_rows(g)) return {1, g.in_channels};  // as many rows are kept as one group names
  const int64_t pixel = int64_t{kTile + g.w.kernel} * static_cast<int64_t>(element_bytes(g.element));
  const int64_t more = g.h.kernel - 1;  // rows beside one for each group
  const int64_t groups = kTileBytes / (pixel * g.in_channels) - more;
  const Together all = {static_cast<int32_t>(groups < 1                 ? 1
                                             : groups > kGroupsTogether ? kGroupsTogether
                                                                        : groups),
                        g.in_channels};
  // A part of the channels pays with sixteen lanes and the 3x3 alone, where loads take as long as the arithmetic, and
  // near the core: further away the processor foresees long runs of channels better than short ones.
  const int64_t channels = kTileBytes / (pixel * (kGroupsTogether + more)) / lanes * lanes;
  if (groups > 1 || lanes < 16 || g.taps > 9 || g.out_per_group > 1 || image_bytes(g) > kNearBytes) return all;
  return channels < kLeastVectors * lanes ? all : Together{kGroupsTogether, static_cast<int32_t>(channels)};
}

static inline int32_t channel_vectors(const Geometry& g, int lanes) { return (g.in_channels + lanes - 1) / lanes; }

// The first channel of a vector: the last vector reaches back where it would pass the end.
static inline int32_t first_channel(const Geometry& g, int lanes, int32_t vector) {
  const int32_t channel = vector * lanes;
  return channel + lanes <= g.in_channels || g.in_channels < lanes ? channel : g.in_channels - lanes;
}

template <class T>
int64_t packed_bytes(const Geometry& g) {
  const int lanes = Vec<T>::kLanes;
  return int64_t{sizeof(T)} * (g.shared_bank ? 1 : channel_vectors(g, lanes)) * g.out_per_group * g.taps * lanes;
}

// packed: (channel vectors, multiplier, taps, lanes), or (multiplier, taps, lanes) of a shared bank.
template <class T>
void pack(const Geometry& g, const void* weight, void* packed) {
  const int lanes = Vec<T>::kLanes;
  const int32_t vectors = g.shared_bank ? 1 : channel_vectors(g, lanes);
  T* out = static_cast<T*>(packed);
  for (int32_t vector = 0; vector < vectors; ++vector) {
    const int32_t channel = first_channel(g, lanes, vector);
    for (int32_t multiple = 0; multiple < g.out_per_group; ++multiple) {
      for (int64_t tap = 0; tap < g.taps; ++tap) {
        for (int lane = 0; lane < lanes; ++lane) {
          const int64_t ic = channel + lane < g.in_channels ? channel + lane : channel;
          const int64_t kernel = g.shared_bank ? multiple : ic * g.out_per_group + multiple;
          *out++ = static_cast<const T*>(weight)[kernel * g.taps + tap];
        }
      }
    }
  }
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_DEPTHWISE_NHWC_PLAN_H_
