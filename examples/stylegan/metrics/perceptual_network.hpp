// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "options/device_option.hpp"

#include <stylegan/core/architecture.hpp>

#include <xtensor/xtensor.hpp>

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace stylegan::examples {

/// Files of the published features; without them, distances use the features that come with the program.
struct PerceptualOptions {
    std::filesystem::path vgg, lpips;
};

/// --vgg and --lpips
void add_perceptual_options(CLI::App& command, PerceptualOptions& o);

/// The features that come with the program: next to the installed program, or in the sources it was built from.
/// @throws FileError if they are missing
[[nodiscard]] std::filesystem::path shipped_features();

/// LPIPS on the device that the command line chose. @see Lpips, LpipsTarget
class PerceptualDistance {
public:
    using Pictures = xt::xtensor<float, 4>;
    /// Returns the distance of a picture and writes its gradient.
    using FromTarget = std::function<double(const Pictures& picture, Pictures& gradient)>;

    virtual ~PerceptualDistance() = default;
    /// May be called from any thread, by one at a time.
    [[nodiscard]] virtual std::vector<double> operator()(const Pictures& a, const Pictures& b) const = 0;
    [[nodiscard]] virtual std::size_t bytes_of_pair(Size size) const = 0;
    /// This object must outlive the function that is returned.
    [[nodiscard]] virtual FromTarget from(const Pictures& target) = 0;
};

/// The distance, and how to describe its values.
struct PerceptualNetwork {
    std::shared_ptr<PerceptualDistance> lpips;
    std::string features;  ///< "vgg16" for the full-width VGG16 with LPIPS heads, else another name
    std::string remark;  ///< "cifar-vgg features, not comparable with published values"; empty with the published ones
    std::string notice;  ///< a sentence for the terminal if no features were chosen; else empty
    bool apart = false;  ///< shares no state with the generator, which may run at the same time
};

/// Nothing in the files is executed.
/// @throws FileError, FormatError, ValueError if they are missing or hold another network
[[nodiscard]] PerceptualNetwork open_perceptual_network(const PerceptualOptions& o, const DeviceOption& device,
                                                        int threads);

}  // namespace stylegan::examples
