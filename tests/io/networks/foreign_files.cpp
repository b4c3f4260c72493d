// SPDX-License-Identifier: Apache-2.0
// Files that people have in the place of a network: each is told as what it is, with what to do.
#include "io/port_files.hpp"
#include "io/shared_cases.hpp"
#include "io/temporary_folder.hpp"

#include <stylegan/io/networks/checkpoint.hpp>
#include <stylegan/io/networks/open_network_file.hpp>
#include <stylegan/io/tensors/npz.hpp>
#include <stylegan/io/tensors/tensor_file.hpp>

#include <boost/test/unit_test.hpp>

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

BOOST_AUTO_TEST_SUITE(foreign_files)

using namespace stylegan;
using test::TorchPickle;

namespace {

const std::string what_is_read =
    "generators of the first StyleGAN (2019) are read: .safetensors, the official .pkl, and PyTorch files of "
    "rosinality/style-based-gan-pytorch, huangzh13/StyleGAN.pytorch, lernapparat and genforce";

void check_told(const std::filesystem::path& path, std::initializer_list<std::string> parts) {
    const std::string message = test::message_of<FormatError>([&] { (void)open_network_file(path); });
    BOOST_TEST_CONTEXT(message) {
        BOOST_TEST(test::contains(message, path.string()));
        for (const std::string& part : parts) BOOST_TEST(test::contains(message, part), "expected in it: " << part);
    }
}

}  // namespace

struct WithFolder {
    void check(std::string_view content, std::initializer_list<std::string> parts) const {
        test::write(folder / "network.pkl", content);
        check_told(folder / "network.pkl", parts);
        BOOST_CHECK_THROW((void)read_tensor_file(folder / "network.pkl"), FormatError);
    }
    void check_torch(const std::function<void(TorchPickle&)>& write, std::initializer_list<std::string> parts) const {
        {
            TorchPickle file(folder / "network.pt");
            write(file);
            file.commit();
        }
        check_told(folder / "network.pt", parts);
    }
    /// A dictionary of tensors of one number, below a key if one is given.
    void check_names(const std::string& key, std::initializer_list<const char*> names,
                     std::initializer_list<std::string> parts) const {
        check_torch(
            [&](TorchPickle& f) {
                f.pickle().begin_dictionary();
                if (!key.empty()) {
                    f.pickle().string(key);
                    f.pickle().begin_dictionary();
                }
                for (const char* name : names) f.tensor(name, {1}, {0});
                if (!key.empty()) f.pickle().end_dictionary();
                f.pickle().end_dictionary();
            },
            parts);
    }

    test::TemporaryFolder folder;
};

BOOST_FIXTURE_TEST_CASE(what_a_download_leaves_behind, WithFolder) {
    check("", {"is empty (0 bytes)", "get it again"});
    check("<!DOCTYPE html><html><head><title>Quota\nexceeded</title></head></html>",
          {"is a web page (HTML, \"Quota exceeded\"), not the file behind it", "download the file itself"});
    check("\xEF\xBB\xBF\n\n <HTML lang=\"en\"><body>Sign in</body></HTML>", {"is a web page (HTML), not the file"});
    check("<?xml version=\"1.0\"?>\n<Error><Code>AccessDenied</Code></Error>",
          {"is XML text (\"<?xml version=\"1.0\"?> <Error>", "download the file itself"});
    check("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 310000000\n",
          {"is a pointer of Git LFS to a file of 310000000 bytes, not that file", "git lfs pull"});
    check("../.git/annex/objects/ab/cd/MD5E-s1--x.pkl", {"is a pointer of git-annex", "git annex get"});
    check("https://drive.google.com/uc?id=1MEGjdvVpUsu1jB4zrXZN7Y4kBBOzizDQ\n",
          {"holds an address (https://drive.google.com/uc?id=1MEG", "download that file"});
    check("[InternetShortcut]\r\nURL=https://example.org/n.pkl\r\n", {"holds an address"});
    check(std::string(4096, '\0'), {"begins with 512 zeros", "get it again"});
    check("no network at all, and longer than eight bytes", {"has an unknown format", "expected a safetensors file"});
}

