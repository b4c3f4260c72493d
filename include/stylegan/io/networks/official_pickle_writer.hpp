// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/architecture.hpp>
#include <stylegan/core/architecture_fields.hpp>
#include <stylegan/core/error.hpp>
#include <stylegan/io/files/atomic_file.hpp>
#include <stylegan/io/networks/architecture_json.hpp>
#include <stylegan/io/networks/network_file.hpp>
#include <stylegan/io/pickle/pickle_writer.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace stylegan {

namespace detail {

/// Why the official program cannot compute a network of this architecture; nullptr if it can.
inline const char* why_not_official(const Architecture& a) {
    if (a.base != Size{}) return "the official networks begin at 4x4";
    if (a.bias_before_blur) return "the official networks add the bias after the blur (bias_before_blur)";
    if (a.instance_norm_epsilon != Epsilon(1e-8))
        return "the official instance norm has the epsilon 1e-8 (instance_norm_epsilon)";
    if (a.shared_noise) return "the official networks have a noise map for each layer (shared_noise)";
    return nullptr;
}

/// Writes the networks of one file as an official pickle.
class OfficialPickleWriter {
public:
    OfficialPickleWriter(const NetworkFile& in, AtomicFile& out)
        : in_(in), file_(out), out_([&out](const void* data, std::size_t size) { out.write(data, size); }) {}

    void write() {
        out_.mark();
        for (const char* name : {"G", "D", "Gs"}) write_network(name);
        out_.end_tuple();
        out_.stop();
        file_.write(out_.digests());
    }

private:
    void write_network(const std::string& name) {
        const std::string prefix = name + "/";
        std::vector<std::string> own, synthesis, mapping;
        for (const std::string& n : in_.tensors.names()) {
            if (!n.starts_with(prefix)) continue;
            const std::string_view rest = std::string_view(n).substr(prefix.size());
            (rest.starts_with("G_synthesis/") ? synthesis
             : rest.starts_with("G_mapping/") ? mapping
                                              : own)
                .push_back(n);
        }
        if (own.empty()) return out_.none();
        const bool generator = name != "D";
        const Architecture& a = in_.architecture(generator ? NetworkKind::generator : NetworkKind::discriminator);
        const char* const function =
            generator ? (a.progressive_gan ? "G_paper" : "G_style") : (a.progressive_gan ? "D_paper" : "D_basic");
        begin_network(name, function, a);
        out_.string("components");
        out_.begin_dictionary();
        for (const auto& [part, names] : {std::pair{"synthesis", &synthesis}, {"mapping", &mapping}}) {
            if (names->empty()) continue;
            const std::string full = std::string("G_") + part;
            out_.string(part);
            begin_network(full, full, a);
            out_.string("components");
            out_.begin_dictionary();
            out_.end_dictionary();
            end_network(*names, prefix.size() + full.size() + 1);
        }
        out_.end_dictionary();
        end_network(own, prefix.size());
    }

    void begin_network(const std::string& name, const std::string& function, const Architecture& a) {
        out_.global("dnnlib.tflib.network", "Network");
        out_.empty_tuple();
        out_.make_object();
        out_.begin_dictionary();
        out_.string("version");
        out_.integer(3);
        out_.string("name");
        out_.string(name);
        out_.string("static_kwargs");
        write_keywords(a, function);
        out_.string("build_module_src");  // the official program executes this
        out_.string(a.progressive_gan ? "from training.networks_progan import *\n"
                                      : "from training.networks_stylegan import *\n");
        out_.string("build_func_name");
        out_.string(function);
    }

    void end_network(const std::vector<std::string>& variables, std::size_t prefix) {
        out_.string("variables");
        out_.mark();
        for (const std::string& name : variables) {
            out_.mark();
            out_.string(name.substr(prefix));
            write_array(in_.tensors[name]);
            out_.end_tuple();
        }
        out_.end_list();
        out_.end_dictionary();
        out_.set_state();
    }

