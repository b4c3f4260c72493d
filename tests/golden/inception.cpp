// SPDX-License-Identifier: Apache-2.0
#include <stylegan/core/numpy_random_state.hpp>
#include <stylegan/io/tensors/safetensors.hpp>
#include <stylegan/models/inception_input.hpp>
#include <stylegan/models/load_inception.hpp>

#include "results.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace stylegan;

/// A state dict that is made from a seed, as the file's metadata says.
struct SeededTensors {
    std::filesystem::path file{"seeded"};
    std::vector<std::string> order;
    std::map<std::string, std::pair<std::vector<Index>, std::vector<float>>> tensors;

    [[nodiscard]] const std::filesystem::path& path() const { return file; }
    [[nodiscard]] const std::vector<std::string>& names() const { return order; }
    [[nodiscard]] std::vector<Index> shape(const std::string& name) const { return tensors.at(name).first; }
    [[nodiscard]] std::vector<float> read_float(const std::string& name) const { return tensors.at(name).second; }
};

SeededTensors seeded_state_dict(const SafetensorsFile& file) {
    SeededTensors made;
    NumpyRandomState random(static_cast<std::uint32_t>(std::stoul(file.metadata().at("weights_seed"))));
    for (const nlohmann::json& entry : nlohmann::json::parse(file.metadata().at("state_dict"))) {
        const std::string name = entry.at(0);
        const std::vector<Index> shape = entry.at(1);
        Index size = 1;
        for (const Index extent : shape) size *= extent;
        std::vector<float> values;
        const double fan_in = static_cast<double>(size / shape[0]);
        for (Index i = 0; i < size; ++i)
            values.push_back(static_cast<float>(name == "fc.weight"             ? random.randn() * std::sqrt(1.0 / 2048)
                                                : name.ends_with("conv.weight") ? random.randn() * std::sqrt(2 / fan_in)
                                                : name.ends_with("bn.weight") || name.ends_with("running_var")
                                                    ? 0.5 + random.rand()
                                                    : 0.1 * random.randn()));
        made.order.push_back(name);
        made.tensors[name] = {shape, std::move(values)};
    }
    return made;
}

struct Picture {
    std::vector<std::uint8_t> values;
    Index height, width;
};

/// A picture of the file, or the large one that a formula makes.
Picture picture_of(const SafetensorsFile& file, const std::string& name) {
    const nlohmann::json big = nlohmann::json::parse(file.metadata().at("big_picture"));
    if (name != big.at("name")) {
        const auto shape = file.shape("in/picture/" + name);
        return {file.read<std::uint8_t>("in/picture/" + name), shape[1], shape[2]};
    }
    Picture p{{}, big.at("height"), big.at("width")};
    for (const nlohmann::json& of : big.at("coefficients")) {
        const std::array<std::int64_t, 5> k = of;
        for (std::int64_t y = 0; y < p.height; ++y)
            for (std::int64_t x = 0; x < p.width; ++x) {
                const std::int64_t u = ((k[0] * x * x + k[1] * y * y + k[2] * x * y + k[3] * x + k[4] * y) >> 10) & 511;
                p.values.push_back(static_cast<std::uint8_t>(u < 256 ? u : 511 - u));
            }
    }
    return p;
}

InceptionResize resize_of(const std::string& name) {
    return name == "tf1"     ? InceptionResize::official
           : name == "torch" ? InceptionResize::pytorch_fid
                             : InceptionResize::clean;
}

