// SPDX-License-Identifier: Apache-2.0
// Files that hold nothing, names of megabytes, and small files that ask for much: one short error each.
#include "io/temporary_folder.hpp"
#include "io/torch_pickle.hpp"

#include <stylegan/io/networks/checkpoint.hpp>
#include <stylegan/io/pickle/torch_file.hpp>
#include <stylegan/io/tensors/npz.hpp>
#include <stylegan/io/tensors/safetensors.hpp>
#include <stylegan/io/tensors/tensor_file.hpp>
#include <stylegan/models/vgg16_tensors.hpp>

#include <boost/test/unit_test.hpp>

#include <cstring>
#include <functional>

BOOST_AUTO_TEST_SUITE(hostile_files)

using namespace stylegan;
namespace fs = std::filesystem;

namespace {

const std::string long_name(10000000, 'n');

/// A pickled network with these variables, which are operations of a pickle.
std::string pickled_network(const std::string& function, const std::string& variables) {
    std::string out = "\x80\x02";
    PickleWriter writer([&](const void* data, std::size_t size) { out.append(static_cast<const char*>(data), size); },
                        2);
    out.clear();
    writer.global("dnnlib.tflib.network", "Network");
    writer.empty_tuple();
    writer.make_object();
    writer.begin_dictionary();
    writer.string("version");
    writer.integer(3);
    writer.string("build_func_name");
    writer.string(function);
    writer.string("static_kwargs");
    writer.begin_dictionary();
    writer.end_dictionary();
    writer.string("variables");
    writer.mark();
    out += variables;
    writer.end_list();
    writer.end_dictionary();
    writer.set_state();
    return out;
}

/// The one line that an error is, and that it is short.
void check_short(const std::function<void()>& read, const std::string& part) {
    const std::string message = test::message_of<FormatError>(read);
    BOOST_TEST(message.size() < 1000u, message.substr(0, 200) << " ... of " << message.size());
    BOOST_TEST(test::contains(message, part), message.substr(0, 1000) << " lacks: " << part);
    BOOST_TEST(message.find('\n') == std::string::npos);
}

void write_safetensors(const fs::path& path, const std::string& header, std::size_t data) {
    const std::uint64_t length = header.size();
    std::string file(8, '\0');
    std::memcpy(file.data(), &length, 8);
    test::write(path, file + header + std::string(data, '\0'));
}

}  // namespace

BOOST_AUTO_TEST_CASE(files_without_tensors) {
    const test::TemporaryFolder folder;
    const auto check = [&](const std::string& name, const std::string& part) {
        check_short([&] { (void)Checkpoint(folder / name); }, part);
        check_short([&] { (void)read_tensor_file(folder / name); }, name + ": ");
    };
    test::write(folder / "nones.pkl", "\x80\x02(NNNt.");
    check("nones.pkl", "holds no network (official TensorFlow pickle, 0 tensors), expected a generator");
    test::write(folder / "empty.pkl", "\x80\x02" + pickled_network("G_style", "") + ".");
    check("empty.pkl", "holds no network (official TensorFlow pickle, 0 tensors), expected a generator");
    check_short([&] { (void)read_tensor_file(folder / "empty.pkl"); }, "empty.pkl: holds no tensors, expected");
    write_safetensors(folder / "a.safetensors", "{}", 0);
    check("a.safetensors", "has no tensors \"Gs/...\"");
    {
        test::TorchPickle file(folder / "a.pt");
        file.object("argparse", "Namespace");
        file.commit();
    }
    check("a.pt", "has 0 tensors of PyTorch, but an object of class argparse.Namespace");
    check_short([&] { (void)read_tensor_file(folder / "a.pt"); },
                "holds no tensors, but an object of class argparse.Namespace, expected named tensors");
}