BOOST_FIXTURE_TEST_CASE(archives_pictures_and_other_formats, WithFolder) {
    check("\x1F\x8B\x08 and so on", {"is compressed with gzip: unpack it first"});
    check("BZh91AY and so on", {"is compressed with bzip2"});
    check(std::string_view("\xFD\x37\x7A\x58\x5A\0 and so on", 16), {"is compressed with xz"});
    check("\x28\xB5\x2F\xFD and so on", {"is compressed with zstd"});
    check("Rar!\x1A\x07 and so on", {"is a RAR archive"});
    check("\x89PNG\r\n\x1A\n and so on", {"is a picture (PNG), not a network"});
    check("\xFF\xD8\xFF\xE0 and so on", {"is a picture (JPEG), not a network"});
    check("\x89HDF\r\n\x1A\n and so on", {"is an HDF5 file"});
    check("\x93NUMPY and so on", {"is an array of NumPy", "--latents", "--projected-w"});
    std::string tar(512, 'x');
    tar.replace(257, 5, "ustar");
    check(tar, {"is a tar archive: unpack it first"});
}

BOOST_FIXTURE_TEST_CASE(zips_that_are_no_network, WithFolder) {
    const auto zip_of = [&](std::initializer_list<const char*> names) {
        ZipWriter zip(folder / "network.pt");
        for (const char* name : names) zip.add(name, std::string("content"));
        zip.commit();
    };
    zip_of({"faces/readme.txt", "faces/stylegan-ffhq.pkl"});
    check_told(folder / "network.pt",
               {"is a zip archive of 2 files, with faces/stylegan-ffhq.pkl in it: unpack it first"});
    zip_of({"00000/img00000000.png", "00000/img00000001.png", "dataset.json"});
    check_told(folder / "network.pt", {"is a zip archive of 3 files with pictures, not a network", "--data"});
    write_npz(folder / "network.pt", "w", {1, 2}, {1, 2});
    check_told(folder / "network.pt", {"with arrays of NumPy (.npz), not a network", "--projected-w"});
    zip_of({"config.json", "model.weights.h5"});
    check_told(folder / "network.pt", {"of Keras: such networks are not read"});
    zip_of({"a", "b", "c", "d"});
    check_told(folder / "network.pt", {"is a zip archive of 4 files (a, b, c ...) without a data.pkl"});
    ZipWriter frozen(folder / "network.pt");
    frozen.add("script/data.pkl", std::string("c__torch__\nNet\n)\x81}b."));
    frozen.add("script/constants.pkl", std::string(")."));
    frozen.commit();
    check_told(folder / "network.pt",
               {"is a program of TorchScript without named tensors", "torch.save(model.state_dict(), path)"});
}

BOOST_FIXTURE_TEST_CASE(an_address_in_the_place_of_a_path, WithFolder) {
    const std::string message =
        test::message_of<FileError>([&] { (void)open_network_file("https://example.org/network.pkl"); });
    BOOST_TEST(test::contains(message, "https://example.org/network.pkl: is an address, expected a file"), message);
    BOOST_TEST(test::contains(message, "curl -L -o FILE ADDRESS"));
}

BOOST_FIXTURE_TEST_CASE(networks_of_other_programs, WithFolder) {
    check_names("g_ema", {"style.1.weight", "conv1.conv.modulation.weight", "to_rgb1.bias"},
                {"holds a generator of StyleGAN2 (rosinality/stylegan2-pytorch); ", what_is_read});
    check_names("", {"mapping.fc0.weight", "synthesis.b4.const"}, {"holds a generator of StyleGAN2", what_is_read});
    check_names("", {"synthesis.input.freqs"}, {"holds a generator of StyleGAN3; ", what_is_read});
    check_names("GAN", {"GE.blocks.0.to_style1.weight"}, {"StyleGAN2 (lucidrains/stylegan2-pytorch)", what_is_read});
    check_names("", {"synthesis.early_layer.const"}, {"StyleGAN2 (genforce)", what_is_read});
    check_names("", {"features.0.weight", "features.28.weight"}, {"features of VGG16", "--vgg"});
    check_names("", {"lin0.model.1.weight"}, {"heads of LPIPS", "--lpips"});
    check_names("state", {"exp_avg"}, {"holds the state of an optimizer, without a network"});
    check_names("", {"one.weight", "two"},
                {"has 2 tensors of PyTorch (\"one.weight\", \"two\"), expected a generator; ", what_is_read});
    check_names("", {"synthesis.layer0.const", "mapping.dense0.weight"},
                {"is a file of genforce without a whole generator", "has no tensor \"synthesis.output0.weight\"",
                 what_is_read});
}