/// "f64/row_means/tf1/w32_h32": means of the resized picture, whole pictures and patches, in grey levels.
void check_resized(const SafetensorsFile& file) {
    constexpr Index side = InceptionInput::side;
    for (const std::string& name : golden::names_below(file, "f64/row_means/")) {
        const std::string which = name.substr(14), kind = which.substr(0, which.find('/'));
        const Picture p = picture_of(file, which.substr(kind.size() + 1));
        std::vector<float> resized(3 * side * side);
        InceptionInput(resize_of(kind), p.height, p.width).resize(p.values.data(), 3, resized.data());
        const auto at = [&](Index c, Index y, Index x) {
            return double(resized[static_cast<std::size_t>((c * side + y) * side + x)]);
        };
        double worst = 0;
        const auto rows = file.read_double(name), columns = file.read_double("f64/column_means/" + which);
        for (Index c = 0; c < 3; ++c)
            for (Index k = 0; k < side; ++k) {
                double row = 0, column = 0;
                for (Index j = 0; j < side; ++j) {
                    row += at(c, k, j) / side;
                    column += at(c, j, k) / side;
                }
                worst = std::max({worst, std::abs(row - rows[static_cast<std::size_t>(c * side + k)]),
                                  std::abs(column - columns[static_cast<std::size_t>(c * side + k)])});
            }
        const auto patches = file.read_float("out/patch/" + which);
        constexpr std::array<std::pair<Index, Index>, 5> corners{{{0, 0}, {0, 283}, {141, 141}, {283, 0}, {283, 283}}};
        std::size_t k = 0;
        for (const auto& [top, left] : corners)
            for (Index c = 0; c < 3; ++c)
                for (Index y = 0; y < 16; ++y)
                    for (Index x = 0; x < 16; ++x)
                        worst = std::max(worst, std::abs(at(c, top + y, left + x) - double(patches[k++])));
        if (file.contains("out/resized/" + which)) {
            const auto whole = file.read_float("out/resized/" + which);
            for (std::size_t i = 0; i < whole.size(); ++i)
                worst = std::max(worst, std::abs(double(whole[i]) - double(resized[i])));
        }
        BOOST_TEST(worst <= 0.03, which << ": " << worst << " grey levels");
    }
}

golden::Result vector_result(std::vector<float> values) {
    golden::Result r;
    r.shape = {static_cast<Index>(values.size())};
    r.values = std::move(values);
    return r;
}

/// "out/features/tf1/w32_h32", and its logits where the file has them.
void check_features(const SafetensorsFile& file, const Inception& network, Context<Cpu>& context,
                    const std::string& name, const std::string& logits, bool with_blocks) {
    const std::string which = name.substr(name.find('/', 4) + 1), kind = which.substr(0, which.find('/'));
    const Picture p = picture_of(file, which.substr(kind.size() + 1));
    std::vector<float> x(3 * InceptionInput::side * InceptionInput::side), features(Inception::features);
    InceptionInput(resize_of(kind), p.height, p.width)(p.values.data(), 3, x.data());
    std::size_t blocks = 0;
    network.forward(context, {x.data(), {1, 3, InceptionInput::side, InceptionInput::side}},
                    {features.data(), {1, Inception::features}}, [&](std::string_view block, Maps<const float> maps) {
                        if (!with_blocks) return;
                        ++blocks;
                        std::vector<float> means;
                        const Index pixels = maps.extent(2) * maps.extent(3);
                        for (Index c = 0; c < maps.extent(1); ++c) {
                            double sum = 0;
                            for (Index i = 0; i < pixels; ++i) sum += double(maps.data[c * pixels + i]);
                            means.push_back(static_cast<float>(sum / static_cast<double>(pixels)));
                        }
                        golden::check_close(file, "out/block_mean/" + std::string(block), vector_result(means), 1e-4);
                    });
    BOOST_TEST(blocks == (with_blocks ? 18u : 0u));
    golden::check_close(file, name, vector_result(features), 1e-4);
    if (file.contains(logits)) golden::check_close(file, logits, vector_result(network.logits(features)), 1e-4);
}

}  // namespace

void golden_inception(const std::filesystem::path& path) {
    const SafetensorsFile file(path);
    check_resized(file);
    SeededTensors tensors = seeded_state_dict(file);
    const auto first = file.read_float("out/weights_first"), last = file.read_float("out/weights_last");
    for (std::size_t k = 0; k < tensors.order.size(); ++k) {
        const std::vector<float>& values = tensors.tensors.at(tensors.order[k]).second;
        BOOST_TEST_REQUIRE(values.front() == first[k]);
        BOOST_TEST_REQUIRE(values.back() == last[k]);
    }
    Context<Cpu> context({.threads = 2, .kernels = golden::kernels()});
    const Inception network = load_inception(tensors);
    for (const std::string& name : golden::names_below(file, "out/features/")) {
        const bool blocks = name == "out/features/tf1/w64_h48";
        if (golden::plain_arithmetic() && !blocks) continue;  // these take long
        check_features(file, network, context, name, "out/logits" + name.substr(12), blocks);
    }
    for (auto& [name, tensor] : tensors.tensors)
        if (name.ends_with("bn.weight")) std::fill(tensor.second.begin(), tensor.second.end(), 1.0F);
    const Inception without_gamma = load_inception(tensors);
    for (const std::string& name : golden::names_below(file, "out/features_gamma1"))
        check_features(file, without_gamma, context, name, "out/logits_gamma1" + name.substr(19), false);
}
