// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/io/tensors/tensor_file.hpp>
#include <stylegan/models/inception.hpp>
#include <stylegan/models/vgg16_tensors.hpp>

#include <cmath>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace stylegan {

namespace detail {

/// The tensors of an Inception file under either naming.
template <TensorFile File>
class InceptionTensors {
public:
    explicit InceptionTensors(const File& file) : file_(file) {
        const auto& names = file.names();
        names_.insert(names.begin(), names.end());
        constexpr std::string_view pytorch = "Conv2d_1a_3x3.conv.weight", script = "layers.conv.weight";
        for (const std::string& name : names) {
            if (!name.ends_with(pytorch) && !name.ends_with(script)) continue;
            torchscript_ = name.ends_with(script);
            prefix_ = name.substr(0, name.size() - (torchscript_ ? script : pytorch).size());
            return;
        }
        throw FormatError(text(file.path().string(), ": is no Inception network of FID: holds ", names.size(),
                               " tensors (", listed_tensors(file, names),
                               "), expected \"Conv2d_1a_3x3.conv.weight\" as in pt_inception-2015-12-05.pth, or "
                               "\"layers.conv.weight\" as in inception-2015-12-05.pt"));
    }

    /// A convolution's weight as (height, width, inputs, outputs) and its bias, with the batch normalization in them.
    [[nodiscard]] Inception::Convolution convolution(const InceptionLayer& l) const {
        const std::string base =
            torchscript_ ? text(prefix_, "layers.", l.torchscript, '.') : text(prefix_, l.name, '.');
        const auto vector = [&](const char* pytorch, const char* script) {
            return read(base + (torchscript_ ? script : pytorch), {l.outputs});
        };
        const Index height = l.window.height, width = l.window.width;
        const std::vector<float> weight =
            read(base + (torchscript_ ? "weight" : "conv.weight"), {l.outputs, l.inputs, height, width});
        const std::vector<float> beta = vector("bn.bias", "beta"), mean = vector("bn.running_mean", "mean"),
                                 variance = vector("bn.running_var", "var");
        std::vector<float> gamma(beta.size(), 1.0F);  // the TorchScript has none
        if (!torchscript_) gamma = vector("bn.weight", "");
        Inception::Convolution c{std::vector<float>(weight.size()), std::vector<float>(beta.size())};
        for (Index o = 0; o < l.outputs; ++o) {
            const auto at = static_cast<std::size_t>(o);
            const double scale = double(gamma[at]) / std::sqrt(double(variance[at]) + epsilon);
            c.bias[at] = static_cast<float>(double(beta[at]) - double(mean[at]) * scale);
            for (Index i = 0; i < l.inputs; ++i)
                for (Index tap = 0; tap < height * width; ++tap)
                    c.weight[static_cast<std::size_t>((tap * l.inputs + i) * l.outputs + o)] = static_cast<float>(
                        double(weight[static_cast<std::size_t>((o * l.inputs + i) * height * width + tap)]) * scale);
        }
        return c;
    }

    [[nodiscard]] std::vector<float> head() const {
        return read(prefix_ + (torchscript_ ? "output.weight" : "fc.weight"),
                    {Inception::classes, Inception::features});
    }
    [[nodiscard]] std::vector<float> head_bias() const {
        return read(prefix_ + (torchscript_ ? "output.bias" : "fc.bias"), {Inception::classes});
    }

private:
    static constexpr double epsilon = 1e-3;  ///< of batch normalization

    [[nodiscard]] std::vector<float> read(const std::string& name, const std::vector<Index>& shape) const {
        const std::string where = file_.path().string() + ": ";
        if (!names_.contains(name))
            throw FormatError(where + "has no tensor \"" + name + "\" of the Inception network");
        if (const std::vector<Index> found = file_.shape(name); found != shape)
            throw FormatError(
                text(where, "tensor \"", name, "\" is ", shape_text(found), ", expected ", shape_text(shape)));
        std::vector<float> values = file_.read_float(name);
        for (const float v : values)
            if (!std::isfinite(v)) throw FormatError(text(where, "tensor \"", name, "\" holds ", v));
        return values;
    }

    const File& file_;
    std::set<std::string> names_;
    std::string prefix_;
    bool torchscript_ = false;
};

}  // namespace detail

/// The Inception network of a file with the names of pytorch-fid (`pt_inception-2015-12-05-6726825d.pth`) or of the
/// TorchScript (`inception-2015-12-05.pt`), in any format of read_tensor_file(). Other tensors are ignored.
/// @param context  shared with other networks
/// @throws FormatError that names the file and the tensor that is missing, of another shape or not finite
template <TensorFile File>
[[nodiscard]] Inception load_inception(const File& file,
                                       std::shared_ptr<Context<Cpu>> context = std::make_shared<Context<Cpu>>()) {
    const detail::InceptionTensors<File> tensors(file);
    std::vector<Inception::Convolution> convolutions;
    convolutions.reserve(inception_layers.size());
    for (const InceptionLayer& l : inception_layers) convolutions.push_back(tensors.convolution(l));
    return Inception(std::move(convolutions), tensors.head(), tensors.head_bias(), std::move(context));
}

/// The same for a file. @throws FileError, FormatError
[[nodiscard]] inline Inception load_inception(
    const std::filesystem::path& path, std::shared_ptr<Context<Cpu>> context = std::make_shared<Context<Cpu>>()) {
    return load_inception(read_tensor_file(path), std::move(context));
}

}  // namespace stylegan
