// SPDX-License-Identifier: Apache-2.0
#include "io/temporary_folder.hpp"

#include <stylegan/core/philox.hpp>
#include <stylegan/io/files/zip_writer.hpp>
#include <stylegan/io/pickle/pickle_writer.hpp>
#include <stylegan/models/load_inception.hpp>

#include <boost/test/unit_test.hpp>

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(load_inception)

namespace {

using namespace stylegan;

/// A module of a TorchScript: its tensors and its submodules.
struct Module {
    std::map<std::string, std::vector<Index>> tensors;
    std::map<std::string, Module> modules;

    void add(std::string_view name, const std::vector<Index>& shape) {
        const std::size_t dot = name.find('.');
        if (dot == std::string_view::npos)
            tensors[std::string(name)] = shape;
        else
            modules[std::string(name.substr(0, dot))].add(name.substr(dot + 1), shape);
    }
};

/// Writes files of PyTorch. All tensors begin with the first number of one storage, or with that of one of ones.
class TorchWriter {
public:
    TorchWriter() : pickle_([this](const void* data, std::size_t size) { append(data, size); }, 2) {}

    /// As torch.jit.save() does.
    void program(const std::filesystem::path& path, const Module& root) {
        module(root);
        write(path, true);
    }
    /// As torch.save() does with a state dictionary.
    void state_dictionary(const std::filesystem::path& path,
                          const std::vector<std::pair<std::string, std::vector<Index>>>& tensors) {
        pickle_.begin_dictionary();
        for (const auto& [name, shape] : tensors) {
            pickle_.string(name);
            tensor(shape, name.ends_with("bn.weight") ? "1" : "0");
        }
        pickle_.end_dictionary();
        write(path, false);
    }

private:
    void append(const void* data, std::size_t size) { content_.append(static_cast<const char*>(data), size); }

    void tensor(const std::vector<Index>& shape, const char* storage) {
        pickle_.global("torch._utils", "_rebuild_tensor_v2");
        pickle_.mark();
        pickle_.mark();
        pickle_.string("storage");
        pickle_.global("torch", "FloatStorage");
        pickle_.string(storage);
        pickle_.string("cpu");
        pickle_.integer(elements);
        pickle_.end_tuple();
        pickle_.persistent();
        pickle_.integer(0);
        pickle_.extents(shape);
        std::vector<Index> strides(shape.size(), 1);
        for (std::size_t k = shape.size(); k-- > 1;) strides[k - 1] = strides[k] * shape[k];
        pickle_.extents(strides);
        pickle_.boolean(false);
        pickle_.global("collections", "OrderedDict");
        pickle_.empty_tuple();
        pickle_.call();
        pickle_.end_tuple();
        pickle_.call();
    }

    void module(const Module& m) {
        pickle_.global("__torch__", "Part");
        pickle_.empty_tuple();
        pickle_.make_object();
        pickle_.begin_dictionary();
        pickle_.string("training");
        pickle_.boolean(false);
        for (const auto& [name, shape] : m.tensors) {
            pickle_.string(name);
            tensor(shape, "0");
        }
        for (const auto& [name, part] : m.modules) {
            pickle_.string(name);
            module(part);
        }
        pickle_.end_dictionary();
        pickle_.set_state();
    }

    void write(const std::filesystem::path& path, bool program) {
        pickle_.stop();
        std::vector<float> values(static_cast<std::size_t>(elements));
        RandomStream(1, 0, Purpose::test).fill_normal(values.data(), values.size());
        for (float& v : values) v = v * v + 0.1F;  // variances are above 0
        ZipWriter zip(path);
        zip.add("inception/data.pkl", content_);
        if (program) zip.add("inception/constants.pkl", std::string("\x80\x02)."));
        if (program) zip.add("inception/code/__torch__.py", std::string("raise SystemExit"));
        for (const char* key : {"0", "1"}) {
            zip.add(text("inception/data/", key), std::string(reinterpret_cast<const char*>(values.data()),
                                                              values.size() * sizeof(float)));  // NOLINT: as bytes
            std::fill(values.begin(), values.end(), 1.0F);
        }
        zip.commit();
    }

    static constexpr Index elements = Inception::classes * Inception::features;  ///< of the largest tensor

    std::string content_;
    PickleWriter pickle_;
};

/// The shapes of a layer's convolution.
std::vector<Index> kernel_of(const InceptionLayer& l) { return {l.outputs, l.inputs, l.window.height, l.window.width}; }

}  // namespace

BOOST_AUTO_TEST_CASE(the_program_and_the_state_dictionary_hold_the_same_network) {
    const test::TemporaryFolder folder;
    Module root;
    std::vector<std::pair<std::string, std::vector<Index>>> dictionary;
    for (const InceptionLayer& l : inception_layers) {
        const std::string base = text("layers.", l.torchscript, '.'), name = text(l.name, '.');
        root.add(base + "weight", kernel_of(l));
        for (const char* of : {"beta", "mean", "var"}) root.add(base + of, {l.outputs});
        dictionary.emplace_back(name + "conv.weight", kernel_of(l));
        for (const char* of : {"bn.weight", "bn.bias", "bn.running_mean", "bn.running_var"})
            dictionary.emplace_back(name + of, std::vector<Index>{l.outputs});
    }
    for (const auto& [script, name] : {std::pair{"output.", "fc."}}) {
        root.add(text(script, "weight"), {Inception::classes, Inception::features});
        root.add(text(script, "bias"), {Inception::classes});
        dictionary.emplace_back(text(name, "weight"), std::vector<Index>{Inception::classes, Inception::features});
        dictionary.emplace_back(text(name, "bias"), std::vector<Index>{Inception::classes});
    }
    TorchWriter().program(folder / "inception.pt", root);
    TorchWriter().state_dictionary(folder / "inception.pth", dictionary);
    const Inception program = stylegan::load_inception(folder / "inception.pt"),
                    state = stylegan::load_inception(folder / "inception.pth");
    BOOST_TEST(program.digest() == state.digest());
    const std::vector<float> ones(Inception::features, 1.0F);
    BOOST_TEST((program.logits(ones) == state.logits(ones)));

    root.modules["layers"].modules["conv"].tensors.erase("var");
    TorchWriter().program(folder / "lacking.pt", root);
    BOOST_TEST(
        test::contains(test::message_of<FormatError>([&] { (void)stylegan::load_inception(folder / "lacking.pt"); }),
                       "lacking.pt: has no tensor \"layers.conv.var\" of the Inception network"));
}

BOOST_AUTO_TEST_CASE(other_networks_are_told) {
    const test::TemporaryFolder folder;
    Module root;
    root.add("features.0.weight", {4, 3, 3, 3});
    TorchWriter().program(folder / "vgg.pt", root);
    BOOST_TEST(test::contains(test::message_of<FormatError>([&] { (void)stylegan::load_inception(folder / "vgg.pt"); }),
                              "vgg.pt: is no Inception network of FID: holds 1 tensors (\"features.0.weight\""));
}

BOOST_AUTO_TEST_SUITE_END()
