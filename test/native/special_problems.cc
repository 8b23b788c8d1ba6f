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
    // the
    // input.
    "n1_c3_i9x100_o3_k5x5_s1_p2_d1_g3_LNHWC_b", "n1_c4_i8x61_o4_k3x3_s1_p0_d1_g4_LNHWC_arelu",
    "n1_c5_i7x70_o5_k3x3_s1_p1_d1_g5_LNHWC_S_b", "n1_c3_i5x90_o3_k3x7_s1_p1x9_d1x3_g3_LNHWC_asilu",
    "n1_c12_i6x33_o12_k1x5_s1_p0x4_d1_g12_LNHWC", "n1_c2_i4x3x65_o2_k1x3x3_s1_p0x1x1_d1_g2_LNHWC"};

}  // namespace

std::vector<std::string> special_problems() { return {std::begin(kDescriptors), std::end(kDescriptors)}; }

}  // namespace depthwise::test
