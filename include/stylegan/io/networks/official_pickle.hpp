// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/architecture.hpp>
#include <stylegan/core/error.hpp>
#include <stylegan/io/networks/architecture_json.hpp>
#include <stylegan/io/networks/foreign_networks.hpp>
#include <stylegan/io/networks/network_file.hpp>
#include <stylegan/io/pickle/pickle_file.hpp>
#include <stylegan/io/pickle/pickled_network.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace stylegan {

namespace detail {

inline std::string keyword_text(PickleValue v) {
    const std::string_view s = v.characters();
    if (s.size() > 1000) v.fail(text("is text of ", s.size(), " characters, too long for a network's keyword"));
    return std::string(s);
}

/// The keywords that an official network was built with, as JSON.
/// @param count  values so far. Values may refer to each other, so a small file can describe very many
inline nlohmann::json json_of_pickle(PickleValue v, int& count, int depth = 0) {
    if (depth > 8) v.fail("nests too deep for a network's keywords");
    if (++count > 1000) v.fail("is value number 1001 of a network's keywords, expected at most 1000");
    if (v.is_none()) return nullptr;
    if (v.is_boolean()) return v.boolean();
    if (v.is_integer()) return v.integer();
    if (v.is_number()) return v.number();
    if (v.is_text()) return keyword_text(v);
    if (v.is_array() && v.array().shape.empty()) {  // a scalar of NumPy
        const ElementType type = v.array().type;
        if (type == ElementType::boolean) return v.array().read<int>()[0] != 0;
        if (type == ElementType::f16 || type == ElementType::f32 || type == ElementType::f64)
            return v.array().read<double>()[0];
        return v.array().read<std::int64_t>()[0];
    }
    nlohmann::json json = v.is_dictionary() ? nlohmann::json::object() : nlohmann::json::array();
    for (std::size_t i = 0; i < v.size(); ++i) {
        if (!v.is_dictionary()) {
            json.push_back(json_of_pickle(v[i], count, depth + 1));
            continue;
        }
        const auto [key, value] = v.entry(i);
        json[keyword_text(key)] = json_of_pickle(value, count, depth + 1);
    }
    return json;
}

/// Reads the files of the official TensorFlow release: network objects with their state, usually (G, D, Gs).
class OfficialPickle {
public:
    OfficialPickle(NetworkFile& out, const Pickle& pickle) : out_(out), pickle_(pickle) {}

    void read(PickleValue root) {
        if (root.is_object()) {  // a single network
            const PickleValue state = state_of(root);
            const bool generator = is_generator(state.at("build_func_name"));
            read_network(root, generator ? "Gs" : "D");
            return finish();
        }
        if (root.is_dictionary() || root.is_opaque()) refuse_foreign(root);
        if (!root.is_list() || root.size() != 3)
            root.fail(text("is ", root.kind(), ", expected a network or the three networks (G, D, Gs)"));
        constexpr std::array names{"G", "D", "Gs"};
        for (std::size_t i = 0; i < names.size(); ++i)
            if (!root[i].is_none()) read_network(root[i], names[i]);
        finish();
    }

private:
    static PickleValue state_of(PickleValue network) {
        const PickleValue state = network_state(network);
        const std::int64_t version = state.at("version").integer();
        if (version != 2 && version != 3)
            state.fail(
                text("is a network of version ", version, ", expected 2 or 3, those of the first StyleGAN",
                     version > 3 ? "; this is one of its successors, StyleGAN2 or stylegan2-ada in TensorFlow. " : "; ",
                     networks_that_are_read));
        return state;
    }

    /// A dictionary is what the successors pickle: G, D and G_ema as objects with their source code.
    [[noreturn]] static void refuse_foreign(PickleValue root) {
        auto one = std::optional(root);
        if (root.is_dictionary())
            for (const char* key : {"D", "G", "G_ema"})
                if (const auto v = root.find(key); v && v->is_opaque()) one.emplace(*v);
        const auto arguments = one && one->is_opaque() ? one->opaque_arguments() : std::nullopt;
        if (arguments && one->opaque_class() == "torch_utils.persistence._reconstruct_persistent_obj")
            root.fail(
                text("is ", successor_of(*arguments), ", pickled with its source code; ", networks_that_are_read));
        if (root.is_opaque())
            root.fail(text("is an object of the class ", excerpt(root.opaque_class()),
                           ", expected a network or the three networks (G, D, Gs); ", networks_that_are_read));
        std::string keys;
        for (std::size_t i = 0; i < std::min<std::size_t>(root.size(), 4); ++i)
            if (const PickleValue key = root.entry(i).first; key.is_text() && key.bytes().size <= 1000)
                keys += text(keys.empty() ? " of \"" : ", \"", excerpt(key.characters(), 40), '"');
        root.fail(text("is a dictionary", keys, ", expected a network or the three networks (G, D, Gs); ",
                       networks_that_are_read));
    }

    /// The first MiB of a text, which may be long.
    static std::string start_of(const StoredBytes& characters) {
        std::string s(std::min(characters.stored, std::size_t{1} << 20), '\0');
        characters.read(0, s.data(), s.size());
        return s;
    }

