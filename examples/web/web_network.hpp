// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "drawing/truncated_w.hpp"

#include <stylegan/core/error.hpp>
#include <stylegan/io/files/parse_json.hpp>
#include <stylegan/io/networks/architecture_json.hpp>
#include <stylegan/io/networks/load_parameters.hpp>
#include <stylegan/io/tensors/safetensors.hpp>
#include <stylegan/models/any_generator.hpp>
#include <stylegan/models/directions/style_weights.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace stylegan::examples {

/// The generator "Gs" of a safetensors file of this library, on the CPU; see ViewedGenerator.
class WebNetwork {
public:
    using Generator = AnyGenerator<Cpu>;

    /// @throws FileError, FormatError; ValueError if the network has no styles
    WebNetwork(const SafetensorsFile& file, int threads)
        : generator_(architecture_of(file), std::make_shared<Context<Cpu>>(Cpu{.threads = threads}), uninitialized) {
        load_parameters(file, "Gs/", generator_);
        const auto found = file.metadata().find("w_average");  // as load_generator()
        if (found == file.metadata().end() || found->second != "missing" || architecture().label_size > 0) return;
        const auto average = generator_.measure_w_average();
        std::copy(average.begin(), average.end(), generator_.truncation().average().value().begin());
    }

    [[nodiscard]] const Architecture& architecture() const { return generator_.architecture(); }
    [[nodiscard]] int threads() const { return generator_.context().threads(); }
    [[nodiscard]] Generator::Latents map(const Generator::Latents& z, const Generator::Latents& labels) const {
        return generator_.map(z, labels);
    }
    [[nodiscard]] Generator::LayerStyles styles(const Generator::Latents& w) const { return generator_.styles(w); }
    [[nodiscard]] Generator::LayerStyles truncated(const Generator::LayerStyles& w, TruncationOptions options) const {
        return truncated_w(w, generator_.w_average(), options);
    }
    [[nodiscard]] Eigen::MatrixXd style_weights(const std::vector<int>& layers) const {
        return stylegan::style_weights(generator_, layers);
    }
    [[nodiscard]] Generator::Pictures synthesize(const Generator::LayerStyles& w,
                                                 const Generator::Options& options) const {
        return generator_.synthesize(w, options);
    }

private:
    [[nodiscard]] static Architecture architecture_of(const SafetensorsFile& file) {
        const std::string where = file.path().string();
        const auto found = file.metadata().find("architecture");
        if (found == file.metadata().end())
            throw FormatError(text(where,
                                   ": has no \"architecture\" in its metadata, expected a network that `stylegan "
                                   "convert` or `stylegan train` wrote"));
        const Architecture a = architecture_from_json(parse_json(found->second, where), where + ": architecture");
        if (!a.use_styles) throw ValueError(text(where, ": has no styles to edit"));
        return a;
    }

    Generator generator_;
};

}  // namespace stylegan::examples
