// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/view.hpp>
#include <stylegan/ops/convolution/window.hpp>

#include <array>
#include <string_view>

namespace stylegan {

/// A convolution of the Inception network, which is followed by batch normalization and a ReLU.
struct InceptionLayer {
    std::string_view name;  ///< in the state dict of pytorch-fid, before ".conv.weight" and ".bn.bias"
    std::string_view
        torchscript;     ///< in the TorchScript of stylegan2-ada-pytorch, after "layers." and before ".weight"
    Index inputs;        ///< channels read
    Index outputs;       ///< channels computed
    ops::Window window;  ///< height, width, stride, padding above and below, padding left and right
};

/// All convolutions of the network, in the order of the blocks.
/// @see Szegedy et al., "Rethinking the Inception Architecture for Computer Vision" (2016); sizes and names as in the
///      public code that reads the two files
inline constexpr std::array<InceptionLayer, 94> inception_layers{{
    {"Conv2d_1a_3x3", "conv", 3, 32, {3, 3, 2, 0, 0}},
    {"Conv2d_2a_3x3", "conv_1", 32, 32, {3, 3, 1, 0, 0}},
    {"Conv2d_2b_3x3", "conv_2", 32, 64, {3, 3, 1, 1, 1}},
    {"Conv2d_3b_1x1", "conv_3", 64, 80, {1, 1, 1, 0, 0}},
    {"Conv2d_4a_3x3", "conv_4", 80, 192, {3, 3, 1, 0, 0}},
    {"Mixed_5b.branch1x1", "mixed.conv", 192, 64, {1, 1, 1, 0, 0}},
    {"Mixed_5b.branch5x5_1", "mixed.tower.conv", 192, 48, {1, 1, 1, 0, 0}},
    {"Mixed_5b.branch5x5_2", "mixed.tower.conv_1", 48, 64, {5, 5, 1, 2, 2}},
    {"Mixed_5b.branch3x3dbl_1", "mixed.tower_1.conv", 192, 64, {1, 1, 1, 0, 0}},
    {"Mixed_5b.branch3x3dbl_2", "mixed.tower_1.conv_1", 64, 96, {3, 3, 1, 1, 1}},
    {"Mixed_5b.branch3x3dbl_3", "mixed.tower_1.conv_2", 96, 96, {3, 3, 1, 1, 1}},
    {"Mixed_5b.branch_pool", "mixed.tower_2.conv", 192, 32, {1, 1, 1, 0, 0}},
    {"Mixed_5c.branch1x1", "mixed_1.conv", 256, 64, {1, 1, 1, 0, 0}},
    {"Mixed_5c.branch5x5_1", "mixed_1.tower.conv", 256, 48, {1, 1, 1, 0, 0}},
    {"Mixed_5c.branch5x5_2", "mixed_1.tower.conv_1", 48, 64, {5, 5, 1, 2, 2}},
    {"Mixed_5c.branch3x3dbl_1", "mixed_1.tower_1.conv", 256, 64, {1, 1, 1, 0, 0}},
    {"Mixed_5c.branch3x3dbl_2", "mixed_1.tower_1.conv_1", 64, 96, {3, 3, 1, 1, 1}},
    {"Mixed_5c.branch3x3dbl_3", "mixed_1.tower_1.conv_2", 96, 96, {3, 3, 1, 1, 1}},
    {"Mixed_5c.branch_pool", "mixed_1.tower_2.conv", 256, 64, {1, 1, 1, 0, 0}},
    {"Mixed_5d.branch1x1", "mixed_2.conv", 288, 64, {1, 1, 1, 0, 0}},
    {"Mixed_5d.branch5x5_1", "mixed_2.tower.conv", 288, 48, {1, 1, 1, 0, 0}},
    {"Mixed_5d.branch5x5_2", "mixed_2.tower.conv_1", 48, 64, {5, 5, 1, 2, 2}},
    {"Mixed_5d.branch3x3dbl_1", "mixed_2.tower_1.conv", 288, 64, {1, 1, 1, 0, 0}},
    {"Mixed_5d.branch3x3dbl_2", "mixed_2.tower_1.conv_1", 64, 96, {3, 3, 1, 1, 1}},
    {"Mixed_5d.branch3x3dbl_3", "mixed_2.tower_1.conv_2", 96, 96, {3, 3, 1, 1, 1}},
    {"Mixed_5d.branch_pool", "mixed_2.tower_2.conv", 288, 64, {1, 1, 1, 0, 0}},
    {"Mixed_6a.branch3x3", "mixed_3.conv", 288, 384, {3, 3, 2, 0, 0}},
    {"Mixed_6a.branch3x3dbl_1", "mixed_3.tower.conv", 288, 64, {1, 1, 1, 0, 0}},
    {"Mixed_6a.branch3x3dbl_2", "mixed_3.tower.conv_1", 64, 96, {3, 3, 1, 1, 1}},
    {"Mixed_6a.branch3x3dbl_3", "mixed_3.tower.conv_2", 96, 96, {3, 3, 2, 0, 0}},
    {"Mixed_6b.branch1x1", "mixed_4.conv", 768, 192, {1, 1, 1, 0, 0}},
    {"Mixed_6b.branch7x7_1", "mixed_4.tower.conv", 768, 128, {1, 1, 1, 0, 0}},
    {"Mixed_6b.branch7x7_2", "mixed_4.tower.conv_1", 128, 128, {1, 7, 1, 0, 3}},
    {"Mixed_6b.branch7x7_3", "mixed_4.tower.conv_2", 128, 192, {7, 1, 1, 3, 0}},
    {"Mixed_6b.branch7x7dbl_1", "mixed_4.tower_1.conv", 768, 128, {1, 1, 1, 0, 0}},
    {"Mixed_6b.branch7x7dbl_2", "mixed_4.tower_1.conv_1", 128, 128, {7, 1, 1, 3, 0}},
    {"Mixed_6b.branch7x7dbl_3", "mixed_4.tower_1.conv_2", 128, 128, {1, 7, 1, 0, 3}},
    {"Mixed_6b.branch7x7dbl_4", "mixed_4.tower_1.conv_3", 128, 128, {7, 1, 1, 3, 0}},
    {"Mixed_6b.branch7x7dbl_5", "mixed_4.tower_1.conv_4", 128, 192, {1, 7, 1, 0, 3}},
    {"Mixed_6b.branch_pool", "mixed_4.tower_2.conv", 768, 192, {1, 1, 1, 0, 0}},
    {"Mixed_6c.branch1x1", "mixed_5.conv", 768, 192, {1, 1, 1, 0, 0}},
    {"Mixed_6c.branch7x7_1", "mixed_5.tower.conv", 768, 160, {1, 1, 1, 0, 0}},
    {"Mixed_6c.branch7x7_2", "mixed_5.tower.conv_1", 160, 160, {1, 7, 1, 0, 3}},
    {"Mixed_6c.branch7x7_3", "mixed_5.tower.conv_2", 160, 192, {7, 1, 1, 3, 0}},
    {"Mixed_6c.branch7x7dbl_1", "mixed_5.tower_1.conv", 768, 160, {1, 1, 1, 0, 0}},
    {"Mixed_6c.branch7x7dbl_2", "mixed_5.tower_1.conv_1", 160, 160, {7, 1, 1, 3, 0}},
    {"Mixed_6c.branch7x7dbl_3", "mixed_5.tower_1.conv_2", 160, 160, {1, 7, 1, 0, 3}},
    {"Mixed_6c.branch7x7dbl_4", "mixed_5.tower_1.conv_3", 160, 160, {7, 1, 1, 3, 0}},
    {"Mixed_6c.branch7x7dbl_5", "mixed_5.tower_1.conv_4", 160, 192, {1, 7, 1, 0, 3}},
    {"Mixed_6c.branch_pool", "mixed_5.tower_2.conv", 768, 192, {1, 1, 1, 0, 0}},
    {"Mixed_6d.branch1x1", "mixed_6.conv", 768, 192, {1, 1, 1, 0, 0}},
    {"Mixed_6d.branch7x7_1", "mixed_6.tower.conv", 768, 160, {1, 1, 1, 0, 0}},
    {"Mixed_6d.branch7x7_2", "mixed_6.tower.conv_1", 160, 160, {1, 7, 1, 0, 3}},
    {"Mixed_6d.branch7x7_3", "mixed_6.tower.conv_2", 160, 192, {7, 1, 1, 3, 0}},
    {"Mixed_6d.branch7x7dbl_1", "mixed_6.tower_1.conv", 768, 160, {1, 1, 1, 0, 0}},
    {"Mixed_6d.branch7x7dbl_2", "mixed_6.tower_1.conv_1", 160, 160, {7, 1, 1, 3, 0}},
    {"Mixed_6d.branch7x7dbl_3", "mixed_6.tower_1.conv_2", 160, 160, {1, 7, 1, 0, 3}},
    {"Mixed_6d.branch7x7dbl_4", "mixed_6.tower_1.conv_3", 160, 160, {7, 1, 1, 3, 0}},
    {"Mixed_6d.branch7x7dbl_5", "mixed_6.tower_1.conv_4", 160, 192, {1, 7, 1, 0, 3}},
    {"Mixed_6d.branch_pool", "mixed_6.tower_2.conv", 768, 192, {1, 1, 1, 0, 0}},
    {"Mixed_6e.branch1x1", "mixed_7.conv", 768, 192, {1, 1, 1, 0, 0}},
    {"Mixed_6e.branch7x7_1", "mixed_7.tower.conv", 768, 192, {1, 1, 1, 0, 0}},
    {"Mixed_6e.branch7x7_2", "mixed_7.tower.conv_1", 192, 192, {1, 7, 1, 0, 3}},
    {"Mixed_6e.branch7x7_3", "mixed_7.tower.conv_2", 192, 192, {7, 1, 1, 3, 0}},
    {"Mixed_6e.branch7x7dbl_1", "mixed_7.tower_1.conv", 768, 192, {1, 1, 1, 0, 0}},
    {"Mixed_6e.branch7x7dbl_2", "mixed_7.tower_1.conv_1", 192, 192, {7, 1, 1, 3, 0}},
    {"Mixed_6e.branch7x7dbl_3", "mixed_7.tower_1.conv_2", 192, 192, {1, 7, 1, 0, 3}},
    {"Mixed_6e.branch7x7dbl_4", "mixed_7.tower_1.conv_3", 192, 192, {7, 1, 1, 3, 0}},
    {"Mixed_6e.branch7x7dbl_5", "mixed_7.tower_1.conv_4", 192, 192, {1, 7, 1, 0, 3}},
    {"Mixed_6e.branch_pool", "mixed_7.tower_2.conv", 768, 192, {1, 1, 1, 0, 0}},
    {"Mixed_7a.branch3x3_1", "mixed_8.tower.conv", 768, 192, {1, 1, 1, 0, 0}},
    {"Mixed_7a.branch3x3_2", "mixed_8.tower.conv_1", 192, 320, {3, 3, 2, 0, 0}},
    {"Mixed_7a.branch7x7x3_1", "mixed_8.tower_1.conv", 768, 192, {1, 1, 1, 0, 0}},
    {"Mixed_7a.branch7x7x3_2", "mixed_8.tower_1.conv_1", 192, 192, {1, 7, 1, 0, 3}},
    {"Mixed_7a.branch7x7x3_3", "mixed_8.tower_1.conv_2", 192, 192, {7, 1, 1, 3, 0}},
    {"Mixed_7a.branch7x7x3_4", "mixed_8.tower_1.conv_3", 192, 192, {3, 3, 2, 0, 0}},
    {"Mixed_7b.branch1x1", "mixed_9.conv", 1280, 320, {1, 1, 1, 0, 0}},
    {"Mixed_7b.branch3x3_1", "mixed_9.tower_conv", 1280, 384, {1, 1, 1, 0, 0}},
    {"Mixed_7b.branch3x3_2a", "mixed_9.tower_mixed_conv", 384, 384, {1, 3, 1, 0, 1}},
    {"Mixed_7b.branch3x3_2b", "mixed_9.tower_mixed_conv_1", 384, 384, {3, 1, 1, 1, 0}},
    {"Mixed_7b.branch3x3dbl_1", "mixed_9.tower_1_conv", 1280, 448, {1, 1, 1, 0, 0}},
    {"Mixed_7b.branch3x3dbl_2", "mixed_9.tower_1_conv_1", 448, 384, {3, 3, 1, 1, 1}},
    {"Mixed_7b.branch3x3dbl_3a", "mixed_9.tower_1_mixed_conv", 384, 384, {1, 3, 1, 0, 1}},
    {"Mixed_7b.branch3x3dbl_3b", "mixed_9.tower_1_mixed_conv_1", 384, 384, {3, 1, 1, 1, 0}},
    {"Mixed_7b.branch_pool", "mixed_9.tower_2_conv", 1280, 192, {1, 1, 1, 0, 0}},
    {"Mixed_7c.branch1x1", "mixed_10.conv", 2048, 320, {1, 1, 1, 0, 0}},
    {"Mixed_7c.branch3x3_1", "mixed_10.tower_conv", 2048, 384, {1, 1, 1, 0, 0}},
    {"Mixed_7c.branch3x3_2a", "mixed_10.tower_mixed_conv", 384, 384, {1, 3, 1, 0, 1}},
    {"Mixed_7c.branch3x3_2b", "mixed_10.tower_mixed_conv_1", 384, 384, {3, 1, 1, 1, 0}},
    {"Mixed_7c.branch3x3dbl_1", "mixed_10.tower_1_conv", 2048, 448, {1, 1, 1, 0, 0}},
    {"Mixed_7c.branch3x3dbl_2", "mixed_10.tower_1_conv_1", 448, 384, {3, 3, 1, 1, 1}},
    {"Mixed_7c.branch3x3dbl_3a", "mixed_10.tower_1_mixed_conv", 384, 384, {1, 3, 1, 0, 1}},
    {"Mixed_7c.branch3x3dbl_3b", "mixed_10.tower_1_mixed_conv_1", 384, 384, {3, 1, 1, 1, 0}},
    {"Mixed_7c.branch_pool", "mixed_10.tower_2_conv", 2048, 192, {1, 1, 1, 0, 0}},
}};

}  // namespace stylegan
