// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What STYLEGAN_COMPILED leaves out of the other headers. A program that is built with that switch includes this file in
/// one of its source files; the CMake target `stylegan::compiled` does it for you.
#include <stylegan/io/networks/detail/checkpoint_inl.hpp>
#include <stylegan/io/networks/detail/open_network_file_inl.hpp>
#include <stylegan/io/onnx/detail/onnx_graph_inl.hpp>
#include <stylegan/io/tensors/detail/safetensors_writer_inl.hpp>
#include <stylegan/io/tensors/detail/tensor_file_inl.hpp>
#include <stylegan/layers/detail/instantiate_layers.hpp>
#include <stylegan/metrics/detail/instantiate_metrics.hpp>
#include <stylegan/models/detail/instantiate_models.hpp>
#include <stylegan/models/onnx/detail/onnx_generator_inl.hpp>
#include <stylegan/ops/blocked/detail/window_convolution_inl.hpp>
#include <stylegan/ops/convolution/detail/grid_convolution_inl.hpp>
#include <stylegan/ops/styled/detail/styled_convolution_inl.hpp>
#include <stylegan/training/detail/instantiate_training.hpp>
