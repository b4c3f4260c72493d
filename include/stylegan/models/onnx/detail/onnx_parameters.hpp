// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/onnx/onnx_graph.hpp>

#include <map>
#include <string>

namespace stylegan::detail {

/// The parameters of a generator by name, each read when it is needed.
using OnnxParameters = std::map<std::string, OnnxGraph::Values>;

}  // namespace stylegan::detail
