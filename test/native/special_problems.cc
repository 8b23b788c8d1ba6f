#include "special_problems.h"

namespace depthwise::test {
namespace {

const char* const kDescriptors[] = {
    // Dilations past those of the sweep: beyond a vector, the rows, the columns; several bands; rows of more than 256
    // columns.
    "n1_c2_i33x33_o2_k3x3_s1_p12_d12_g2", "n1_c3_i17x21_o3_k3x3_s1_p24_d24_g3", "n1_c1_i65x65_o2_k3x3_s1_p18_d18_g1",
    "n1_c2_i61x19_o2_k3x3_s1_p2x9_d2x9_g2", "n1_c2_i9x7_o2_k3x3_s1_p6_d6_g2", "n1_c3_i5x40_o3_k3x3_s1_p12,6,0,6_d6_g3",
    "n1_c1_i130x70_o1_k3x3_s1_p2_d2_g1", "n1_c1_i8x300_o1_k3x3_s1_p3_d3_g1",
    "n1_c2_i40x30_o2_k3x3_s1_p0,20,8,0_d4x10_g2",
    // Rows of 7 and 8, which have a kernel of their own: planes below and above a vector of pixels, odd numbers of
    // channels.
    "n1_c33_i7x7_o33_k7x7_s1_p3_d1_g33_b", "n1_c20_i7x7_o20_k5x5_s1_p2_d1_g20_arelu",
    "n1_c5_i4x8_o5_k5x5_s1_p3,2,1,2_d1_g5", "n1_c17_i9x8_o17_k7x7_s1_p0,3,1,3_d1_g17_asilu",
    "n1_c16_i1x7_o16_k5x5_s1_p2_d1_g16", "n1_c3_i2x8_o3_k7x7_s1_p6,3,5,3_d1_g3_b",
    // Several tiles of a transform along either axis, one that its zeros make large enough, and reaches up to 64.
    "n1_c2_i70x75_o2_k31x31_s1_p15_d1_g2_b", "n1_c3_i60x7_o3_k11x9_s1_p5x4_d1_g3",
    "n1_c1_i66x130_o2_k9x5_s1_p0_d1_g1_arelu6", "n1_c2_i64x64_o4_k9x9_s1_p4_d1_g2_S",
    "n1_c2_i57x56_o2_k17x17_s1_p8_d1_g2", "n1_c1_i80x70_o1_k5x5_s1_p30_d15x14_g1",
    "n1_c2_i3x70x9_o2_k1x9x3_s1_p0x4x1_d1_g2", "n1_c1_i64x64_o1_k64x64_s1_p31_d1_g1_ahardswish",
    "n1_c1_i2x3_o1_k3x3_s1_p31_d31_g1",
    // Channels last, rows of several tiles of numbers: few channels, a shared bank, dilated, wider and narrower than
    // the input.
    "n1_c3_i9x100_o3_k5x5_s1_p2_d1_g3_LNHWC_b", "n1_c4_i8x61_o4_k3x3_s1_p0_d1_g4_LNHWC_arelu",
    "n1_c5_i7x70_o5_k3x3_s1_p1_d1_g5_LNHWC_S_b", "n1_c3_i5x90_o3_k3x7_s1_p1x9_d1x3_g3_LNHWC_asilu",
    "n1_c12_i6x33_o12_k1x5_s1_p0x4_d1_g12_LNHWC", "n1_c2_i4x3x65_o2_k1x3x3_s1_p0x1x1_d1_g2_LNHWC",
    // Channels last, pairs of output rows: more channels than a vector, a multiplier, a depth.
    "n1_c17_i11x20_o17_k3x3_s1_p1_d1_g17_LNHWC_b", "n1_c16_i8x5_o48_k3x3_s1_p0_d1_g16_LNHWC_asilu",
    "n1_c19_i4x5x7_o19_k3x3x3_s1_p1_d1_g19_LNHWC", "n1_c16_i9x8_o16_k3x3_s1_p2x1_d2x1_g16_LNHWC",
    // The same, dilated down the plane: pairs of rows of a residue, an activation, a multiplier, a depth.
    "n1_c17_i13x9_o17_k3x3_s1_p3_d3_g17_LNHWC_b_arelu", "n1_c16_i26x7_o16_k3x3_s1_p2_d2_g16_LNHWC",
    "n1_c16_i11x8_o32_k3x3_s1_p2_d2_g16_LNHWC_b_asilu", "n1_c16_i10x5_o48_k3x3_s1_p2x1_d2x1_g16_LNHWC_ahardswish",
    "n1_c19_i3x9x7_o19_k3x3x3_s1_p1x2x2_d1x2x2_g19_LNHWC", "n1_c16_i9x30_o16_k3x3_s1_p0_d2x1_g16_LNHWC_S",
    // Pixels a multiple of 2 KB apart, whose rows are copied: one that sees rows of several depths, pairs and single
    // rows, two kernels a channel, a stride, a dilation.
    "n1_c512_i9x6_o512_k3x3_s1_p1_d1_g512_LNHWC_b_arelu", "n1_c512_i3x7x4_o512_k3x3x3_s1_p1_d1_g512_LNHWC",
    "n1_c1024_i8x5_o1024_k5x5_s1_p2_d1_g1024_LNHWC", "n1_c512_i9x4_o1024_k3x3_s1_p1_d1_g512_LNHWC_b_S",
    "n1_c512_i9x8_o512_k3x3_s2_p1_d1_g512_LNHWC_asilu", "n1_c128_i13x11_o128_k3x3_s1_p4_d4_g128_LNHWC_b",
    "n1_c512_i5x5x4_o512_k2x3x3_s2x2x1_p1_d2x1x1_g512_LNHWC", "n1_c512_i30_o512_k9_s1_p4_d1_g512_LNHWC",
    "n1_c72_i3x200_o72_k3x3_s1_p1x64_d1x64_g72_LNHWC",
    // Channels last, dilated along the row: few channels, more than a vector, an activation; two kernels a channel; so
    // many channels that a part of them is worked on at a time.
    "n1_c3_i9x23_o3_k5x5_s1_p6_d3_g3_LNHWC_b", "n1_c18_i9x13_o18_k3x3_s1_p2_d2_g18_LNHWC_b_asilu",
    "n1_c5_i7x20_o5_k7x7_s1_p3x9_d1x3_g5_LNHWC_arelu", "n1_c19_i7x27_o38_k5x5_s1_p2_d1_g19_LNHWC_b_ahardswish",
    "n1_c17_i6x11_o34_k3x3_s1_p2_d2_g17_LNHWC_b_S", "n1_c150_i9x9_o150_k3x3_s1_p1_d1_g150_LNHWC_b_arelu",
    "n1_c150_i8x9_o150_k3x3_s2_p1_d1_g150_LNHWC_S_b",
    // Transforms channels last: several tiles, channels that are no whole vectors, a depth, more padding than image.
    "n1_c3_i70x75_o3_k31x31_s1_p15_d1_g3_LNHWC_b", "n1_c17_i30x9_o17_k9x9_s1_p4_d1_g17_LNHWC_arelu6",
    "n1_c18_i3x20x9_o18_k1x9x3_s1_p0x4x1_d1_g18_LNHWC_S_b", "n1_c2_i2x3_o2_k3x3_s1_p31_d31_g2_LNHWC",
    "n1_c4_i66x130_o4_k9x5_s1_p0_d1_g4_LNHWC_b",
    // A kernel that reaches further than a transform along one axis alone.
    "n1_c2_i9x80_o2_k3x5_s1_p1x34_d1x17_g2", "n1_c2_i80x9_o2_k5x3_s1_p34x1_d17x1_g2",
    // One that would hold the image in a tile, but not the zeros behind it: along either axis, channels last.
    "n1_c1_i64x4_o1_k3x3_s1_p0,1,1,1_d1_g1", "n1_c1_i4x64_o1_k3x3_s1_p1,0,1,1_d1_g1",
    "n1_c3_i64x4_o3_k3x3_s1_p0,1,1,1_d1_g3_LNHWC",
    // Planes of several bands, whose activation comes after a band; rows too long for a band; padding of less than half
    // a kernel at one side.
    "n1_c2_i60x60_o2_k5x5_s1_p2_d1_g2_asilu", "n1_c1_i70x58_o1_k3x3_s1_p1_d1_g1_ahardswish",
    "n1_c1_i61x57_o1_k7x7_s1_p3_d1_g1_asilu_b", "n1_c1_i9x1700_o1_k5x5_s1_p2_d1_g1",
    "n1_c2_i12x20_o2_k5x5_s1_p2,2,1,2_d1_g2", "n1_c2_i15x20_o2_k5x5_s1_p1,2,2,2_d1_g2",
    "n1_c2_i13x20_o2_k7x7_s1_p3,3,2,3_d1_g2", "n1_c2_i15x20_o2_k7x7_s1_p2,3,1,3_d1_g2",
    "n1_c2_i11x40_o2_k5x5_s1_p2,1,2,2_d1_g2", "n1_c2_i11x40_o2_k5x5_s1_p2,2,2,1_d1_g2",
    // Strips of several vectors, of which the last one of a row may be half: of each width for vectors of 16, two
    // strips a row; padding at each side alone and at none, three rows, an activation, a multiplier, a shared bank.
    "n1_c2_i9x17_o2_k3x3_s1_p1_d1_g2_b", "n1_c2_i5x25_o2_k3x3_s1_p1_d1_g2_arelu", "n1_c2_i4x33_o4_k3x3_s1_p1_d1_g2",
    "n1_c2_i6x42_o2_k3x3_s1_p0_d1_g2_arelu6", "n1_c2_i3x49_o2_k3x3_s1_p1_d1_g2_S_b",
    "n1_c1_i8x58_o1_k3x3_s1_p0,1,1,0_d1_g1", "n1_c2_i5x64_o2_k3x3_s1_p1,0,0,1_d1_g2_ahardswish",
    "n1_c1_i40x73_o1_k3x3_s1_p1_d1_g1_b", "n1_c1_i30x200_o1_k3x3_s1_p1_d1_g1_asilu",
    "n1_c2_i2x3x60_o2_k1x3x3_s1_p0x1x1_d1_g2", "n1_c2_i9x34_o2_k3x3_s2_p1_d1_g2_b",
    "n1_c2_i7x49_o2_k3x3_s2_p1_d1_g2_arelu", "n1_c2_i8x66_o4_k3x3_s2_p1_d1_g2",
    "n1_c2_i11x83_o2_k3x3_s2_p0_d1_g2_arelu6", "n1_c2_i5x97_o2_k3x3_s2_p1_d1_g2_S_b",
    "n1_c2_i10x111_o2_k3x3_s2_p0,1,1,0_d1_g2", "n1_c2_i12x112_o2_k3x3_s2_p1,0,0,1_d1_g2_ahardswish",
    "n1_c1_i6x128_o1_k3x3_s2_p0,0,1,1_d1_g1", "n1_c1_i70x130_o1_k3x3_s2_p1_d1_g1_b",
    "n1_c1_i30x400_o1_k3x3_s2_p1_d1_g1_asilu", "n1_c3_i16x18_o3_k3x3_s2_p1_d1_g3_b",
    "n1_c2_i2x15x70_o2_k1x3x3_s1x2x2_p0x1x1_d1_g2", "n1_c3_i13x21_o3_k3x3_s2_p1,1,0,0_d1_g3",
    "n1_c2_i5x47_o2_k3x3_s1_p1_d1_g2", "n1_c3_i9x49_o3_k3x3_s2_p1_d1_g3", "n1_c2_i9x79_o2_k3x3_s2_p1_d1_g2",
    "n1_c2_i9x107_o2_k3x3_s2_p1_d1_g2_b",
    // The same in several bands, and in work items of which the last one has a single row.
    "n1_c1_i130x160_o1_k3x3_s1_p1_d1_g1_asilu", "n1_c1_i171x320_o1_k3x3_s2_p1_d1_g1_asilu",
    "n1_c1_i8x30000_o1_k3x3_s1_p1_d1_g1_b", "n1_c1_i15x16500_o1_k3x3_s1_p1_d1_g1_asilu",
    "n1_c1_i9x94000_o1_k3x3_s2_p1_d1_g1_asilu",
    // Planes that 32 registers hold at once, with others before and behind them.
    "n1_c20_i14x14_o20_k3x3_s1_p1_d1_g20_b_arelu", "n1_c9_i7x14_o9_k3x3_s1_p1_d1_g9_asilu",
    "n1_c7_i14x16_o14_k3x3_s1_p1_d1_g7",
    // Rows a multiple of 2 KB apart, or nearly, which go along memory in pairs: odd and even numbers of them, several
    // bands, every padding, an activation at the store and one after it, fewer rows than two of a residue.
    "n1_c2_i9x512_o2_k3x3_s1_p1_d1_g2_b_arelu", "n1_c1_i3x512_o1_k3x3_s1_p0,1,0,1_d1_g1",
    "n1_c2_i4x1024_o4_k3x3_s1_p2_d1_g2", "n1_c2_i40x1023_o2_k3x3_s1_p1,0,2,1_d1_g2_S_b",
    "n1_c1_i30x1032_o1_k3x3_s1_p1_d1_g1_asilu", "n1_c2_i3x12x512_o2_k1x3x3_s1_p0x1x1_d1_g2",
    "n1_c2_i9x512_o2_k5x5_s1_p2_d1_g2_b_arelu", "n1_c1_i40x1024_o1_k5x5_s1_p2_d1_g1_asilu",
    "n1_c2_i5x512_o2_k5x5_s1_p0,2,0,2_d1_g2", "n1_c2_i11x1025_o2_k5x5_s1_p3,2,0,4_d1_g2",
    "n1_c2_i11x1025_o2_k7x7_s1_p3_d1_g2_arelu6", "n1_c1_i40x1024_o1_k7x7_s1_p0_d1_g1_b",
    "n1_c2_i2x9x512_o4_k1x7x7_s1_p0x3x3_d1_g2", "n1_c2_i9x512_o2_k5x5_s1_p2,2,6,2_d1_g2",
    "n1_c2_i9x512_o2_k5x5_s1_p8,2,2,2_d1_g2", "n1_c2_i9x512_o2_k7x7_s1_p3,3,8,3_d1_g2",
    "n1_c2_i9x512_o2_k7x7_s1_p9,3,3,3_d1_g2", "n1_c2_i2x512_o2_k5x5_s1_p12,2,13,2_d1_g2",
    "n1_c2_i9x256_o2_k3x3_s1_p2_d2_g2_b_arelu", "n1_c1_i5x256_o1_k3x3_s1_p2x3_d2x3_g1",
    "n1_c1_i7x512_o1_k3x3_s1_p4_d4_g1", "n1_c1_i61x512_o1_k3x3_s1_p2_d2_g1_asilu",
    "n1_c2_i19x128_o2_k3x3_s1_p4,1,7,0_d4x1_g2",
    // The first of two blocks of a row sees padding at its right; tiles that see padding at their sides alone.
    "n1_c2_i5x9_o2_k3x3_s1_p1,0,1,2_d1_g2", "n1_c3_i6x5_o3_k3x3_s1_p0x1_d1_g3",
    // A first tile that sees a part of the padding below; planes whose last tile would end two rows behind them.
    "n1_c1_i5x6_o1_k5x5_s1_p2,2,3,2_d1_g1", "n1_c6_i10x6_o6_k5x5_s1_p0x2_d1_g6",
    // Rows long enough that only their ends are copied.
    "n1_c2_i4x420_o2_k3x5_s1_p1x2_d1_g2_b", "n1_c1_i3x5x400_o2_k3x1x9_s1_p1x0x3_d1_g1",
    // Transforms of dense layers: output channels of several vectors with a bias, several boxes of tiles along either
    // axis, several depths.
    "n1_c3_i9x10_o21_k3x3_s1_p1_d1_g1_b", "n1_c5_i6x9_o21_k3x3_s1_p1_d1_g1_LNHWC_b_arelu",
    "n1_c120_i1x65_o60_k3x3_s1_p1_d1_g1_b", "n1_c120_i65x2_o60_k3x3_s1_p1_d1_g1",
    "n1_c120_i1x65_o60_k3x3_s1_p1_d1_g1_LNHWC", "n1_c120_i65x1_o60_k3x3_s1_p1_d1_g1_LNHWC_b",
    "n1_c10_i6x5_o70_k3x3_s1_p1_d1_g1_b", "n1_c3_i3x6x7_o5_k1x3x3_s1_p0x1x1_d1_g1_LNHWC",
    "n1_c9_i3x6x9_o11_k1x3x3_s1_p0x1x1_d1_g1_b",
    // The same, channels last: channels that are no whole vectors.
    "n1_c9_i6x5_o3_k3x3_s1_p1_d1_g1_LNHWC",
    // Dense: sums of several parts, of which the last vector is not whole; padding at the ends alone.
    "n1_c300_i1x13_o3_k1_s1_p0_d1_g1", "n1_c270_i3x7_o9_k1_s1_p0_d1_g1_b_arelu",
    "n1_c3_i3x5x6_o4_k2x2x2_s1_p0,0,0,1,1,1_d1_g1_LNHWC",
    // Pointwise: a vector of a strided volume's pixels of which the last lies where even steps would end.
    "n1_c18_i5x15x1_o17_k1x1x1_s2x1x2_p0_d1_g1", "n1_c5_i5x7x1_o6_k1x1x1_s2x1x2_p0_d1_g1_b",
    "n1_c4_i6x3x1_o5_k1x1x1_s2x1x2_p0_d1_g1",
    // Dense: rows that are cut into several boxes, of few channels out and many in.
    "n1_c260_i1x100_o1_k1x3_s1_p0x1_d1_g1", "n1_c260_i1x100_o1_k1x3_s1_p0x1_d1_g1_LNHWC"};

}  // namespace

std::vector<std::string> special_problems() { return {std::begin(kDescriptors), std::end(kDescriptors)}; }

}  // namespace depthwise::test