    /// Which successor an object comes from, as far as its class and its source code tell.
    static std::string successor_of(PickleValue arguments) {
        const auto field = [&](const char* name) {
            const auto v =
                arguments.size() > 0 && arguments[0].is_dictionary() ? arguments[0].find(name) : std::nullopt;
            return v && v->is_text() ? start_of(v->bytes()) : std::string();
        };
        const std::string source = field("module_src");
        if (source.find("SynthesisInput") != std::string::npos || source.find("alias-free") != std::string::npos)
            return "a network of StyleGAN3";
        if (source.find("modulated_conv2d") != std::string::npos)
            return "a network of StyleGAN2 (stylegan2-ada-pytorch or stylegan3)";
        return "a network of stylegan2-ada-pytorch or stylegan3 (StyleGAN2, StyleGAN3)";
    }

    static bool is_progressive(PickleValue function) {
        return function.characters() == "G_paper" || function.characters() == "D_paper";
    }
    static bool is_generator(PickleValue function) {
        const std::string_view f = function.characters();
        if (f != "G_style" && f != "G_paper" && f != "D_basic" && f != "D_paper")
            function.fail(text("is a network of the function \"", printable(f),
                               "\", expected G_style, D_basic, G_paper or D_paper"));
        return f.starts_with('G');
    }

    void read_network(PickleValue network, const std::string& name) {
        const PickleValue state = state_of(network), function = state.at("build_func_name");
        const bool generator = is_generator(function);
        if (generator == (name == "D"))
            network.fail(
                text("is a network of the function ", printable(function.characters()), " in the place of ", name));
        const Architecture a = architecture_of(state, generator, is_progressive(function), name);
        (generator ? out_.generator : out_.discriminator) = a;  // Gs comes after G and replaces it
        (generator ? has_generator_ : has_discriminator_) = true;
        add_variables(out_.tensors, state.at("variables"), name + "/");
        if (const auto components = state.find("components")) {
            if (components->size() > 16)
                components->fail(text("has ", components->size(), " components, expected at most 16"));
            for (std::size_t i = 0; i < components->size(); ++i) {
                const PickleValue part = state_of(components->entry(i).second);
                add_variables(out_.tensors, part.at("variables"), text(name, '/', part.at("name").characters(), '/'));
            }
        }
    }

    [[nodiscard]] Architecture architecture_of(PickleValue state, bool generator, bool progressive,
                                               const std::string& name) const {
        const PickleValue keywords = state.at("static_kwargs");
        int count = 0;
        nlohmann::json json = json_of_pickle(keywords, count);
        Architecture defaults = progressive ? config_a : config_f;
        if (progressive || !generator) {
            defaults.resolution_log2 = 5;
            defaults.num_channels = 1;
        }
        if (progressive) rename_keywords(json, keywords);
        const bool has_latent_size = json.contains("latent_size") && !json["latent_size"].is_null();
        if (progressive && !has_latent_size) json.erase("latent_size");
        Architecture a = architecture_from_json(json, text(pickle_.where(), ": ", name, ": static_kwargs"), defaults);
        if (progressive && generator && !has_latent_size) a.latent_size = a.nf(0);
        return a;
    }

    /// Replaces keywords of the Progressive GAN by those of StyleGAN.
    static void rename_keywords(nlohmann::json& json, PickleValue keywords) {
        if (json.contains("use_leakyrelu")) {
            json["nonlinearity"] = json["use_leakyrelu"] == false ? "relu" : "lrelu";
            json.erase("use_leakyrelu");
        }
        if (json.contains("use_pixelnorm")) {
            json["use_pixel_norm"] = json["use_pixelnorm"];
            json.erase("use_pixelnorm");
        }
        if (json.contains("pixelnorm_epsilon")) {
            if (json["pixelnorm_epsilon"] != 1e-8)
                keywords.fail(text("has pixelnorm_epsilon ", json["pixelnorm_epsilon"].dump(), ", expected 1e-8"));
            json.erase("pixelnorm_epsilon");
        }
    }

    void finish() {
        if (!has_generator_) out_.generator = out_.discriminator;
        if (!has_discriminator_) out_.discriminator = out_.generator;
        out_.generator.mbstd_group_size = out_.discriminator.mbstd_group_size;
        out_.generator.mbstd_num_features = out_.discriminator.mbstd_num_features;
    }

    NetworkFile& out_;
    const Pickle& pickle_;
    bool has_generator_ = false, has_discriminator_ = false;
};

}  // namespace detail

/// Reads a file of the official TensorFlow release (`.pkl`): the networks G, D and Gs of networks_stylegan or
/// networks_progan, with states of version 2 or 3. The architecture comes from their keywords; the Python source in the
/// file is ignored. Numbers stay in the file until they are read.
/// @throws FileError if it cannot be opened
/// @throws FormatError with the byte, if it is cut off or damaged, or is not such a file
[[nodiscard]] inline NetworkFile read_official_pickle(const std::filesystem::path& path) {
    const auto file = std::make_shared<const PickleFile>(path);
    NetworkFile out;
    out.format = "official TensorFlow pickle";
    out.tensors = NamedTensors(path, source_of(file));
    detail::OfficialPickle(out, file->pickle()).read(file->root());
    return out;
}

}  // namespace stylegan
