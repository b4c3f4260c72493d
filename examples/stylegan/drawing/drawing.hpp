// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "drawing/drawing_network.hpp"

#include <stylegan/io/pictures/image.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace stylegan::examples {

/// Options of every command that draws pictures.
struct DrawingOptions {
    std::filesystem::path network;
    double psi = 1;
    std::optional<int> cutoff, label, centers;
    std::vector<float> label_vector;   ///< in place of `label`; empty if not given
    std::filesystem::path label_file;  ///< a .npy file of label_vector
    std::optional<double> lod;         ///< the network's own if not given
    Noise noise = Noise::constant;
    double noise_strength = 1;
    std::optional<std::uint32_t> noise_seed;  ///< of random noise; not given: that of the picture
    int threads = 0;
    DeviceOption device{};
    ExtraTensors extra = ExtraTensors::refused;
};

/// --network, --allow-extra, --lod, --class, --label, --threads and --device.
void add_network_options(CLI::App& command, DrawingOptions& o);
/// --trunc, --trunc-cutoff and --trunc-centers.
void add_truncation_options(CLI::App& command, DrawingOptions& o);
/// --noise-mode and --noise-strength.
CLI::Option& add_noise_option(CLI::App& command, DrawingOptions& o);

/// --captions.
CLI::Option& add_captions(CLI::App& command, bool& captions);

/// A generator with the options of a command.
class Drawing {
public:
    using Generator = DrawingNetwork;
    using Styles = Generator::LayerStyles;

    /// @throws FileError; FormatError, also if a weight is not finite; ValueError if --class, --label, --lod, --trunc or
    ///         --trunc-centers do not suit the network
    explicit Drawing(const DrawingOptions& o);

    [[nodiscard]] const Generator& generator() const { return *generator_; }
    [[nodiscard]] Generator& generator() { return *generator_; }
    [[nodiscard]] const Architecture& architecture() const { return generator_->architecture(); }
    /// Prints what was assumed of the architecture and of the level of detail, if the file does not store all of it.
    void print_assumed() const;

    /// The options for `count` pictures.
    [[nodiscard]] Generator::Options options(std::size_t count) const;

    /// w of seeds, for every layer: (seeds, layers, w_size).
    [[nodiscard]] Styles styles(const std::vector<std::uint32_t>& seeds) const;

    /// w truncated as --trunc and --trunc-cutoff say; for pictures of it, change options().truncation to none.
    [[nodiscard]] Styles truncated(const Styles& w) const;

    /// Batch size that keeps the largest feature maps within 2^22 numbers, 16 MiB.
    [[nodiscard]] std::size_t usual_batch() const;

    /// Pictures of w for every layer, computed in batches. @throws FormatError if one is not finite
    /// @param change  called to change the options() of a batch
    /// @param done    called with the number of pictures of each batch
    [[nodiscard]] std::vector<Image> pictures(const Styles& w, const std::function<void(std::size_t)>& done,
                                              const std::function<void(Generator::Options&)>& change = {}) const;

private:
    /// Centres of W for latents with the options' labels, (k, w_size).
    [[nodiscard]] Eigen::MatrixXd w_centers(int count) const;

    DrawingOptions options_;
    std::string assumed_, level_note_;
    std::unique_ptr<Generator> generator_;
};

/// One label for `count` pictures. (count, label size)
[[nodiscard]] Drawing::Generator::Latents same_labels(std::size_t count, const std::vector<float>& label);

/// @param name  of picture i, for the message
/// @throws FormatError if a picture has numbers that are infinite or NaN: as 8 bits they would be black or white
void require_finite_pictures(const Drawing::Generator::Pictures& pictures, const std::filesystem::path& network,
                             const std::function<std::string(std::size_t)>& name);

/// The labels of `count` pictures of class k: 1 at k, otherwise 0. (count, classes)
[[nodiscard]] Drawing::Generator::Latents labels_of_class(std::size_t count, int classes, int k);

/// The given rows of an array of w: (rows, layers, w_size).
[[nodiscard]] Drawing::Styles rows_of(const Drawing::Styles& w, const std::vector<std::size_t>& rows);

/// "seed0007.png" for "seed", 7 and at least 4 digits.
[[nodiscard]] std::string numbered_name(const char* what, std::size_t number, int digits = 4);

}  // namespace stylegan::examples
