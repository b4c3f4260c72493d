// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "io/protobuf_reader.hpp"
#include "io/temporary_folder.hpp"

#include <cstdint>
#include <cstring>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace test {

/// An array of an ONNX model, row-major. Empty extents: a single number.
struct OnnxArray {
    std::vector<std::int64_t> shape{};
    std::vector<double> values{};

    [[nodiscard]] static std::int64_t size_of(const std::vector<std::int64_t>& shape) {
        std::int64_t n = 1;
        for (const std::int64_t e : shape) n *= e;
        return n;
    }
};

/// A node of an ONNX model.
struct OnnxNode {
    struct Attribute {
        double real = 0;
        std::int64_t integer = 0;
        std::string words{};
        std::vector<std::int64_t> integers{};
    };

    std::string op{}, name{};
    std::vector<std::string> inputs{}, outputs{};
    std::map<std::string, Attribute> attributes{};
};

/// An ONNX model, read from the bytes of its file.
class OnnxModel {
public:
    /// Names and extents: a number, or a name that the caller chooses a number for.
    using Signature = std::vector<std::pair<std::string, std::vector<std::string>>>;

    explicit OnnxModel(const std::filesystem::path& path) : OnnxModel(read(path)) {}

    std::uint64_t ir_version = 0, opset = 0;
    std::string producer{}, description{};
    std::map<std::string, std::string> metadata{};
    std::vector<OnnxNode> nodes{};
    std::map<std::string, OnnxArray> constants{};
    Signature inputs{}, outputs{};

private:
    explicit OnnxModel(const std::vector<std::uint8_t>& bytes) {
        const ProtobufReader model(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
        ir_version = model.one(1).integer;
        producer = model.one(2).text();
        const ProtobufReader operators = model.message(8), graph = model.message(7);
        if (!operators.one(1).bytes.empty()) throw std::runtime_error("the operators are not those of ONNX");
        opset = operators.one(2).integer;
        for (const auto& f : model.all(14))
            metadata[ProtobufReader(f.bytes).one(1).text()] = ProtobufReader(f.bytes).one(2).text();
        for (const auto& f : graph.all(10)) description = f.text();
        for (const auto& f : graph.all(1)) nodes.push_back(node_of(ProtobufReader(f.bytes)));
        for (const auto& f : graph.all(5)) constants.insert(constant_of(ProtobufReader(f.bytes)));
        for (const auto& f : graph.all(11)) inputs.push_back(value_of(ProtobufReader(f.bytes)));
        for (const auto& f : graph.all(12)) outputs.push_back(value_of(ProtobufReader(f.bytes)));
    }

    static OnnxNode node_of(const ProtobufReader& read) {
        OnnxNode node{.op = read.one(4).text(), .name = read.one(3).text()};
        for (const auto& f : read.all(1)) node.inputs.push_back(f.text());
        for (const auto& f : read.all(2)) node.outputs.push_back(f.text());
        for (const auto& f : read.all(5)) {
            const ProtobufReader attribute(f.bytes);
            OnnxNode::Attribute a;
            const std::uint64_t type = attribute.one(20).integer;
            if (type == 1) a.real = static_cast<double>(attribute.one(2).real());
            if (type == 2) a.integer = static_cast<std::int64_t>(attribute.one(3).integer);
            if (type == 3) a.words = attribute.one(4).text();
            if (type == 7)
                for (const auto& i : attribute.all(8)) a.integers.push_back(static_cast<std::int64_t>(i.integer));
            node.attributes[attribute.one(1).text()] = a;
        }
        return node;
    }

    static std::pair<std::string, OnnxArray> constant_of(const ProtobufReader& read) {
        OnnxArray array;
        for (const auto& f : read.all(1)) array.shape.push_back(static_cast<std::int64_t>(f.integer));
        const auto count = static_cast<std::size_t>(OnnxArray::size_of(array.shape));
        if (read.one(2).integer == 1) {  // float
            const std::string_view raw = read.one(9).bytes;
            if (raw.size() != 4 * count) throw std::runtime_error("raw_data has another size than its tensor");
            std::vector<float> values(count);
            std::memcpy(values.data(), raw.data(), raw.size());
            array.values.assign(values.begin(), values.end());
        } else if (read.one(2).integer == 7) {  // int64
            for (const auto& f : read.all(7))
                array.values.push_back(static_cast<double>(static_cast<std::int64_t>(f.integer)));
            if (array.values.size() != count) throw std::runtime_error("int64_data has another size than its tensor");
        }
        return {read.one(8).text(), array};
    }

    static Signature::value_type value_of(const ProtobufReader& read) {
        Signature::value_type value{read.one(1).text(), {}};
        const ProtobufReader tensor = read.message(2).message(1);
        if (tensor.one(1).integer != 1) throw std::runtime_error(value.first + " is not of type float");
        for (const auto& f : tensor.message(2).all(1)) {
            const ProtobufReader extent(f.bytes);
            const auto name = extent.all(2);
            value.second.push_back(name.empty() ? std::to_string(extent.one(1).integer) : name[0].text());
        }
        return value;
    }
};

}  // namespace test
