// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/version.hpp>
#include <stylegan/io/files/atomic_file.hpp>
#include <stylegan/io/onnx/onnx_graph.hpp>

#include <bit>
#include <cstddef>
#include <memory>

namespace stylegan {

namespace detail {

// numbers of onnx.proto
inline constexpr int onnx_float = 1, onnx_int64 = 7;

/// A message ValueInfoProto: the name, type and shape of an input or output.
inline ProtobufMessage onnx_value(const std::string& name, const std::vector<OnnxExtent>& shape) {
    ProtobufMessage extents, tensor, type, value;
    for (const OnnxExtent& extent : shape) {
        ProtobufMessage dimension;
        if (const auto* number = std::get_if<Index>(&extent))
            dimension.integer(1, *number);
        else
            dimension.text(2, std::get<std::string>(extent));
        extents.message(1, std::move(dimension));
    }
    tensor.integer(1, onnx_float);
    tensor.message(2, std::move(extents));
    type.message(1, std::move(tensor));
    value.text(1, name);
    value.message(2, std::move(type));
    return value;
}

/// Adds "x (n, 3)" to a list.
inline void add_to_signature(std::string& list, const std::string& name, const std::vector<OnnxExtent>& shape) {
    list += text(list.empty() ? "" : ", ", name, " (");
    for (std::size_t i = 0; i < shape.size(); ++i) {
        if (i > 0) list += ", ";
        std::visit([&](const auto& extent) { list += text(extent); }, shape[i]);
    }
    list += ')';
}

/// A message AttributeProto.
inline ProtobufMessage onnx_attribute(const OnnxAttribute& attribute) {
    enum Type { of_float = 1, of_int = 2, of_string = 3, of_ints = 7 };
    ProtobufMessage message;
    message.text(1, attribute.name);
    if (const auto* number = std::get_if<std::int64_t>(&attribute.value)) {
        message.integer(3, *number);
        message.integer(20, of_int);
    } else if (const auto* real = std::get_if<float>(&attribute.value)) {
        message.real(2, *real);
        message.integer(20, of_float);
    } else if (const auto* words = std::get_if<std::string>(&attribute.value)) {
        message.text(4, *words);
        message.integer(20, of_string);
    } else {
        for (const std::int64_t v : std::get<std::vector<std::int64_t>>(attribute.value)) message.integer(8, v);
        message.integer(20, of_ints);
    }
    return message;
}

/// The first fields of a message TensorProto.
inline ProtobufMessage onnx_tensor(const std::string& name, const std::vector<Index>& shape, int type) {
    ProtobufMessage tensor;
    for (const Index extent : shape) tensor.integer(1, extent);
    tensor.integer(2, type);
    tensor.text(8, name);
    return tensor;
}

}  // namespace detail

STYLEGAN_INLINE const std::string& OnnxGraph::taken(const std::string& name) {
    if (!names_.insert(name).second) throw ValueError(text("OnnxGraph: the name \"", name, "\" is taken"));
    return name;
}

STYLEGAN_INLINE std::string OnnxGraph::input(const std::string& name, const std::vector<OnnxExtent>& shape) {
    graph_.message(11, detail::onnx_value(taken(name), shape));
    detail::add_to_signature(inputs_, name, shape);
    return name;
}

STYLEGAN_INLINE void OnnxGraph::output(const std::string& name, const std::vector<OnnxExtent>& shape) {
    if (!has(name)) throw ValueError(text("OnnxGraph: output \"", name, "\" is not a value of the graph"));
    graph_.message(12, detail::onnx_value(name, shape));
    detail::add_to_signature(outputs_, name, shape);
}

STYLEGAN_INLINE std::string OnnxGraph::constant(const std::string& name, const std::vector<Index>& shape,
                                                Values values) {
    static_assert(std::endian::native == std::endian::little, "stylegan: files are written on little-endian machines");
    ProtobufMessage tensor = detail::onnx_tensor(taken(name), shape, detail::onnx_float);
    std::uint64_t bytes = sizeof(float);
    for (const Index extent : shape) bytes *= static_cast<std::uint64_t>(extent);
    tensor.produced(9, bytes, [make = std::move(values)](ProtobufMessage::Sink sink) {
        const std::vector<float> made = make();
        sink(made.data(), made.size() * sizeof(float));
    });
    graph_.message(5, std::move(tensor));
    return name;
}

STYLEGAN_INLINE std::string OnnxGraph::integers(const std::string& name, const std::vector<Index>& shape,
                                                const std::vector<std::int64_t>& values) {
    ProtobufMessage tensor = detail::onnx_tensor(taken(name), shape, detail::onnx_int64);
    for (const std::int64_t v : values) tensor.integer(7, v);
    graph_.message(5, std::move(tensor));
    return name;
}

STYLEGAN_INLINE std::string OnnxGraph::node(const std::string& op, const std::string& name,
                                            const std::vector<std::string>& inputs,
                                            const std::vector<OnnxAttribute>& attributes) {
    ProtobufMessage node;
    for (const std::string& i : inputs) {
        if (!i.empty() && !has(i)) throw ValueError(text("OnnxGraph: input \"", i, "\" of \"", name, "\" is no value"));
        node.text(1, i);
    }
    node.text(2, taken(name));
    node.text(3, name);
    node.text(4, op);
    for (const OnnxAttribute& a : attributes) node.message(5, detail::onnx_attribute(a));
    graph_.message(1, std::move(node));
    return name;
}

STYLEGAN_INLINE void OnnxGraph::metadata(const std::string& key, const std::string& value) {
    ProtobufMessage entry;
    entry.text(1, key);
    entry.text(2, value);
    model_.message(14, std::move(entry));
}

STYLEGAN_INLINE void OnnxGraph::write(const std::filesystem::path& path) const {
    ProtobufMessage operators, model;
    operators.text(1, "");
    operators.integer(2, opset);
    model.integer(1, ir_version);
    model.text(2, "stylegan-cpp");
    model.text(3, text(version[0], '.', version[1], '.', version[2]));
    model.message(8, std::move(operators));
    model.message(7, graph_);
    model.append(model_);
    if (model.size() > ProtobufMessage::largest)
        throw ValueError(text(path.string(), ": would have ", model.size(), " bytes, expected at most ",
                              ProtobufMessage::largest, ", the longest message of Protocol Buffers"));
    AtomicFile file(path);
    model.write([&](const void* data, std::size_t size) { file.write(data, size); });
    file.commit();
}

}  // namespace stylegan
