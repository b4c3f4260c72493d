// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "io/torch_pickle.hpp"

#include <stylegan/core/error.hpp>
#include <stylegan/core/philox.hpp>
#include <stylegan/core/view.hpp>
#include <stylegan/io/tensors/stored_array.hpp>

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace test {

using stylegan::Index;
using stylegan::text;

struct PortTensor {
    std::vector<Index> shape;
    std::vector<float> values;

    [[nodiscard]] PortTensor permuted(const std::vector<std::size_t>& order) const {
        const auto a = stylegan::StoredArray::owning(values, shape).permuted(order);
        return {a.shape, a.read<float>()};
    }
};

/// The tensors of a square generator under their official names, without "Gs/".
using OfficialTensors = std::map<std::string, PortTensor>;

/// A generator of random weights whose layers all have `maps` feature maps. Growing stopped at stage `trained`:
/// strengths of noise and biases of the stages above are 0.
inline OfficialTensors tiny_official(int stages, int trained, Index maps = 3, Index width = 4) {
    OfficialTensors t;
    std::uint32_t number = 0;
    const auto add = [&](const std::string& name, const std::vector<Index>& shape, bool zero = false) {
        std::vector<float> values(stylegan::element_count(shape, 1).value());
        if (!zero)
            stylegan::RandomStream(5, 0, stylegan::Purpose::test, ++number).fill_normal(values.data(), values.size());
        t[name] = {shape, values};
    };
    for (int i = 0; i < 2; ++i) {
        add(text("G_mapping/Dense", i, "/weight"), {width, width});
        add(text("G_mapping/Dense", i, "/bias"), {width});
    }
    add("dlatent_avg", {width});
    add("lod", {}, true);
    add("G_synthesis/lod", {}, true);
    for (int s = 0; s < stages; ++s) {
        const Index side = Index{4} << s;
        const std::string size = text("G_synthesis/", side, 'x', side, '/');
        for (const std::string& layer :
             {size + (s == 0 ? "Const/" : "Conv0_up/"), size + (s == 0 ? "Conv/" : "Conv1/")}) {
            if (layer.ends_with("Const/"))
                add(layer + "const", {1, maps, 4, 4});
            else
                add(layer + "weight", {3, 3, maps, maps});
            add(layer + "bias", {maps}, s > trained);
            add(layer + "Noise/weight", {maps}, s > trained);
            add(layer + "StyleMod/weight", {width, 2 * maps});
            add(layer + "StyleMod/bias", {2 * maps}, s > trained);
        }
        for (int k = 0; k < 2; ++k) add(text("G_synthesis/noise", 2 * s + k), {1, 1, side, side});
        add(text("G_synthesis/ToRGB_lod", stages - 1 - s, "/weight"), {1, 1, maps, 3});
        add(text("G_synthesis/ToRGB_lod", stages - 1 - s, "/bias"), {3}, s > trained);
    }
    return t;
}

/// Writes a generator in the files of ports. Each function adds its tensors to an open dictionary.
class PortFile {
public:
    PortFile(TorchPickle& file, const OfficialTensors& tensors) : file_(file), tensors_(tensors) {
        while (tensors.contains(text("G_synthesis/ToRGB_lod", stages_, "/weight"))) ++stages_;
    }

    void add_huangzh13() {
        add_mapping("g_mapping.map.dense");
        add("truncation.avg_latent", "dlatent_avg");
        for (int s = 0; s < stages_; ++s) {
            add_module_block(s, s == 0 ? "g_synthesis.init_block." : text("g_synthesis.blocks.", s - 1, '.'));
            add_rgb(s, text("g_synthesis.to_rgb.", s, '.'), "weight");
        }
    }

    void add_lernapparat() {
        add_mapping("g_mapping.dense");
        for (int s = 0; s < stages_; ++s) add_module_block(s, text("g_synthesis.blocks.", 4 << s, 'x', 4 << s, '.'));
        add_rgb(stages_ - 1, "g_synthesis.torgb.", "weight");
    }

    void add_genforce() {
        add_mapping("mapping.dense");
        add("truncation.w_avg", "dlatent_avg");
        add("synthesis.lod", "lod");
        for (int l = 0; l < 2 * stages_; ++l) {
            const std::string from = layer(l), to = text("synthesis.layer", l, '.');
            if (l == 0)
                add(to + "const", from + "const");
            else
                add(to + "weight", from + "weight", {3, 2, 0, 1});
            add(to + "bias", from + "bias");
            add(to + "apply_noise.weight", from + "Noise/weight");
            add(to + "apply_noise.noise", text("G_synthesis/noise", l));
            add(to + "style.weight", from + "StyleMod/weight", {1, 0});
            add(to + "style.bias", from + "StyleMod/bias");
            if (l > 0 && l % 2 == 0) add_blur(to + "blur.kernel", tensors_.at(from + "bias").shape[0]);
        }
        for (int s = 0; s < stages_; ++s) add_rgb(s, text("synthesis.output", s, '.'), "weight");
    }

    void add_older_genforce() {
        for (int i = 0; tensors_.contains(text("G_mapping/Dense", i, "/weight")); ++i) {
            add(text("mapping.dense", i, ".linear.weight"), text("G_mapping/Dense", i, "/weight"), {1, 0});
            add(text("mapping.dense", i, ".wscale.bias"), text("G_mapping/Dense", i, "/bias"));
        }
        add("truncation.w_avg", "dlatent_avg");
        file_.tensor("truncation.truncation", {1, 2 * stages_, 1},
                     std::vector<float>(static_cast<std::size_t>(2 * stages_)));
        add("synthesis.lod", "lod");
        for (int l = 0; l < 2 * stages_; ++l) {
            const std::string from = layer(l), to = text("synthesis.layer", l, '.'), epilogue = to + "epilogue.";
            const bool fused = l % 2 == 0 && (4 << (l / 2)) >= 128;
            if (l == 0)
                add(to + "first_layer", from + "const");
            else if (fused)
                add(to + "weight", from + "weight");
            else
                add(to + "conv.weight", from + "weight", {3, 2, 0, 1});
            add(epilogue + "bias", from + "bias");
            add(epilogue + "apply_noise.weight", from + "Noise/weight");
            add(epilogue + "apply_noise.noise", text("G_synthesis/noise", l));
            add(epilogue + "style_mod.dense.linear.weight", from + "StyleMod/weight", {1, 0});
            add(epilogue + "style_mod.dense.wscale.bias", from + "StyleMod/bias");
        }
        for (int s = 0; s < stages_; ++s) add_rgb(s, text("synthesis.output", s, '.'), "conv.weight");
    }

private:
    static std::string layer(int l) {
        const std::string size = text("G_synthesis/", 4 << (l / 2), 'x', 4 << (l / 2), '/');
        return size + (l == 0 ? "Const/" : l == 1 ? "Conv/" : l % 2 == 0 ? "Conv0_up/" : "Conv1/");
    }

    void add(const std::string& to, const std::string& from, const std::vector<std::size_t>& order = {}) {
        const PortTensor& t = tensors_.at(from);
        const PortTensor permuted = order.empty() ? t : t.permuted(order);
        file_.tensor(to, permuted.shape, permuted.values);
    }
    void add_mapping(const std::string& to) {
        for (int i = 0; tensors_.contains(text("G_mapping/Dense", i, "/weight")); ++i) {
            add(text(to, i, ".weight"), text("G_mapping/Dense", i, "/weight"), {1, 0});
            add(text(to, i, ".bias"), text("G_mapping/Dense", i, "/bias"));
        }
    }
    void add_rgb(int s, const std::string& to, const std::string& weight) {
        const std::string from = text("G_synthesis/ToRGB_lod", stages_ - 1 - s, '/');
        add(to + weight, from + "weight", {3, 2, 0, 1});
        add(to + "bias", from + "bias");
    }
    void add_blur(const std::string& to, Index maps) {
        std::vector<float> kernel;
        for (Index c = 0; c < maps; ++c)
            for (const float row : {1.0f, 2.0f, 1.0f})
                for (const float column : {1.0f, 2.0f, 1.0f}) kernel.push_back(row * column / 16);
        file_.tensor(to, {maps, 1, 3, 3}, kernel);
    }
    void add_module_block(int s, const std::string& to) {
        const std::string first = layer(2 * s), second = layer(2 * s + 1);
        if (s == 0) {
            add(to + "const", first + "const");
            add(to + "bias", first + "bias");
        } else {
            add(to + "conv0_up.weight", first + "weight", {3, 2, 0, 1});
            add(to + "conv0_up.bias", first + "bias");
            add_blur(to + "conv0_up.intermediate.kernel", 1);
        }
        const std::string conv = to + (s == 0 ? "conv." : "conv1.");
        add(conv + "weight", second + "weight", {3, 2, 0, 1});
        add(conv + "bias", second + "bias");
        for (const auto& [epilogue, from] : {std::pair{to + "epi1.", first}, {to + "epi2.", second}}) {
            add(epilogue + "top_epi.noise.weight", from + "Noise/weight");
            add(epilogue + "style_mod.lin.weight", from + "StyleMod/weight", {1, 0});
            add(epilogue + "style_mod.lin.bias", from + "StyleMod/bias");
        }
    }

    TorchPickle& file_;
    const OfficialTensors& tensors_;
    int stages_ = 0;
};

/// Writes one generator as the whole dictionary of a file. @param add  a member of PortFile
inline void write_port(const std::filesystem::path& path, const OfficialTensors& tensors, void (PortFile::*add)()) {
    TorchPickle file(path);
    file.object("collections", "OrderedDict");
    file.pickle().mark();
    (PortFile(file, tensors).*add)();
    file.pickle().end_dictionary();
    file.commit();
}

}  // namespace test
