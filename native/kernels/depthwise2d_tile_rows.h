// Walks the tiles of depthwise2d_tile.h over a band of rows of one channel.
#ifndef DEPTHWISE_KERNELS_DEPTHWISE2D_TILE_ROWS_H_
#define DEPTHWISE_KERNELS_DEPTHWISE2D_TILE_ROWS_H_

#include "kernels/depthwise2d_tile.h"

namespace depthwise {
namespace {

template <class V, int kKernel, int kRows, Columns kColumns, TilePlace kPlace>
__attribute__((noinline)) void tile_variant(const TileRows<typename V::Element>& tile,
                                            const ColumnBlock<V, kKernel>& block) {
  tile_block<V, kKernel, kRows, kColumns, kPlace>(tile, block);
}

template <class V, int kKernel>
using TileFunction = void (*)(const TileRows<typename V::Element>&, const ColumnBlock<V, kKernel>&);

// By place, then by columns (kMasked has no variant of its own).
template <class V, int kKernel, int kRows>
struct TileTable {
  template <TilePlace kPlace>
  struct Of {
    static constexpr TileFunction<V, kKernel> kFunctions[4] = {
        tile_variant<V, kKernel, kRows, Columns::kInside, kPlace>,
        tile_variant<V, kKernel, kRows, Columns::kLeft, kPlace>,
        tile_variant<V, kKernel, kRows, Columns::kRight, kPlace>,
        tile_variant<V, kKernel, kRows, Columns::kBoth, kPlace>};
  };
  static DEPTHWISE_INLINE const TileFunction<V, kKernel>* at(TilePlace place) {
    switch (place) {
      case TilePlace::kTop: return Of<TilePlace::kTop>::kFunctions;
      case TilePlace::kBottom: return Of<TilePlace::kBottom>::kFunctions;
      case TilePlace::kWhole: return Of<TilePlace::kWhole>::kFunctions;
      default: return Of<TilePlace::kMiddle>::kFunctions;
    }
  }
};

// The place of kRows output rows from `oh` on; false where their padding is none that a tile knows.
template <int kKernel, int kRows>
DEPTHWISE_INLINE bool tile_place(const Axis& h, int32_t oh, TilePlace* place) {
  const int32_t above = h.pad - oh, below = oh - h.pad + kRows + kKernel - 1 - h.in;
  const bool top = above > 0, bottom = below > 0;
  *place = top && bottom ? TilePlace::kWhole : top ? TilePlace::kTop : bottom ? TilePlace::kBottom : TilePlace::kMiddle;
  return (!top || above == kKernel / 2) && (!bottom || below == kKernel / 2);
}

template <class V, int kKernel>
DEPTHWISE_INLINE TileRows<typename V::Element> tile_rows(const Rows<typename V::Element>& rows, int32_t oh) {
  const Geometry& g = *rows.g;
  return {rows.channel.src + (int64_t{oh} - g.h.pad) * g.w.in,
          rows.channel.dst + int64_t{oh} * g.w.out,
          g.w.in,
          g.w.out,
          rows.channel.taps,
          rows.channel.bias,
          g.activation,
          g.w.out,
          rows.limit};
}

// Output rows [begin, end) of one block, whatever their padding.
template <class V, int kKernel>
__attribute__((noinline)) void padded_rows(const Rows<typename V::Element>& rows, const ColumnBlock<V, kKernel>& block,
                                           int32_t begin, int32_t end) {
  const Axis& h = rows.g->h;
  for (int32_t oh = begin; oh < end; ++oh) {
    const int64_t first_ih = int64_t{oh} - h.pad;
    const int64_t kh_begin = max_of(0, min_of(kKernel, -first_ih)), kh_end = min_of(kKernel, h.in - first_ih);
    padded_row<V, kKernel>(tile_rows<V, kKernel>(rows, oh), block, static_cast<int>(kh_begin),
                           static_cast<int>(kh_end));
  }
}

template <class V, int kKernel, int kRows>
void run_tiles(Rows<typename V::Element>& rows, const ColumnBlocks<V, kKernel>& blocks) {
  const Geometry& g = *rows.g;
  for (int32_t next = rows.begin; next < rows.end; next += kRows) {
    // The last tile is moved back into the band; what it computes again has the same bits.
    const int32_t oh = static_cast<int32_t>(max_of(rows.begin, min_of(next, int64_t{rows.end} - kRows)));
    const int32_t end = static_cast<int32_t>(min_of(int64_t{oh} + kRows, rows.end));
    TilePlace place;
    const bool fits = end - oh == kRows && tile_place<kKernel, kRows>(g.h, oh, &place);
    const TileRows<typename V::Element> tile = tile_rows<V, kKernel>(rows, oh);
    const TileFunction<V, kKernel>* functions = fits ? TileTable<V, kKernel, kRows>::at(place) : nullptr;
    Rows<typename V::Element> loaded = rows;
    loaded.begin = oh;
    loaded.end = end;
    blocks.for_each(g.w, [&](const ColumnBlock<V, kKernel>& block) DEPTHWISE_INLINE_LAMBDA {
      for (int line = 0; line < kRows * static_cast<int>(sizeof(V)); line += 64) {
        prefetch(rows.next_src);
        prefetch(rows.next_dst);
        rows.next_src += 64;
        rows.next_dst += 64;
      }
      if (fits && (block.columns == Columns::kInside ||
                   (block.columns != Columns::kMasked && loads_stay_inside<V, kKernel>(loaded, block))))
        functions[static_cast<int>(block.columns)](tile, block);
      else
        padded_rows<V, kKernel>(rows, block, oh, end);
    });
  }
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_DEPTHWISE2D_TILE_ROWS_H_
