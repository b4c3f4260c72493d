// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/compiled.hpp>
#include <stylegan/core/view.hpp>
#include <stylegan/io/protobuf/protobuf_message.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace stylegan {

/// An extent of an input or output of a graph: a number, or a name for one that the caller of the graph chooses.
using OnnxExtent = std::variant<Index, std::string>;

/// An attribute of a node: `{"axis", 1}`.
struct OnnxAttribute {
    /// Values of the types INT, FLOAT, STRING and INTS.
    using Value = std::variant<std::int64_t, float, std::string, std::vector<std::int64_t>>;

    std::string name;  ///< as the operator's specification has it
    Value value;       ///< of the type that the specification says
};

/// A graph in the format of ONNX, put together from inputs to outputs. Its values have names; each function that adds
/// one returns its name.
///
///     OnnxGraph graph("g");
///     const std::string x = graph.input("x", {"n", Index{3}});
///     graph.node("Neg", "y", {x});
///     graph.output("y", {"n", Index{3}});
///     graph.write("g.onnx");
///
/// The same calls give the same bytes.
/// @see https://github.com/onnx/onnx/blob/main/docs/IR.md and onnx/onnx.proto
class OnnxGraph {
public:
    /// Row-major numbers of a constant. Called once while the graph is written, so that one constant at a time is in
    /// memory.
    using Values = std::function<std::vector<float>()>;

    static constexpr int opset = 17;      ///< version of the operators
    static constexpr int ir_version = 8;  ///< of the format, the first with this opset

    explicit OnnxGraph(const std::string& name) { graph_.text(2, name); }

    /// An input of type float.
    /// @throws ValueError if the name is taken; so do all functions that take one
    std::string input(const std::string& name, const std::vector<OnnxExtent>& shape);
    /// An output of type float: the value of this name.
    void output(const std::string& name, const std::vector<OnnxExtent>& shape);
    /// A constant of type float. If `values` returns another number of them than the shape has, write() throws
    /// ValueError.
    std::string constant(const std::string& name, const std::vector<Index>& shape, Values values);
    /// A constant of type int64. An empty shape is a single number.
    std::string integers(const std::string& name, const std::vector<Index>& shape,
                         const std::vector<std::int64_t>& values);
    /// A node with one output, of the node's name. An empty input is an optional one that is left out.
    std::string node(const std::string& op, const std::string& name, const std::vector<std::string>& inputs,
                     const std::vector<OnnxAttribute>& attributes = {});

    /// Whether there is a value of this name.
    [[nodiscard]] bool has(const std::string& name) const { return names_.count(name) > 0; }

    /// What the graph is for, in words.
    void describe(const std::string& words) { graph_.text(10, words); }
    /// Adds an entry to the file's metadata.
    void metadata(const std::string& key, const std::string& value);

    /// Inputs and outputs with their shapes: "x (n, 3) -> y (n, 3)".
    [[nodiscard]] std::string signature() const { return inputs_ + " -> " + outputs_; }

    /// Writes the file, atomically.
    /// @throws FileError if it cannot be written; ValueError if it would be longer than ProtobufMessage::largest
    void write(const std::filesystem::path& path) const;

private:
    /// Takes a name. @throws ValueError if it is taken
    const std::string& taken(const std::string& name);

    ProtobufMessage graph_, model_;
    std::string inputs_, outputs_;  // for signature()
    std::set<std::string> names_;
};

}  // namespace stylegan

#ifndef STYLEGAN_COMPILED
#include <stylegan/io/onnx/detail/onnx_graph_inl.hpp>
#endif
