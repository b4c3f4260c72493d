// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "io/onnx_model.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace test {

/// Computes ONNX models in double precision, by the text of the operators' specification. It has the operators of a
/// generator alone, as plain loops.
class OnnxInterpreter {
public:
    using Array = OnnxArray;
    using Extents = std::vector<std::int64_t>;

    explicit OnnxInterpreter(const OnnxModel& model) : model_(model) {}

    /// All values of the graph, for these inputs.
    [[nodiscard]] std::map<std::string, Array> run(std::map<std::string, Array> inputs) const {
        std::map<std::string, Array> values = model_.constants;
        for (const auto& [name, shape] : model_.inputs) values[name] = std::move(inputs.at(name));
        for (const OnnxNode& node : model_.nodes) {
            std::vector<Array> given;
            for (const std::string& name : node.inputs) given.push_back(name.empty() ? Array() : values.at(name));
            values[node.outputs.at(0)] = result(node, given);
        }
        return values;
    }

private:
    static Array result(const OnnxNode& node, const std::vector<Array>& x) {
        const auto attribute = [&](const char* name) {
            const auto found = node.attributes.find(name);
            return found == node.attributes.end() ? OnnxNode::Attribute{} : found->second;
        };
        const std::string& op = node.op;
        if (op == "Add") return each(x[0], x[1], [](double a, double b) { return a + b; });
        if (op == "Sub") return each(x[0], x[1], [](double a, double b) { return a - b; });
        if (op == "Mul") return each(x[0], x[1], [](double a, double b) { return a * b; });
        if (op == "Div") return each(x[0], x[1], [](double a, double b) { return a / b; });
        if (op == "Identity") return x[0];
        if (op == "Sqrt") return each(x[0], Array{{}, {0}}, [](double a, double) { return std::sqrt(a); });
        if (op == "Relu") return each(x[0], Array{{}, {0}}, [](double a, double b) { return std::max(a, b); });
        if (op == "LeakyRelu")
            return each(x[0], Array{{}, {attribute("alpha").real}},
                        [](double a, double s) { return a < 0 ? s * a : a; });
        if (op == "MatMul") return product(x[0], x[1]);
        if (op == "Gemm") {
            const Array y = product(x[0], x[1]);
            return x.size() == 3 ? each(y, x[2], [](double a, double b) { return a + b; }) : y;
        }
        if (op == "ReduceMean")
            return mean_over_axis_1(x[0], attribute("axes").integers, attribute("keepdims").integer);
        if (op == "Expand")
            return each(x[0], Array{whole(x[1]), std::vector<double>(count(whole(x[1])))},
                        [](double a, double) { return a; });
        if (op == "Concat") return joined(x, attribute("axis").integer);
        if (op == "Gather") return gathered(x[0], x[1], attribute("axis").integer);
        if (op == "Unsqueeze") {
            Array y = x[0];
            for (const std::int64_t axis : whole(x[1])) y.shape.insert(y.shape.begin() + axis, 1);
            return y;
        }
        if (op == "Reshape") {
            Array y{whole(x[1]), x[0].values};
            const std::int64_t rest = Array::size_of(y.shape);  // -1 stands for one extent
            if (rest < 0) *std::find(y.shape.begin(), y.shape.end(), -1) = Array::size_of(x[0].shape) / -rest;
            return y;
        }
        if (op == "Shape") {
            const Extents part(x[0].shape.begin() + attribute("start").integer,
                               x[0].shape.begin() + attribute("end").integer);
            return {{static_cast<std::int64_t>(part.size())}, {part.begin(), part.end()}};
        }
        if (op == "InstanceNormalization") return instance_norm(x, attribute("epsilon").real);
        if (op == "Conv")
            return convolution(x, attribute("pads").integers.at(0),
                               std::max<std::int64_t>(attribute("group").integer, 1));
        if (op == "ConvTranspose") return transposed(x, attribute("pads").integers, attribute("strides").integers);
        if (op == "Resize") {
            if (attribute("mode").words != "nearest" || attribute("nearest_mode").words != "floor" ||
                attribute("coordinate_transformation_mode").words != "asymmetric")
                throw std::runtime_error("Resize is known as nearest neighbours alone");
            return resized(x[0], whole(x[2]));
        }
        throw std::runtime_error("unknown operator " + op);
    }

    static std::size_t count(const Extents& shape) { return static_cast<std::size_t>(Array::size_of(shape)); }
    static Extents whole(const Array& a) { return {a.values.begin(), a.values.end()}; }

