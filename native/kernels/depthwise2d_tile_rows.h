// Walks the tiles of depthwise2d_tile.h over a band of rows of one channel.
#ifndef DEPTHWISE_KERNELS_DEPTHWISE2D_TILE_ROWS_H_
#define DEPTHWISE_KERNELS_DEPTHWISE2D_TILE_ROWS_H_

#include "kernels/depthwise2d_tile.h"

namespace depthwise {
namespace {

template <class T>
DEPTHWISE_INLINE TileShape<T> tile_shape(const Geometry& g, const T* limit) {
  return {g.w.in, g.w.out, g.activation, g.w.out, limit};
}

// Output rows [begin, end) of one block, whatever their padding.
template <class V, int kKernel>
__attribute__((noinline)) void padded_rows(const Rows<typename V::Element>& rows, const ColumnBlock<V, kKernel>& block,
                                           int32_t begin, int32_t end) {
  const Geometry& g = *rows.g;
  const TileShape<typename V::Element> shape = tile_shape(g, rows.limit);
  for (int32_t oh = begin; oh < end; ++oh) {
    const int64_t first_ih = int64_t{oh} - g.h.pad;
    const int64_t kh_begin = max_of(0, min_of(kKernel, -first_ih)), kh_end = min_of(kKernel, g.h.in - first_ih);
    padded_row<V, kKernel>(shape, block, rows.channel.src + first_ih * g.w.in + block.iw,
                           rows.channel.dst + int64_t{oh} * g.w.out + block.ow, rows.channel.taps, rows.channel.bias,
                           static_cast<int>(kh_begin), static_cast<int>(kh_end));
  }
}

template <class V, int kKernel, int kRows>
void run_tiles(Rows<typename V::Element>& rows, const ColumnBlocks<V, kKernel>& blocks) {
  const Geometry& g = *rows.g;
  const TileShape<typename V::Element> shape = tile_shape(g, rows.limit);
  const char *next_src = rows.next_src, *next_dst = rows.next_dst;
  for (int32_t next = rows.begin; next < rows.end; next += kRows) {
    // The last tile is moved back into the band; what it computes again has the same bits.
    Rows<typename V::Element> tile_rows = rows;
    tile_rows.begin = static_cast<int32_t>(max_of(rows.begin, min_of(next, int64_t{rows.end} - kRows)));
    tile_rows.end = static_cast<int32_t>(min_of(int64_t{tile_rows.begin} + kRows, rows.end));
    TilePlace place;
    const bool fits =
        tile_rows.end - tile_rows.begin == kRows && tile_place<kKernel>(g.h, tile_rows.begin, kRows, &place);
    const Tile<V, kKernel>* tiles = fits ? tiles_at<V, kKernel, kRows>(place) : nullptr;
    const typename V::Element* src = rows.channel.src + (int64_t{tile_rows.begin} - g.h.pad) * g.w.in;
    typename V::Element* dst = rows.channel.dst + int64_t{tile_rows.begin} * g.w.out;
    blocks.for_each(g.w, [&](const ColumnBlock<V, kKernel>& block) DEPTHWISE_INLINE_LAMBDA {
      for (int line = 0; line < kRows * static_cast<int>(sizeof(V)); line += 64) {
        prefetch(next_src);
        prefetch(next_dst);
        next_src += 64;
        next_dst += 64;
      }
      if (fits &&
          (block.columns == Columns::kInside ||
           (block.columns != Columns::kMasked && (!rows.guarded || loads_stay_inside<V, kKernel>(tile_rows, block)))))
        tiles[static_cast<int>(block.columns)](shape, block, src + block.iw, dst + block.ow, rows.channel.taps,
                                               rows.channel.bias);
      else
        padded_rows<V, kKernel>(rows, block, tile_rows.begin, tile_rows.end);
    });
  }
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_DEPTHWISE2D_TILE_ROWS_H_
