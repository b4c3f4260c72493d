// SPDX-License-Identifier: Apache-2.0
#include "drawing/drawing.hpp"

#include "drawing/edited.hpp"
#include "options/options.hpp"
#include "printing/architecture_text.hpp"

#include <stylegan/core/latents_of_seeds.hpp>
#include <stylegan/core/numpy_random_state.hpp>
#include <stylegan/io/files/has_ending.hpp>
#include <stylegan/io/pictures/picture.hpp>
#include <stylegan/io/tensors/non_finite.hpp>
#include <stylegan/io/tensors/npy.hpp>
#include <stylegan/io/tensors/safetensors.hpp>
#include <stylegan/models/directions/k_means.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <memory>
#include <string_view>

namespace stylegan::examples {
namespace {

void check_label(const DrawingOptions& o, const Architecture& a) {
    const std::string network = o.network.string();
    if (!o.label_vector.empty()) {
        if (o.label_vector.size() != static_cast<std::size_t>(a.label_size))
            throw ValueError(text("--label: has ", o.label_vector.size(),
                                  o.label_vector.size() == 1 ? " number, expected " : " numbers, expected ",
                                  a.label_size > 0 ? text(a.label_size, ", the length of the labels of ", network)
                                                   : text("none, since ", network, " has no labels")));
        return;
    }
    if (a.label_size == 0 && o.label)
        throw ValueError(text("--class: is ", *o.label, ", expected none, since ", network, " has no labels"));
    if (a.label_size > 0 && !o.label)
        throw ValueError(text("--class: is missing, expected 0 to ", a.label_size - 1, ", since ", network,
                              " has labels; or --label"));
    if (o.label && *o.label >= a.label_size)
        throw ValueError(
            text("--class: is ", *o.label, ", expected 0 to ", a.label_size - 1, ", the classes of ", network));
}

/// A label vector, given as (n) or (1, n).
std::vector<float> read_label(const std::filesystem::path& path) {
    NpyArray<float> array = read_npy(path);
    const std::vector<Index>& s = array.shape;
    if (array.values.empty() || s.empty() || s.size() > 2 || (s.size() == 2 && s[0] != 1))
        throw FormatError(text("--label ", path.string(), ": has shape ", SafetensorsFile::shape_text(s),
                               ", expected one label, [n] or [1,n]"));
    if (!std::all_of(array.values.begin(), array.values.end(), [](float v) { return std::isfinite(v); }))
        throw FormatError(text("--label ", path.string(), ": holds a number that is not finite"));
    return std::move(array.values);
}

/// "0.2,0.8", or the name of a .npy file.
bool take_label(const std::string& s, DrawingOptions& o) {
    o.label_vector.clear();
    o.label_file.clear();
    if (has_ending(s, ".npy")) {
        const auto path = parse_path(s);
        if (path) o.label_file = *path;
        return path.has_value();
    }
    for (std::size_t at = 0; at <= s.size();) {
        const std::size_t comma = std::min(s.find(',', at), s.size());
        const auto number = parse_real(std::string_view(s).substr(at, comma - at));
        if (!number) return false;
        o.label_vector.push_back(static_cast<float>(*number));
        at = comma + 1;
    }
    return true;
}

}  // namespace

void add_network_options(CLI::App& c, DrawingOptions& o) {
    require(add_path(c, "--network", o.network, "FILE",
                     "the network: a checkpoint in any format that `stylegan info` reads"));
    add_allow_extra(c, o.extra);
    add_lod(c, o.lod);
    CLI::Option& number = add_whole(c, "--class", o.label, {0, std::numeric_limits<int>::max()},
                                    "class to draw, for a network with labels");
    exclude(add_option(
                c, "--label", "LIST|FILE", [&o](const std::string& s) { return take_label(s, o); },
                "numbers such as 0.2,0.8, or a .npy file",
                "label vector to draw in place of a class: numbers such as 0.2,0.8, or a .npy file of them"),
            number);
    add_threads(c, o.threads);
    add_device(c, o.device);
}

void add_truncation_options(CLI::App& c, DrawingOptions& o) {
    add_real(c, "--trunc", o.psi, {-100, 100},
             "truncation psi: 1 (default) changes nothing, 0 gives the average picture");
    add_whole(c, "--trunc-cutoff", o.cutoff, {0, 1000}, "truncate only layers with an index below N (default: all)");
    add_whole(
        c, "--trunc-centers", o.centers, {1, 1000},
        "truncate towards the nearest of K centres of W, by k-means of 10000 w, instead of its average; with labels "
        "the w are of the label alone, and 1 is the average of the class");
}

CLI::Option& add_noise_option(CLI::App& c, DrawingOptions& o) {
    add_real(c, "--noise-strength", o.noise_strength, {-100, 100}, "factor on the noise of all layers (default 1)");
    return add_choice<Noise>(
        c, "--noise-mode", o.noise, {{"const", Noise::constant}, {"random", Noise::random}, {"none", Noise::none}},
        "const (default): noise stored with the network; random: drawn for each picture; none: no noise");
}

CLI::Option& add_captions(CLI::App& command, bool& captions) {
    return add_flag(command, "--captions", captions, "write the seed into the corner of each picture of the grid");
}

Drawing::Drawing(const DrawingOptions& o)
    : options_(o), generator_([&] {
          const Checkpoint checkpoint(o.network, o.extra);
          assumed_ = listed(checkpoint.assumed());
          if (!o.lod) level_note_ = checkpoint.level_note();
          return open_network(checkpoint, o.device, o.threads, o.lod);
      }()) {
    if (!o.label_file.empty()) options_.label_vector = read_label(o.label_file);
    check_label(options_, architecture());
    if (architecture().progressive_gan && o.psi != 1)
        throw ValueError(text("--trunc: is ", o.psi, ", expected 1, since ", o.network.string(),
                              " is a Progressive GAN and has no average w"));
    if (o.centers) {
        require_styles(*this, o.network);
        generator_->set_centers(w_centers(*o.centers));
    }
}

Eigen::MatrixXd Drawing::w_centers(int count) const {
    constexpr std::size_t samples = 10000, batch = 250;
    NumpyRandomState random(0);
    Eigen::MatrixXd all(static_cast<Eigen::Index>(samples), architecture().w_size());
    for (std::size_t done = 0; done < samples; done += batch) {
        auto z = Generator::Latents::from_shape({batch, static_cast<std::size_t>(architecture().latent_size)});
        for (float& v : z) v = static_cast<float>(random.randn());
        const auto w = generator_->map(z, options(batch).labels);
        all.middleRows(static_cast<Eigen::Index>(done), static_cast<Eigen::Index>(batch)) = as_eigen(w).cast<double>();
    }
    return k_means(all, count).centers;
}

void Drawing::print_assumed() const {
    if (!assumed_.empty())
        std::printf("%s does not store its whole architecture; assumed: %s\n", options_.network.c_str(),
                    assumed_.c_str());
    if (!level_note_.empty())
        std::printf("%s %s; --lod chooses another\n", options_.network.c_str(), level_note_.c_str());
}

void require_finite_pictures(const Drawing::Generator::Pictures& pictures, const std::filesystem::path& network,
                             const std::function<std::string(std::size_t)>& name) {
    const std::size_t size = pictures.size() / std::max<std::size_t>(pictures.shape(0), 1);
    for (std::size_t i = 0; i < pictures.shape(0); ++i)
        if (const std::size_t bad = detail::count_non_finite(pictures.data() + i * size, size); bad > 0)
            throw FormatError(text(network.string(), ": ", name(i), " would have ", bad, " of ", size,
                                   " values that are not finite (NaN or infinite), though all weights are finite: "
                                   "numbers grow too large on the way; expected finite pictures. Is --trunc too large, "
                                   "or the precision of the GPU too low (--gpu-precision fp32)?"));
}

Drawing::Generator::Options Drawing::options(std::size_t count) const {
    Generator::Options s;
    s.truncation.psi = static_cast<float>(options_.psi);
    if (options_.cutoff) s.truncation.cutoff = *options_.cutoff;
    s.noise = options_.noise;
    if (options_.noise_strength != 1) s.noise_strength = {{.strength = static_cast<float>(options_.noise_strength)}};
    if (!options_.label_vector.empty()) s.labels = same_labels(count, options_.label_vector);
    if (options_.label) s.labels = labels_of_class(count, architecture().label_size, *options_.label);
    return s;
}

Drawing::Styles Drawing::styles(const std::vector<std::uint32_t>& seeds) const {
    const auto z = latents_of_seeds(seeds, static_cast<std::size_t>(architecture().latent_size));
    return generator_->styles(generator_->map(z, options(seeds.size()).labels));
}

Drawing::Styles Drawing::truncated(const Styles& w) const {
    return generator_->truncated(w, options(w.shape(0)).truncation);
}

std::size_t Drawing::usual_batch() const {
    const Architecture& a = architecture();
    Index largest = 1;
    for (int stage = 0; stage < a.stages(); ++stage)
        largest = std::max(largest, Index{a.feature_maps(stage)} * a.size(stage).height * a.size(stage).width);
    return static_cast<std::size_t>(std::clamp<Index>((Index{1} << 22) / largest, 1, 64));
}

std::vector<Image> Drawing::pictures(const Styles& w, const std::function<void(std::size_t)>& done,
                                     const std::function<void(Generator::Options&)>& change) const {
    const std::size_t count = w.shape(0), batch = usual_batch();
    std::vector<Image> all;
    for (std::size_t first = 0; first < count; first += batch) {
        std::vector<std::size_t> part(std::min(batch, count - first));
        for (std::size_t i = 0; i < part.size(); ++i) part[i] = first + i;
        Generator::Options o = options(part.size());
        if (change) change(o);
        const auto made = generator_->synthesize(rows_of(w, part), o);
        require_finite_pictures(made, options_.network, [&](std::size_t i) { return text("picture ", first + i); });
        for (Image& image : to_uint8(made)) all.push_back(std::move(image));
        done(part.size());
    }
    return all;
}

Drawing::Generator::Latents same_labels(std::size_t count, const std::vector<float>& label) {
    auto labels = Drawing::Generator::Latents::from_shape({count, label.size()});
    for (std::size_t i = 0; i < count; ++i) std::copy(label.begin(), label.end(), labels.data() + i * label.size());
    return labels;
}

Drawing::Generator::Latents labels_of_class(std::size_t count, int classes, int k) {
    std::vector<float> one_hot(static_cast<std::size_t>(classes), 0.0f);
    one_hot.at(static_cast<std::size_t>(k)) = 1;
    return same_labels(count, one_hot);
}

Drawing::Styles rows_of(const Drawing::Styles& w, const std::vector<std::size_t>& rows) {
    const std::size_t length = w.shape(1) * w.shape(2);
    auto some = Drawing::Styles::from_shape({rows.size(), w.shape(1), w.shape(2)});
    for (std::size_t i = 0; i < rows.size(); ++i)
        std::copy_n(w.data() + rows[i] * length, length, some.data() + i * length);
    return some;
}

std::string numbered_name(const char* what, std::size_t number, int digits) {
    char name[24];
    std::snprintf(name, sizeof name, "%0*zu", digits, number);
    return text(what, name, ".png");
}

}  // namespace stylegan::examples