BOOST_FIXTURE_TEST_CASE(a_whole_module, WithFolder) {
    const auto module = [](TorchPickle& f) {
        f.object("model", "StyledGenerator");
        f.pickle().begin_dictionary();
        f.pickle().string("_modules");
        f.object("collections", "OrderedDict");
        f.pickle().end_dictionary();
        f.pickle().set_state();
    };
    check_torch(module, {"holds a whole module of PyTorch (class model.StyledGenerator)",
                         "torch.save(model.state_dict(), path)", what_is_read});
    check_torch(
        [&](TorchPickle& f) {
            f.pickle().begin_dictionary();
            f.pickle().string("g_ema");
            module(f);
            f.pickle().end_dictionary();
        },
        {"holds a whole module of PyTorch"});
    check_torch([](TorchPickle& f) { f.object("argparse", "Namespace"); },
                {"has 0 tensors of PyTorch, but an object of class argparse.Namespace"});
}

BOOST_FIXTURE_TEST_CASE(pickles_of_the_successors, WithFolder) {
    const auto pickle = [&](const std::function<void(PickleWriter&)>& write) {
        std::string content;
        PickleWriter out(
            [&](const void* data, std::size_t size) { content.append(static_cast<const char*>(data), size); });
        write(out);
        out.stop();
        test::write(folder / "network.pkl", content);
    };
    const auto persistent = [](PickleWriter& out, const std::string& source) {
        out.global("torch_utils.persistence", "_reconstruct_persistent_obj");
        out.mark();
        out.begin_dictionary();
        out.string("type");
        out.string("class");
        out.string("module_src");
        out.string(source);
        out.string("class_name");
        out.string("Generator");
        out.end_dictionary();
        out.end_tuple();
        out.call();
    };
    for (const auto& [source, what] : {std::pair{"def modulated_conv2d(): pass", "is a network of StyleGAN2"},
                                       {"class SynthesisInput: pass", "is a network of StyleGAN3"},
                                       {"...", "is a network of stylegan2-ada-pytorch or stylegan3"}}) {
        pickle([&, s = source](PickleWriter& out) {
            out.begin_dictionary();
            for (const char* key : {"G", "D", "G_ema"}) {
                out.string(key);
                persistent(out, s);
            }
            out.string("augment_pipe");
            out.none();
            out.end_dictionary();
        });
        check_told(folder / "network.pkl", {what, "pickled with its source code; ", what_is_read});
    }
    pickle([](PickleWriter& out) {  // StyleGAN2 in TensorFlow
        out.mark();
        for (int i = 0; i < 3; ++i) {
            out.global("dnnlib.tflib.network", "Network");
            out.empty_tuple();
            out.make_object();
            out.begin_dictionary();
            out.string("version");
            out.integer(4);
            out.end_dictionary();
            out.set_state();
        }
        out.end_tuple();
    });
    check_told(folder / "network.pkl", {"is a network of version 4, expected 2 or 3", "StyleGAN2", what_is_read});
    pickle([](PickleWriter& out) {
        out.begin_dictionary();
        out.string("images");
        out.integer(1);
        out.end_dictionary();
    });
    check_told(folder / "network.pkl", {"is a dictionary of \"images\", expected a network", what_is_read});
    pickle([](PickleWriter& out) {
        out.global("sklearn.svm", "SVC");
        out.empty_tuple();
        out.make_object();
    });
    check_told(folder / "network.pkl", {"is an object of the class sklearn.svm.SVC, expected a network", what_is_read});
}

BOOST_AUTO_TEST_CASE(the_inputs_that_people_have, *test::needs_shared_cases()) {
    check_told(test::shared_case("networks/html.pkl"), {"is a web page (HTML, \"Google Drive - Quota exceeded\")"});
    check_told(test::shared_case("networks/lfs.pkl"), {"is a pointer of Git LFS to a file of 310000000 bytes"});
    check_told(test::shared_case("networks/empty.pkl"), {"is empty (0 bytes)"});
    check_told(test::shared_case("networks/sg3.pkl"),
               {"is a network of stylegan2-ada-pytorch or stylegan3", what_is_read});
    check_told(test::shared_case("networks/sg2_gema.pt"), {"StyleGAN2 (rosinality/stylegan2-pytorch)", what_is_read});
    check_told(test::shared_case("networks/genforce.pth"), {"is a file of genforce", what_is_read});
    const Checkpoint good(test::shared_case("networks/GAN_GEN_SHADOW_3_with_device.pth"));
    BOOST_TEST(good.has("Gs"));
    BOOST_TEST(good.architecture().picture().height == 32);
}

BOOST_AUTO_TEST_SUITE_END()