BOOST_AUTO_TEST_CASE(names_of_megabytes) {
    const test::TemporaryFolder folder;
    const std::string entry = R"(":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})";
    write_safetensors(folder / "a.safetensors", "{\"" + long_name + entry, 4);
    check_short([&] { (void)Checkpoint(folder / "a.safetensors"); }, "names a tensor \"nnn");
    check_short([&] { (void)find_vgg16(SafetensorsFile(folder / "a.safetensors")); }, "a.safetensors: ");
    write_safetensors(folder / "a.safetensors", "{\"" + long_name + entry, 5);
    check_short([&] { (void)SafetensorsFile(folder / "a.safetensors"); }, "1 bytes after the last tensor");
    check_short([&] { (void)SafetensorsFile(folder / "a.safetensors").read_float(long_name); }, "a.safetensors: ");
    write_safetensors(folder / "a.safetensors",
                      "{\"" + long_name + R"(":{"dtype":"F32","shape":[2],)" + R"("data_offsets":[0,4]}})", 4);
    check_short([&] { (void)SafetensorsFile(folder / "a.safetensors"); }, "has 4 bytes, expected 8");
    write_safetensors(folder / "a.safetensors",
                      R"({"__metadata__":{"architecture":"{\")" + long_name + R"(\":1}"},"Gs/x)" + entry, 4);
    check_short([&] { (void)Checkpoint(folder / "a.safetensors"); }, "is not a known keyword");

    test::write(folder / "a.pkl",
                "\x80\x02"
                "c" +
                    long_name + "\nb\n.");
    check_short([&] { (void)Checkpoint(folder / "a.pkl"); }, "is an object of the class nnn");
    test::write(folder / "a.pkl", "\x80\x02" + pickled_network(long_name, "") + ".");
    check_short([&] { (void)Checkpoint(folder / "a.pkl"); }, "is text of 10000000 bytes, too long for a name");
    test::write(folder / "a.pkl", "\x80\x02" + pickled_network(long_name.substr(0, 60000), "") + ".");
    check_short([&] { (void)Checkpoint(folder / "a.pkl"); }, "is a network of the function \"nnn");
    {
        test::TorchPickle file(folder / "a.pt");
        file.pickle().begin_dictionary();
        file.tensor(long_name.substr(0, 60000), {1}, {1});
        file.pickle().end_dictionary();
        file.commit();
    }
    check_short([&] { (void)Checkpoint(folder / "a.pt"); }, "is named with 60000 characters, expected at most 1024");
    {
        ZipWriter zip(folder / "a.npz");
        zip.add(long_name.substr(0, 60000) + ".npy", "x");
        zip.commit();
    }
    check_short([&] { (void)read_npz(folder / "a.npz", "w"); }, "has no array w, but nnn");
    check_short([&] { (void)read_npz(folder / "a.npz", "w", OtherArray::the_only_one); }, "is not a NumPy array");
}

BOOST_AUTO_TEST_CASE(small_files_that_ask_for_much) {
    const test::TemporaryFolder folder;
    // tensors that are the same numbers: reading all of 150 costs 150 times the file
    const auto write_sharing = [&](int count) {
        const std::string reference =
            "ctorch._utils\n_rebuild_tensor_v2\nq\1((X\7" + std::string(3, '\0') + "storagectorch\nFloatStorage\nX\1" +
            std::string(3, '\0') + "0X\3" + std::string(3, '\0') + "cpuJ" + std::string("\0\0\4\0", 4) + "tQK" +
            std::string(1, '\0') + "J" + std::string("\0\0\4\0", 4) + "\x85K\1\x85\x89Ntq\2" + "0(";
        std::string again;
        for (int i = 0; i < count; ++i) again += "h\1h\2R";
        ZipWriter zip(folder / "a.pt");
        zip.add("archive/data/0", std::string(std::size_t{1} << 20, '\0'));
        zip.add("archive/data.pkl", "\x80\x02" + reference + again + "l.");
        zip.commit();
    };
    write_sharing(60);
    BOOST_TEST(read_torch(folder / "a.pt").names().size() == 60u);
    write_sharing(150);
    check_short([&] { (void)read_torch(folder / "a.pt"); }, "names tensors of more than 64 times its size of 10");

    std::string axes = "1";
    for (int i = 1; i < 33; ++i) axes += ",1";
    write_safetensors(folder / "a.safetensors",
                      "{\"a\":{\"dtype\":\"F32\",\"shape\":[" + axes + "],\"data_offsets\":[0,4]}}", 4);
    check_short([&] { (void)SafetensorsFile(folder / "a.safetensors"); }, "expected at most 32 sizes");

    test::write(folder / "a.npy",
                std::string("\x93NUMPY\x02\0", 8) + std::string("\1\0\1\0", 4) + std::string(65537, ' '));
    check_short([&] { (void)read_npy(folder / "a.npy"); }, "has a header of 65537 bytes, expected at most 65536");
}

BOOST_AUTO_TEST_CASE(entries_that_overlap) {
    const test::TemporaryFolder folder;
    {
        ZipWriter zip(folder / "a.pt");
        zip.add("a/data.pkl", "\x80\x02}.");
        zip.add("a/data/0", std::string(1000, '\0'));
        zip.commit();
    }
    auto bytes = test::read(folder / "a.pt");
    const std::string all(bytes.begin(), bytes.end());
    const std::size_t entry = all.rfind("PK\1\2");  // of the second entry: its sizes become almost the file's
    for (const std::size_t field : {20u, 24u}) {
        const auto size = static_cast<std::uint32_t>(bytes.size());
        std::memcpy(bytes.data() + entry + field, &size, 4);
    }
    test::write(folder / "a.pt", bytes);
    check_short([&] { (void)read_torch(folder / "a.pt"); }, "has entries that overlap");
}

BOOST_AUTO_TEST_SUITE_END()