    /// f of each pair of values, with the broadcasting of NumPy.
    template <class F>
    static Array each(const Array& a, const Array& b, F f) {
        const std::size_t rank = std::max(a.shape.size(), b.shape.size());
        Extents ea(rank - a.shape.size(), 1), eb(rank - b.shape.size(), 1), shape(rank);
        ea.insert(ea.end(), a.shape.begin(), a.shape.end());
        eb.insert(eb.end(), b.shape.begin(), b.shape.end());
        for (std::size_t k = 0; k < rank; ++k) {
            if (ea[k] != eb[k] && ea[k] != 1 && eb[k] != 1) throw std::runtime_error("shapes do not broadcast");
            shape[k] = std::max(ea[k], eb[k]);
        }
        Array y{shape, std::vector<double>(count(shape))};
        for (std::size_t i = 0; i < y.values.size(); ++i) {
            std::size_t rest = i, at_a = 0, at_b = 0, stride_a = 1, stride_b = 1;
            for (std::size_t k = rank; k-- > 0;) {
                const std::size_t index = rest % static_cast<std::size_t>(shape[k]);
                rest /= static_cast<std::size_t>(shape[k]);
                if (ea[k] > 1) at_a += index * stride_a;
                if (eb[k] > 1) at_b += index * stride_b;
                stride_a *= static_cast<std::size_t>(ea[k]);
                stride_b *= static_cast<std::size_t>(eb[k]);
            }
            y.values[i] = f(a.values.at(at_a), b.values.at(at_b));
        }
        return y;
    }

    static Array product(const Array& a, const Array& b) {
        const std::int64_t n = a.shape.at(0), inner = a.shape.at(1), m = b.shape.at(1);
        if (a.shape.size() != 2 || b.shape.size() != 2 || b.shape[0] != inner)
            throw std::runtime_error("matrices do not fit");
        Array y{{n, m}, std::vector<double>(count({n, m}))};
        for (std::int64_t i = 0; i < n; ++i)
            for (std::int64_t k = 0; k < inner; ++k)
                for (std::int64_t j = 0; j < m; ++j) at(y, i * m + j) += at(a, i * inner + k) * at(b, k * m + j);
        return y;
    }

    static Array mean_over_axis_1(const Array& x, const Extents& axes, std::int64_t keepdims) {
        if (axes != Extents{1} || keepdims != 1) throw std::runtime_error("ReduceMean is known over axis 1 alone");
        Extents shape = x.shape;
        const std::int64_t n = shape.at(0), c = std::exchange(shape.at(1), 1), inner = Array::size_of(x.shape) / n / c;
        Array y{shape, std::vector<double>(count(shape))};
        for (std::int64_t i = 0; i < n * c * inner; ++i)
            at(y, i / inner / c * inner + i % inner) += at(x, i) / static_cast<double>(c);
        return y;
    }

    static Array joined(const std::vector<Array>& x, std::int64_t axis) {
        const auto k = static_cast<std::size_t>(axis);
        Array y{x[0].shape, {}};
        y.shape.at(k) = 0;
        for (const Array& a : x) y.shape[k] += a.shape.at(k);
        const std::int64_t outer = Array::size_of({y.shape.begin(), y.shape.begin() + axis});
        for (std::int64_t i = 0; i < outer; ++i)
            for (const Array& a : x) {
                const auto part = static_cast<std::ptrdiff_t>(a.values.size()) / outer;
                y.values.insert(y.values.end(), a.values.begin() + i * part, a.values.begin() + (i + 1) * part);
            }
        return y;
    }

    static Array gathered(const Array& x, const Array& index, std::int64_t axis) {
        if (axis != 1 || !index.shape.empty())
            throw std::runtime_error("Gather is known for one index on axis 1 alone");
        const std::int64_t n = x.shape.at(0), rows = x.shape.at(1), width = x.shape.at(2);
        Array y{{n, width}, {}};
        for (std::int64_t i = 0; i < n * width; ++i)
            y.values.push_back(
                at(x, (i / width * rows + static_cast<std::int64_t>(index.values[0])) * width + i % width));
        return y;
    }

