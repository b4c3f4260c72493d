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

/// Which features distances are measured with: those that come with the program, or files of the published ones.
struct PerceptualOptions {
    std::filesystem::path vgg, lpips;
};

/// --vgg and --lpips
void add_perceptual_options(CLI::App& command, PerceptualOptions& o);

/// The features that come with the program: beside it where it is installed, or among the sources that it was built of.
/// @throws FileError if they are not there
[[nodiscard]] std::filesystem::path shipped_features();

/// LPIPS, on the device that the command line chose. @see Lpips, LpipsTarget
class PerceptualDistance {
public:
    using Pictures = xt::xtensor<float, 4>;
    /// The distance of a picture, and its gradient, written.
    using FromTarget = std::function<double(const Pictures& picture, Pictures& gradient)>;

    virtual ~PerceptualDistance() = default;
    /// Any thread may call it, one at a time.
    [[nodiscard]] virtual std::vector<double> operator()(const Pictures& a, const Pictures& b) const = 0;
    [[nodiscard]] virtual std::size_t bytes_of_pair(Size size) const = 0;
    /// This must outlive what is returned.
    [[nodiscard]] virtual FromTarget from(const Pictures& target) = 0;
};

/// The distance, and what a number of it may be compared with.
struct PerceptualNetwork {
    std::shared_ptr<PerceptualDistance> lpips;
    std::string features;  ///< "vgg16" for VGG16 of full width with the heads of LPIPS, else another name
    std::string
        remark;  ///< "cifar-vgg features, not comparable with published values"; empty for the published network
    std::string notice;  ///< a sentence for the terminal where the features were not chosen; else empty
    bool apart = false;  ///< shares nothing with a generator, which can be at work at the same time
};

/// @throws FileError, FormatError, ValueError if files are missing or hold another network; nothing in them is executed
[[nodiscard]] PerceptualNetwork open_perceptual_network(const PerceptualOptions& o, const DeviceOption& device,
                                                        int threads);

}  // namespace stylegan::examples
