// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/architecture.hpp>
#include <stylegan/core/architecture_fields.hpp>
#include <stylegan/core/error.hpp>
#include <stylegan/core/view.hpp>
#include <stylegan/io/networks/architecture_json.hpp>
#include <stylegan/io/networks/variable_names.hpp>

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <limits>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stylegan {

/// An architecture inferred from the variables of a network. Some keywords leave no trace in the variables: `assumed`
/// lists them. They have the values of configuration F (A for a Progressive GAN); callers should report them.
struct InferredArchitecture {
    Architecture architecture;         ///< inferred and assumed keywords together
    std::vector<std::string> assumed;  ///< official keywords that leave no trace

    /// "fused_scale = \"auto\"" and the like, one for each assumed keyword.
    [[nodiscard]] std::vector<std::string> assumptions() const {
        const nlohmann::ordered_json json = architecture_to_json(architecture);
        std::vector<std::string> lines;
        for (const std::string& key : assumed) lines.push_back(key + " = " + json[key].dump());
        return lines;
    }
};

namespace detail {

/// Infers an Architecture from the variables of a generator, a discriminator, or both.
class ArchitectureInference {
public:
    ArchitectureInference(const VariableShapes& generator, const VariableShapes& discriminator,
                          const std::string& where)
        : g_(generator), d_(discriminator), where_(where) {}

    [[nodiscard]] InferredArchitecture result() {
        if (g_.empty() && d_.empty()) fail("has no variables of a network");
        const bool styled =
            std::any_of(g_.begin(), g_.end(), [](const auto& v) { return v.first.starts_with("G_synthesis/"); });
        const bool progressive = g_.empty() ? !has_part(d_, "/Conv1_down/") && has_part(d_, "/Conv1/") : !styled;
        if (progressive) a_ = config_a;
        synthesis_ = styled ? "G_synthesis/" : "";
        find_stages(g_.empty() ? d_ : g_, g_.empty() ? "" : synthesis_);
        if (!d_.empty()) read_discriminator();
        if (!g_.empty()) read_generator();
        find_widths();
        assume({"fmap_decay", "nonlinearity", "use_wscale", "blur_filter"});
        if (progressive && a_.stages() > 1) {
            const bool fused = g_.empty() ? has_part(d_, "/Conv1_down/") : has_part(g_, "/Conv0_up/");
            a_.fused_scale = fused ? FusedScale::on : FusedScale::off;
        } else {
            assume({"fused_scale"});
        }
        assume({"style_mixing_prob"});
        if (a_.flaw()) fail(a_.flaw());
        return {a_, std::move(assumed_)};
    }

private:
    [[noreturn]] void fail(const std::string& what) const { throw FormatError(text(where_, ": ", what)); }

    void assume(std::initializer_list<const char*> keys) { assumed_.insert(assumed_.end(), keys.begin(), keys.end()); }

    static bool has_part(const VariableShapes& v, std::string_view part) {
        return std::any_of(v.begin(), v.end(), [&](const auto& x) { return x.first.find(part) != std::string::npos; });
    }

    /// The extent of one axis of a variable. The variable must exist and have this rank.
    [[nodiscard]] int extent(const VariableShapes& v, const std::string& name, std::size_t rank,
                             std::size_t axis) const {
        const auto found = v.find(name);
        if (found == v.end()) fail(text("has no variable \"", name, "\", expected one"));
        if (found->second.size() != rank)
            fail(text("\"", name, "\" has ", found->second.size(), " axes, expected ", rank));
        const Index n = found->second[axis];
        if (n < 1 || n > largest) fail(text("\"", name, "\" has extent ", n, ", expected 1 to ", largest));
        return static_cast<int>(n);
    }

    /// "64x96/Conv/weight" -> {64, 96}; {0, 0} for a name that does not begin with a size
    static Size leading_size(std::string_view name) {
        Size s{0, 0};
        const char* const end = name.data() + name.size();
        const auto [x, error] = std::from_chars(name.data(), end, s.height);
        if (error != std::errc{} || x == end || *x != 'x') return {0, 0};
        const auto [slash, error2] = std::from_chars(x + 1, end, s.width);
        return error2 != std::errc{} || slash == end || *slash != '/' || s.height < 1 || s.width < 1 ? Size{0, 0} : s;
    }

    void find_stages(const VariableShapes& v, const std::string& prefix) {
        std::set<std::pair<int, int>> sizes;
        for (const auto& [name, shape] : v) {
            if (!name.starts_with(prefix)) continue;
            const Size s = leading_size(std::string_view(name).substr(prefix.size()));
            if (s.height > 0) sizes.emplace(s.height, s.width);
        }
        if (sizes.empty())
            fail(text("has no variable like \"", prefix, "4x4/Conv/weight\", expected one for each resolution"));
        if (sizes.size() > 15) fail(text("has ", sizes.size(), " resolutions, expected at most 15"));
        a_.base = {sizes.begin()->first, sizes.begin()->second};
        a_.resolution_log2 = 1 + static_cast<int>(sizes.size());
        std::pair<int, int> expected = *sizes.begin();
        for (const auto& found : sizes) {
            if (found != expected)
                fail(text("has resolution ", found.first, "x", found.second, ", expected ", expected.first, "x",
                          expected.second, ", twice the one before"));
            if (found.first > largest || found.second > largest)
                fail(text("has resolution ", found.first, "x", found.second));
            expected = {2 * found.first, 2 * found.second};
        }
        widths_.assign(sizes.size() + 1, 0);
    }

    /// Stage s has nf(s + 1) feature maps, in both networks.
    void set_width(int s, int width) {
        int& known = widths_[static_cast<std::size_t>(s)];
        if (known != 0 && known != width)
            fail(text("generator and discriminator have ", width, " and ", known, " feature maps at ",
                      to_string(a_.size(s - 1)), ", expected the same"));
        known = width;
    }

    void read_discriminator() {
        a_.num_channels = extent(d_, "FromRGB_lod0/weight", 4, 2);
        for (int s = 0; s < a_.stages(); ++s) set_width(s + 1, extent(d_, variables::from_rgb(a_, s), 4, 3));
        const std::string first = variables::first_stage(a_);
        widths_[0] = extent(d_, first + "Dense0/weight", 2, 1);
        const int labels = extent(d_, first + "Dense1/weight", 2, 1);
        a_.label_size = labels > 1 ? labels : 0;
        const int appended = extent(d_, first + "Conv/weight", 4, 2) - widths_[1];
        if (appended < 0)
            fail(text("\"", first, "Conv/weight\" reads ", appended + widths_[1], " feature maps, expected at least ",
                      widths_[1]));
        if (appended == 0) a_.mbstd_group_size = 0;
        if (appended > 0) {
            a_.mbstd_num_features = appended;
            assume({"mbstd_group_size"});
        }
        if (g_.empty())
            for_each_field(a_, [&](const ArchitectureField& field, const auto&) {
                using Field = ArchitectureField;
                if (field.scope == Field::Scope::generator && field.origin != Field::Origin::port)
                    assume({field.keyword});
            });
    }

    void read_generator() {
        a_.num_channels = extent(g_, synthesis_ + "ToRGB_lod0/weight", 4, 3);
        for (int s = 0; s < a_.stages(); ++s) set_width(s + 1, extent(g_, variables::to_rgb(synthesis_, a_, s), 4, 2));
        a_.use_styles = has_part(g_, "/StyleMod/");
        a_.const_input_layer = has_part(g_, "/Const/const");
        a_.use_noise = has_part(g_, "/Noise/weight");
        a_.use_instance_norm = a_.use_styles;
        a_.use_pixel_norm = !a_.use_styles;
        if (synthesis_.empty())
            read_progressive_input();
        else
            read_mapping();
        assume({"normalize_latents", "use_pixel_norm", "use_instance_norm"});
        if (d_.empty()) assume({"mbstd_group_size", "mbstd_num_features"});
    }

    void read_progressive_input() {
        const int inputs = extent(g_, variables::first_stage(a_) + "Dense/weight", 2, 0);
        if (d_.empty()) assume({"label_size"});  // labels are appended to z: only the sum of both lengths is stored
        a_.latent_size = inputs - a_.label_size;
    }

    void read_mapping() {
        using variables::mapping_weight;
        a_.mapping_layers = 0;
        while (g_.count(mapping_weight(a_.mapping_layers)) > 0) ++a_.mapping_layers;
        const bool embedded = g_.count(variables::label_embedding) > 0;
        a_.label_size = embedded ? extent(g_, variables::label_embedding, 2, 0) : 0;
        if (a_.mapping_layers > 0) {
            a_.latent_size = extent(g_, mapping_weight(0), 2, 0);
            a_.dlatent_size = extent(g_, mapping_weight(a_.mapping_layers - 1), 2, 1);
            if (a_.mapping_layers > 1) a_.mapping_fmaps = extent(g_, mapping_weight(0), 2, 1);
            assume({"mapping_lrmul", "mapping_nonlinearity"});
        } else {
            a_.latent_size = extent(g_, variables::w_average, 1, 0);
        }
        if (embedded) a_.latent_size = extent(g_, variables::label_embedding, 2, 1);
    }

    /// Finds fmap_max and the smallest fmap_base with min(floor(fmap_base / 2^s), fmap_max) feature maps for every s.
    void find_widths() {
        const std::size_t first = widths_[0] > 0 ? 0 : 1;  // only discriminators use nf(0)
        a_.fmap_max = widths_[first];
        std::int64_t low = 1, high = std::numeric_limits<int>::max();
        for (std::size_t s = first; s < widths_.size(); ++s) {
            const std::int64_t width = widths_[s], scale = std::int64_t{1} << s;
            low = std::max(low, width * scale);
            if (width < a_.fmap_max) high = std::min(high, (width + 1) * scale - 1);
            if (width > a_.fmap_max || low > high)
                fail(text("has ", width, " feature maps at ", to_string(a_.size(s > 0 ? static_cast<int>(s) - 1 : 0)),
                          ", expected what fmap_base and fmap_max with fmap_decay 1 give after the ",
                          widths_[s > first ? s - 1 : s], " of the stage before"));
        }
        a_.fmap_base = static_cast<int>(low);
    }

    static constexpr int largest = 1 << 24;

    const VariableShapes &g_, &d_;
    const std::string& where_;
    std::string synthesis_;
    Architecture a_ = config_f;
    std::vector<std::string> assumed_;
    std::vector<int> widths_;  // nf(0) ... nf(stages), 0 where it is unknown
};

}  // namespace detail

/// Infers an architecture from the names and shapes of the variables of a generator, a discriminator, or both (one may
/// be empty). Keywords that leave no trace take their defaults and are listed in the result. Only some of the shapes
/// are checked here; loading the network checks them all.
/// @param where  the start of messages, such as the file
/// @throws FormatError if these are not the variables of such a network
[[nodiscard]] inline InferredArchitecture infer_architecture(const VariableShapes& generator,
                                                             const VariableShapes& discriminator,
                                                             const std::string& where) {
    return detail::ArchitectureInference(generator, discriminator, where).result();
}

}  // namespace stylegan