    static Array instance_norm(const std::vector<Array>& in, double epsilon) {
        Array y = in[0];
        const std::int64_t c = y.shape.at(1), area = y.shape.at(2) * y.shape.at(3);
        for (std::int64_t m = 0; m < y.shape[0] * c; ++m) {
            double mean = 0, variance = 0;
            for (std::int64_t p = 0; p < area; ++p) mean += at(y, m * area + p) / static_cast<double>(area);
            for (std::int64_t p = 0; p < area; ++p)
                variance += std::pow(at(y, m * area + p) - mean, 2) / static_cast<double>(area);
            for (std::int64_t p = 0; p < area; ++p) {
                double& v = at(y, m * area + p);
                v = at(in[1], m % c) * (v - mean) / std::sqrt(variance + epsilon) + at(in[2], m % c);
            }
        }
        return y;
    }

    /// x (n, in, h, w), weights (out, in / group, k, k), with the same padding on all sides.
    static Array convolution(const std::vector<Array>& in, std::int64_t pad, std::int64_t group) {
        const Array &x = in[0], &weight = in[1];
        const std::int64_t n = x.shape.at(0), c = x.shape.at(1), h = x.shape.at(2), w = x.shape.at(3);
        const std::int64_t out = weight.shape.at(0), part = weight.shape.at(1), k = weight.shape.at(2);
        if (part * group != c || h + 2 * pad - k + 1 != h) throw std::runtime_error("Conv: sizes do not fit");
        Array y{{n, out, h, w}, std::vector<double>(count({n, out, h, w}))};
        for (std::int64_t i = 0; i < n * out * h * w; ++i) {
            const std::int64_t column = i % w, row = i / w % h, o = i / w / h % out, picture = i / w / h / out;
            double sum = in.size() == 3 ? at(in[2], o) : 0;
            for (std::int64_t t = 0; t < part * k * k; ++t) {
                const std::int64_t q = t / k / k, r = row + t / k % k - pad, s = column + t % k - pad;
                if (r < 0 || r >= h || s < 0 || s >= w) continue;
                const std::int64_t channel = o / (out / group) * part + q;
                sum += at(x, ((picture * c + channel) * h + r) * w + s) * at(weight, o * part * k * k + t);
            }
            at(y, i) = sum;
        }
        return y;
    }

    /// x (n, in, h, w), weights (in, out, 4, 4), stride 2 -> twice the size.
    static Array transposed(const std::vector<Array>& in, const Extents& pads, const Extents& strides) {
        const Array &x = in[0], &weight = in[1];
        const std::int64_t n = x.shape.at(0), c = x.shape.at(1), h = x.shape.at(2), w = x.shape.at(3);
        const std::int64_t out = weight.shape.at(1), k = weight.shape.at(2);
        if (pads != Extents{1, 1, 1, 1} || strides != Extents{2, 2} || k != 4)
            throw std::runtime_error("ConvTranspose: expected what doubles the size");
        Array y{{n, out, 2 * h, 2 * w}, std::vector<double>(count({n, out, 2 * h, 2 * w}))};
        for (std::int64_t i = 0; i < n * out * 4 * h * w && in.size() == 3; ++i)
            at(y, i) = at(in[2], i / (4 * h * w) % out);
        for (std::int64_t i = 0; i < n * c * h * w; ++i)  // each pixel is spread
            for (std::int64_t t = 0; t < out * k * k; ++t) {
                const std::int64_t row = 2 * (i / w % h) + t / k % k - 1, column = 2 * (i % w) + t % k - 1;
                if (row < 0 || row >= 2 * h || column < 0 || column >= 2 * w) continue;
                const std::int64_t channel = i / w / h % c, picture = i / w / h / c;
                at(y, ((picture * out + t / k / k) * 2 * h + row) * 2 * w + column) +=
                    at(x, i) * at(weight, channel * out * k * k + t);
            }
        return y;
    }

    static Array resized(const Array& x, const Extents& scales) {
        const std::int64_t f = scales.at(2), h = x.shape.at(2), w = x.shape.at(3);
        if (scales != Extents{1, 1, f, f}) throw std::runtime_error("Resize: expected one factor for both sides");
        Array y{{x.shape[0], x.shape[1], f * h, f * w}, {}};
        for (std::int64_t i = 0; i < Array::size_of(y.shape); ++i) {
            const std::int64_t column = i % (f * w), row = i / (f * w) % (f * h), map = i / (f * w) / (f * h);
            y.values.push_back(at(x, (map * h + row / f) * w + column / f));
        }
        return y;
    }

    static double& at(Array& a, std::int64_t i) { return a.values.at(static_cast<std::size_t>(i)); }
    static double at(const Array& a, std::int64_t i) { return a.values.at(static_cast<std::size_t>(i)); }

    const OnnxModel& model_;
};

}  // namespace test
