// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What STYLEGAN_COMPILED leaves out of the other headers. A program that is built with that switch includes this file in
/// one of its source files; the CMake target `stylegan::compiled` does it for you.
#include <stylegan/io/checkpoint_definition.hpp>
#include <stylegan/io/open_network_file_definition.hpp>
#include <stylegan/io/safetensors_writer_definition.hpp>
#include <stylegan/io/tensor_file_definition.hpp>
#include <stylegan/layers/layers_definition.hpp>
#include <stylegan/metrics/metrics_definition.hpp>
#include <stylegan/models/models_definition.hpp>
#include <stylegan/ops/grid_convolution_definition.hpp>
#include <stylegan/ops/styled_convolution_definition.hpp>
#include <stylegan/training/training_definition.hpp>
