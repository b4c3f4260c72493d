// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/architecture.hpp>
#include <stylegan/core/error.hpp>
#include <stylegan/io/files/zip_writer.hpp>
#include <stylegan/io/networks/network_file.hpp>
#include <stylegan/io/pickle/pickle_writer.hpp>

#include <cmath>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace stylegan {

namespace detail {

/// Why rosinality/style-based-gan-pytorch cannot compute a generator of this architecture; nullptr if it can.
inline const char* why_not_rosinality(const Architecture& a) {
    if (!a.bias_before_blur) return "that program adds the bias before the blur (bias_before_blur)";
    if (a.instance_norm_epsilon != Epsilon(1e-5))
        return "that program's instance norm has the epsilon 1e-5 (instance_norm_epsilon)";
    if (!a.shared_noise) return "that program has one noise map for both layers of a stage (shared_noise)";
    if (a.base != Size{} || a.stages() < 2) return "that program has the base size 4x4 and at least two resolutions";
    if (a.blur_filter != BlurFilter{}) return "that program's blur is [1, 2, 1] (blur_filter)";
    if (a.label_size != 0) return "that program has no labels (label_size)";
    if (a.mapping_layers < 1) return "that program has a mapping network (mapping_layers)";
    if (!a.normalize_latents || !a.use_styles || !a.const_input_layer || !a.use_noise || a.use_pixel_norm ||
        !a.use_instance_norm || !a.use_wscale || a.progressive_gan || a.nonlinearity != Nonlinearity::leaky_relu ||
        a.mapping_nonlinearity != Nonlinearity::leaky_relu)
        return "that program has configuration F only";
    return nullptr;
}

/// Writes a tensor as torch.save() does: its numbers as entry `key` of the archive, and what refers to them into the pickle.
inline void add_torch_tensor(ZipWriter& zip, PickleWriter& pickle, const std::string& key,
                             const std::vector<Index>& shape, const std::vector<float>& values) {
    zip.add("archive/data/" + key,
            std::span(reinterpret_cast<const std::uint8_t*>(values.data()), values.size() * sizeof(float)));
    pickle.global("torch._utils", "_rebuild_tensor_v2");
    pickle.mark();
    pickle.mark();
    pickle.string("storage");
    pickle.global("torch", "FloatStorage");
    pickle.string(key);
    pickle.string("cpu");
    pickle.integer(static_cast<std::int64_t>(values.size()));
    pickle.end_tuple();
    pickle.persistent();
    pickle.integer(0);
    pickle.extents(shape);
    pickle.extents(dense_strides(shape));
    pickle.boolean(false);
    pickle.global("collections", "OrderedDict");
    pickle.empty_tuple();
    pickle.call();
    pickle.end_tuple();
    pickle.call();
}

/// Writes a state dictionary in PyTorch's zip format: first the numbers, then the pickle with their names.
class TorchWriter {
public:
    explicit TorchWriter(const std::filesystem::path& path) : zip_(path) {
        pickle_.global("collections", "OrderedDict");
        pickle_.empty_tuple();
        pickle_.call();
        pickle_.mark();
    }

    void add(const std::string& name, const std::vector<Index>& shape, const std::vector<float>& values) {
        pickle_.string(name);
        add_torch_tensor(zip_, pickle_, std::to_string(count_++), shape, values);
    }

    void commit() {
        pickle_.end_dictionary();
        pickle_.stop();
        zip_.add("archive/data.pkl", text_);
        zip_.add("archive/version", "3\n");
        zip_.commit();
    }

private:
    ZipWriter zip_;
    std::string text_;
    PickleWriter pickle_{
        [this](const void* data, std::size_t size) { text_.append(static_cast<const char*>(data), size); }, 2};
    int count_ = 0;
};

/// The inverse of RosinalityGenerator.
class RosinalityWriter {
public:
    RosinalityWriter(const NetworkFile& in, std::string prefix, const std::filesystem::path& path)
        : in_(in), from_(std::move(prefix)), a_(in.generator), out_(path) {}

    void write() {
        for (int s = 0; s < a_.stages(); ++s) write_stage(s);
        for (int i = 0; i < a_.mapping_layers; ++i) {
            const std::string from = text("G_mapping/Dense", i, '/'), to = text("style.", 2 * i + 1, ".linear.");
            add(to + "weight_orig", tensor(from + "weight").permuted({1, 0}), a_.mapping_lrmul.value());
            add(to + "bias", tensor(from + "bias"), a_.mapping_lrmul.value());
        }
        out_.commit();
    }

private:
    [[nodiscard]] const StoredArray& tensor(const std::string& name) const { return in_.tensors[from_ + name]; }