    void write_keywords(const Architecture& a, std::string_view function) {
        const bool discriminator = function.starts_with('D');
        out_.begin_dictionary();
        const nlohmann::ordered_json json = architecture_to_json(a);
        for_each_field(a, [&](const ArchitectureField& field, const auto&) {
            if (!is_keyword_of(field, discriminator, a.progressive_gan)) return;
            out_.string(field.keyword);
            write_json(json[field.keyword]);
        });
        if (a.progressive_gan && !discriminator) {
            out_.string("use_pixelnorm");
            out_.boolean(a.use_pixel_norm);
            out_.string("use_leakyrelu");
            out_.boolean(a.nonlinearity == Nonlinearity::leaky_relu);
        }
        out_.end_dictionary();
    }

    /// Whether the official function takes this keyword: G_style, D_basic, or with `progressive` G_paper, D_paper.
    static bool is_keyword_of(const ArchitectureField& field, bool discriminator, bool progressive) {
        using Scope = ArchitectureField::Scope;
        const std::string_view key = field.keyword;
        if (field.origin != ArchitectureField::Origin::official) return false;
        const bool both = field.scope == Scope::both_networks;
        if (progressive && (key == "nonlinearity" || key == "blur_filter" || key == "mbstd_num_features")) return false;
        if (discriminator) return both || field.scope == Scope::discriminator;
        if (progressive) return both || key == "latent_size" || key == "normalize_latents";
        return field.scope != Scope::discriminator;
    }

    void write_json(const nlohmann::ordered_json& v) {
        if (v.is_null()) return out_.none();
        if (v.is_boolean()) return out_.boolean(v.get<bool>());
        if (v.is_number_integer()) return out_.integer(v.get<std::int64_t>());
        if (v.is_number()) return out_.real(v.get<double>());
        if (v.is_string()) return out_.string(v.get<std::string>());
        out_.mark();
        for (const auto& item : v) write_json(item);
        out_.end_list();
    }

    void write_type() {
        out_.global("numpy", "dtype");
        out_.mark();
        out_.string("f4");
        out_.boolean(false);
        out_.boolean(true);
        out_.end_tuple();
        out_.call();
        out_.mark();
        out_.integer(3);
        out_.string("<");
        for (int i = 0; i < 3; ++i) out_.none();
        out_.integer(-1);
        out_.integer(-1);
        out_.integer(0);
        out_.end_tuple();
        out_.set_state();
    }

    void write_array(const StoredArray& a) {
        const std::vector<float> values = a.read<float>();
        if (a.shape.empty()) {
            out_.global("numpy.core.multiarray", "scalar");
            out_.mark();
            write_type();
            out_.bytes(values.data(), sizeof(float));
            out_.end_tuple();
            return out_.call();
        }
        out_.global("numpy.core.multiarray", "_reconstruct");
        out_.mark();
        out_.global("numpy", "ndarray");
        out_.extents({0});
        out_.bytes("b", 1);
        out_.end_tuple();
        out_.call();
        out_.mark();
        out_.integer(1);
        out_.extents(a.shape);
        write_type();
        out_.boolean(false);
        out_.bytes(values.data(), values.size() * sizeof(float));
        out_.end_tuple();
        out_.set_state();
    }

    const NetworkFile& in_;
    AtomicFile& file_;
    PickleWriter out_;
};

}  // namespace detail

/// Writes networks as the official TensorFlow release does: a pickle (protocol 4) of (G, D, Gs), with None for a
/// missing network. Where official files have the Python source of the network functions, these files import the
/// release's own. A line of digests follows the pickle, where Python does not look.
/// @throws ValueError with the reason, if the official program cannot compute such a network
/// @throws FileError if the file cannot be written
inline void write_official_pickle(const std::filesystem::path& path, const NetworkFile& networks) {
    for (const NetworkKind kind : {NetworkKind::generator, NetworkKind::discriminator})
        if (const char* reason = detail::why_not_official(networks.architecture(kind)))
            throw ValueError(text(path.string(), ": the official format cannot hold this network: ", reason));
    AtomicFile file(path);
    detail::OfficialPickleWriter(networks, file).write();
    file.commit();
}

}  // namespace stylegan
