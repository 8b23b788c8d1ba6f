// Padding by reflection, replication or wrapping, laid around an image before a kernel sees it.
#ifndef DEPTHWISE_CONV_PAD_IMAGE_H_
#define DEPTHWISE_CONV_PAD_IMAGE_H_

#include "conv/geometry.h"

namespace depthwise {

// The geometry of the same convolution over the padded image: no padding is left. Null, or the rule that is broken.
const char* padded_geometry(const Geometry& g, Geometry* padded);

// Rows of a padded image: of each channel with channels first, of all channels together with channels last.
int64_t padded_rows(const Geometry& g);
// Writes rows [begin, end) of the padded image of `src`.
void pad_rows(const Geometry& g, const void* src, void* padded, int64_t begin, int64_t end);

}  // namespace depthwise

#endif  // DEPTHWISE_CONV_PAD_IMAGE_H_