    void add(const std::string& name, const StoredArray& a, double scale = 1) {
        std::vector<float> values = a.read<float>();
        if (scale != 1)
            for (float& v : values) v = static_cast<float>(scale * static_cast<double>(v));
        out_.add(name, a.shape, values);
    }

    void write_stage(int s) {
        const std::string to = text("generator.progression.", s, '.'),
                          size = text("G_synthesis/", 4 << s, 'x', 4 << s, '/');
        const std::string conv0 = size + (s == 0 ? "Const/" : "Conv0_up/"),
                          conv1 = size + (s == 0 ? "Conv/" : "Conv1/");
        if (s == 0) {
            const StoredArray& constant = tensor(conv0 + "const");
            std::vector<float> values = constant.read<float>();
            const std::vector<float> bias = tensor(conv0 + "bias").read<float>();  // that program has no such parameter
            for (std::size_t i = 0; i < values.size(); ++i) values[i] += bias[i * bias.size() / values.size()];
            out_.add(to + "conv1.input", constant.shape, values);
        } else if (a_.fused(s)) {
            add(to + "conv1.0.weight", tensor(conv0 + "weight").permuted({2, 3, 0, 1}), 4);
            add(to + "conv1.0.bias", tensor(conv0 + "bias"));
            add_blur(to + "conv1.1.", a_.feature_maps(s));
        } else {
            add(to + "conv1.1.conv.weight_orig", tensor(conv0 + "weight").permuted({3, 2, 0, 1}));
            add(to + "conv1.1.conv.bias", tensor(conv0 + "bias"));
            add_blur(to + "conv1.2.", a_.feature_maps(s));
        }
        add_epilogue(conv0, to, "1");
        add(to + "conv2.conv.weight_orig", tensor(conv1 + "weight").permuted({3, 2, 0, 1}));
        add(to + "conv2.conv.bias", tensor(conv1 + "bias"));
        add_epilogue(conv1, to, "2");
        const std::string rgb = text("generator.to_rgb.", s, ".conv."),
                          lod = text("G_synthesis/ToRGB_lod", a_.stages() - 1 - s, '/');
        add(rgb + "weight_orig", tensor(lod + "weight").permuted({3, 2, 0, 1}), std::sqrt(0.5));
        add(rgb + "bias", tensor(lod + "bias"));
    }

    void add_epilogue(const std::string& from, const std::string& to, const std::string& k) {
        const StoredArray& noise = tensor(from + "Noise/weight");
        std::vector<float> strengths = noise.read<float>();
        const double scale = std::sqrt(static_cast<double>(noise.shape[0]) / 2);
        for (float& v : strengths) v = static_cast<float>(scale * static_cast<double>(v));
        out_.add(to + "noise" + k + ".weight_orig", {1, noise.shape[0], 1, 1}, strengths);
        add(to + "adain" + k + ".style.linear.weight_orig", tensor(from + "StyleMod/weight").permuted({1, 0}),
            std::sqrt(0.5));
        std::vector<float> bias = tensor(from + "StyleMod/bias").read<float>();
        for (std::size_t i = 0; i < bias.size() / 2; ++i) bias[i] += 1;
        out_.add(to + "adain" + k + ".style.linear.bias", {static_cast<Index>(bias.size())}, bias);
    }

    void add_blur(const std::string& name, int maps) {
        constexpr float taps[] = {1, 2, 1};
        std::vector<float> kernel(static_cast<std::size_t>(9 * maps));
        for (std::size_t i = 0; i < kernel.size(); ++i) kernel[i] = taps[i / 3 % 3] * taps[i % 3] / 16;
        for (const char* which : {"weight", "weight_flip"}) out_.add(name + which, {maps, 1, 3, 3}, kernel);
    }

    const NetworkFile& in_;
    std::string from_;
    Architecture a_;
    TorchWriter out_;
};

}  // namespace detail

/// Writes a generator as rosinality/style-based-gan-pytorch saves its g_running (`NNNNNN.model`): a state dictionary
/// for torch.load() and load_state_dict() of its StyledGenerator. Writes Gs, or G if there is no Gs, without noise maps
/// and average w, which that program does not have.
/// @throws ValueError with the reason, if that program cannot compute such a network
/// @throws FormatError if there is no generator; FileError if the file cannot be written
inline void write_rosinality(const std::filesystem::path& path, const NetworkFile& networks) {
    if (const char* reason = detail::why_not_rosinality(networks.generator))
        throw ValueError(text(path.string(),
                              ": the format of rosinality/style-based-gan-pytorch cannot hold this network: ", reason));
    const bool averaged = networks.tensors.contains("Gs/lod");
    if (!averaged && !networks.tensors.contains("G/lod"))
        throw FormatError(text(networks.tensors.path().string(), ": has no generator, expected one to write"));
    detail::RosinalityWriter(networks, averaged ? "Gs/" : "G/", path).write();
}

}  // namespace stylegan
