// SPDX-License-Identifier: Apache-2.0
#include "io/temporary_folder.hpp"

#include <stylegan/io/files/zip_writer.hpp>
#include <stylegan/io/pickle/torch_file.hpp>

#include <boost/test/unit_test.hpp>

#include <bit>

BOOST_AUTO_TEST_SUITE(torch_file)

using stylegan::FormatError;
using stylegan::Index;
using stylegan::NamedTensors;
using stylegan::read_torch;

namespace {

std::string storage(const std::string& type, const std::string& key, int elements) {
    return "((S'storage'\nctorch\n" + type + "\nS'" + key + "'\nS'cpu'\nI" + std::to_string(elements) + "\n";
}

/// A tensor in a pickle: (storage, first element, shape, strides).
std::string tensor(const std::string& type, const std::string& key, int elements, int first, const std::string& shape,
                   const std::string& strides, const std::string& view = "") {
    return "ctorch._utils\n_rebuild_tensor_v2\n" + storage(type, key, elements) + view + "tQI" + std::to_string(first) +
           "\n(" + shape + "t(" + strides + "tI00\nccollections\nOrderedDict\n)RtR";
}

std::string numbers(const std::vector<float>& values) {
    return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

void write_zip(const std::filesystem::path& path, const std::string& pickle,
               const std::map<std::string, std::string>& storages) {
    stylegan::ZipWriter zip(path);
    zip.add("archive/data.pkl", pickle);
    for (const auto& [key, content] : storages) zip.add("archive/data/" + key, content);
    zip.commit();
}

std::string stream(const std::string& pickle, const std::vector<std::pair<std::string, std::vector<float>>>& storages) {
    std::string s("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.", 15);
    s += "I1001\n.}S'little_endian'\nI01\ns." + pickle + "(";
    for (const auto& [key, values] : storages) s += "S'" + key + "'\n";
    s += "l.";
    for (const auto& [key, values] : storages) {
        for (std::size_t i = 0; i < 8; ++i) s += static_cast<char>(values.size() >> (8 * i));
        s += numbers(values);
    }
    return s;
}

/// {"a": [[0, 1, 2], [3, 4, 5]], "more": {"b": a transposed and cut, 7: one number}}
const std::string three_tensors = "}(S'a'\n" + tensor("FloatStorage", "0", 6, 0, "I2\nI3\n", "I3\nI1\n") +
                                  "S'more'\n}(S'b'\n" + tensor("FloatStorage", "0", 6, 1, "I2\nI2\n", "I1\nI3\n") +
                                  "I7\n" + tensor("FloatStorage", "1", 1, 0, "", "") + "uS'epoch'\nI3\nu.";
const std::vector<float> count{0, 1, 2, 3, 4, 5};

void check_three_tensors(const NamedTensors& t) {
    BOOST_TEST(t.names() == (std::vector<std::string>{"a", "more/b", "more/7"}));
    BOOST_TEST(t.shape("a") == (std::vector<Index>{2, 3}));
    BOOST_TEST(t.read_float("a") == count);
    BOOST_TEST(t.read_float("more/b") == (std::vector<float>{1, 4, 2, 5}));
    BOOST_TEST(t.shape("more/7").empty());
    BOOST_TEST(t.read_double("more/7") == std::vector<double>{9});
    BOOST_CHECK_THROW((void)t.shape("c"), FormatError);
    float out[6];
    BOOST_CHECK_THROW(t.read_into("a", {3, 2}, out), FormatError);
    t.read_into("a", {2, 3}, out);
    BOOST_TEST(out[5] == 5);
}

}  // namespace

BOOST_AUTO_TEST_CASE(zip_and_stream_hold_the_same) {
    const test::TemporaryFolder folder;
    write_zip(folder / "zip.pth", three_tensors, {{"0", numbers(count)}, {"1", numbers({9})}});
    check_three_tensors(read_torch(folder / "zip.pth"));
    test::write(folder / "stream.pth", stream(three_tensors, {{"0", count}, {"1", {9}}}));
    check_three_tensors(read_torch(folder / "stream.pth"));

    const NamedTensors copy = [&] { return read_torch(folder / "zip.pth"); }();  // keeps the file open
    check_three_tensors(copy);
}

BOOST_AUTO_TEST_CASE(views_of_storages_and_other_types) {
    const test::TemporaryFolder folder;
    const std::string view = "}S'v'\n" + tensor("FloatStorage", "0", 6, 1, "I2\n", "I1\n", "(S'v'\nI2\nI3\nt") + "s.";
    test::write(folder / "view.pth", stream(view, {{"0", count}}));
    BOOST_TEST(read_torch(folder / "view.pth").read_float("v") == (std::vector<float>{3, 4}));

    const std::string half = "}(S'h'\n" + tensor("HalfStorage", "0", 2, 0, "I2\n", "I1\n") + "S'i'\n" +
                             tensor("LongStorage", "1", 1, 0, "I1\n", "I1\n") + "u.";
    write_zip(folder / "half.pth", half,
              {{"0", std::string("\x00\x3c\x00\xc0", 4)}, {"1", std::string("\xFE\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 8)}});
    const NamedTensors t = read_torch(folder / "half.pth");
    BOOST_TEST(t.read_float("h") == (std::vector<float>{1, -2}));
    BOOST_TEST(t.read_float("i") == std::vector<float>{-2});
    BOOST_TEST((t.dtype("i") == stylegan::ElementType::i64));
}

BOOST_AUTO_TEST_CASE(tensors_of_a_program_have_the_names_of_its_state_dictionary) {
    // As torch.jit.save() writes it: modules are objects of classes of the program, with their attributes as state.
    const auto module = [](const std::string& name, const std::string& attributes) {
        return "c__torch__.parts.___torch_mangle_0\n" + name + "\n)\x81}(S'training'\nI00\n" +
               "S'_is_full_backward_hook'\nN" + attributes + "ub";
    };
    const std::string convolution =
                          module("Conv", "S'weight'\n" + tensor("FloatStorage", "0", 6, 0, "I2\nI3\n", "I3\nI1\n") +
                                             "S'beta'\n" + tensor("FloatStorage", "1", 2, 0, "I2\n", "I1\n") +
                                             "S'stride'\nctorch.jit._pickle\nbuild_intlist\n((I2\nI2\nltR"),
                      layers = module("Layers", "S'conv'\n" + convolution);
    const test::TemporaryFolder folder;
    const auto write_program = [&](const std::string& pickle) {
        stylegan::ZipWriter zip(folder / "program.pt");
        zip.add("program/code/__torch__/parts.py", std::string("raise SystemExit"));
        zip.add("program/data.pkl", pickle);
        zip.add("program/constants.pkl", std::string("\x80\x02)."));
        zip.add("program/data/0", numbers(count));
        zip.add("program/data/1", numbers({7, 8}));
        zip.commit();
    };
    write_program(module("Net", "S'layers'\n" + layers) + ".");
    const NamedTensors t = read_torch(folder / "program.pt");
    BOOST_TEST(t.names() == (std::vector<std::string>{"layers.conv.weight", "layers.conv.beta"}));
    BOOST_TEST(t.shape("layers.conv.weight") == (std::vector<Index>{2, 3}));
    BOOST_TEST(t.read_float("layers.conv.weight") == count);
    BOOST_TEST(t.read_float("layers.conv.beta") == (std::vector<float>{7, 8}));
    write_program(module("Net", "") + ".");
    BOOST_TEST(test::contains(test::message_of<FormatError>([&] { (void)read_torch(folder / "program.pt"); }),
                              "without named tensors"));
    write_program("cos\nsystem\n(S'true'\ntR.");
    BOOST_TEST(test::contains(test::message_of<FormatError>([&] { (void)read_torch(folder / "program.pt"); }),
                              "names \"os.system\""));
}

BOOST_AUTO_TEST_CASE(faults_are_named) {
    const test::TemporaryFolder folder;
    const auto expect = [&](const std::string& pickle, const std::map<std::string, std::string>& storages,
                            const std::string& part) {
        write_zip(folder / "x.pth", pickle, storages);
        const std::string message = test::message_of<FormatError>([&] { (void)read_torch(folder / "x.pth"); });
        BOOST_TEST(test::contains(message, "x.pth: "), message);
        BOOST_TEST(test::contains(message, part), "expected: " << part << "\nin: " << message);
    };
    const auto one = [](int elements, int first, const std::string& shape, const std::string& strides) {
        return "}S'a'\n" + tensor("FloatStorage", "0", elements, first, shape, strides) + "s.";
    };
    const std::map<std::string, std::string> six{{"0", numbers(count)}};
    expect(one(6, 0, "I7\n", "I1\n"), six, "goes beyond the 6 elements");
    expect(one(6, 0, "I2\nI3\n", "I4\nI1\n"), six, "goes beyond");
    expect(one(6, 4, "I3\n", "I1\n"), six, "goes beyond");
    expect(one(6, 7, "I0\n", "I1\n"), six, "goes beyond");
    expect(one(6, 0, "I1000000\n", "I0\n"), six, "goes beyond");  // repeats one number
    expect(one(6, 0, "I4611686018427387904\nI4\n", "I0\nI0\n"), six, "goes beyond");
    expect(one(6, 0, "I2\n", "I9223372036854775807\n"), six, "goes beyond");
    expect(one(6, 0, "I-2\n", "I1\n"), six, "no negative number");
    expect(one(6, 0, "I2\n", "I-1\n"), six, "no negative number");
    expect(one(60, 0, "I2\n", "I1\n"), six, "storage \"0\" has 24 bytes, expected 60 numbers of F32");
    expect(one(6, 0, "I2\n", "I1\n"), {}, "has no entry \"archive/data/0\"");
    expect("}(S'a'\n" + tensor("FloatStorage", "0", 6, 0, "I6\n", "I1\n") + "S'b'\n" +
               tensor("DoubleStorage", "0", 6, 0, "I6\n", "I1\n") + "u.",
           six, "in two ways");
    expect("}(S'a/b'\n" + tensor("FloatStorage", "0", 6, 0, "I6\n", "I1\n") + "S'a'\n}S'b'\n" +
               tensor("FloatStorage", "0", 6, 0, "I6\n", "I1\n") + "su.",
           six, "names \"a/b\" twice");
    expect("cos\nsystem\n(S'true'\ntR.", {}, "archive/data.pkl: byte 0: names \"os.system\"");
    expect("I1\nQ.", {}, "is an integer");

    // dictionaries that double at each level, 2^60 in all
    std::string bomb = "}p0\n";
    for (int i = 1; i <= 60; ++i)
        bomb += "}(S'a'\ng" + std::to_string(i - 1) + "\nS'b'\ng" + std::to_string(i - 1) + "\nup" + std::to_string(i) +
                "\n";
    expect(bomb + ".", {}, "deeper than any");

    // many tensors whose names begin with a name of a megabyte
    std::string long_names = "}(S'" + std::string(1000000, 'k') + "'\n}(";
    for (int i = 0; i < 20000; ++i) long_names += "I" + std::to_string(i) + "\n}";
    expect(long_names + "uu.", {}, "is named with 1000000 characters, expected at most 1024");

    stylegan::ZipWriter zip(folder / "empty.pth");
    zip.add("archive/version", "3");
    zip.commit();
    BOOST_TEST(test::contains(test::message_of<FormatError>([&] { (void)read_torch(folder / "empty.pth"); }),
                              "without a data.pkl"));
    BOOST_CHECK_THROW((void)read_torch(folder / "none.pth"), stylegan::FileError);
}

BOOST_AUTO_TEST_CASE(numbers_of_the_other_byte_order_are_refused) {
    const test::TemporaryFolder folder;
    stylegan::ZipWriter zip(folder / "big.pth");
    zip.add("archive/data.pkl", std::string("}."));
    zip.add("archive/byteorder", std::string("big"));
    zip.commit();
    BOOST_TEST(
        test::contains(test::message_of<FormatError>([&] { (void)read_torch(folder / "big.pth"); }), "big-endian"));

    std::string old = stream("}.", {});
    old.replace(old.find("I01\n"), 4, "I00\n");
    test::write(folder / "old.pth", old);
    BOOST_TEST(
        test::contains(test::message_of<FormatError>([&] { (void)read_torch(folder / "old.pth"); }), "big-endian"));
    old.replace(old.find("I1001"), 5, "I1002");
    test::write(folder / "old.pth", old);
    BOOST_TEST(
        test::contains(test::message_of<FormatError>([&] { (void)read_torch(folder / "old.pth"); }), "version 1002"));
}

BOOST_AUTO_TEST_CASE(compressed_and_repeated_entries_are_refused) {
    const test::TemporaryFolder folder;
    write_zip(folder / "a.pth", three_tensors, {{"0", numbers(count)}, {"1", numbers({9})}});
    const std::vector<std::uint8_t> good = test::read(folder / "a.pth");
    const auto message = [&](const std::string& find, std::size_t from, const auto& change) {
        std::string bytes(good.begin(), good.end());
        change(bytes, bytes.find(find, from));
        test::write(folder / "b.pth", bytes);
        return test::message_of<FormatError>([&] { (void)read_torch(folder / "b.pth"); });
    };
    const std::size_t directory = std::string(good.begin(), good.end()).find("PK\x01\x02");
    // the method of the first entry of the directory, and the name of the last
    BOOST_TEST(test::contains(message("PK\x01\x02", directory, [](std::string& b, std::size_t at) { b[at + 10] = 8; }),
                              "is compressed"));
    BOOST_TEST(test::contains(message("data/1", directory, [](std::string& b, std::size_t at) { b[at + 5] = '0'; }),
                              "two entries \"archive/data/0\""));
    BOOST_TEST(test::contains(message("PK\x05\x06", directory,
                                      [](std::string& b, std::size_t at) { b[at + 16] = '\xFF', b[at + 17] = '\xFF'; }),
                              "beyond the file"));
}

BOOST_AUTO_TEST_CASE(streams_are_checked) {
    const test::TemporaryFolder folder;
    const auto message = [&](const std::string& content) {
        test::write(folder / "x.pth", content);
        return test::message_of<FormatError>([&] { (void)read_torch(folder / "x.pth"); });
    };
    const std::string good = stream(three_tensors, {{"0", count}, {"1", {9}}});
    for (std::size_t size = 0; size < good.size(); ++size)
        BOOST_TEST(test::contains(message(good.substr(0, size)), "x.pth"), "cut to " << size << " bytes");
    BOOST_TEST(test::contains(message("N."), "magic number"));
    BOOST_TEST(test::contains(message(stream(three_tensors, {{"0", count}})),
                              "storage \"1\" has 0 bytes, expected 1 numbers"));
    BOOST_TEST(test::contains(message(stream(three_tensors, {{"0", count}, {"1", {9}}, {"2", {}}})), "no tensor has"));
}

BOOST_AUTO_TEST_CASE(archives_cut_or_damaged_anywhere) {
    const test::TemporaryFolder folder;
    write_zip(folder / "good.pth", three_tensors, {{"0", numbers(count)}, {"1", numbers({9})}});
    const std::vector<std::uint8_t> good = test::read(folder / "good.pth");
    for (std::size_t size = 0; size < good.size(); ++size) {
        test::write(folder / "cut.pth", std::span(good).first(size));
        BOOST_TEST(
            test::contains(test::message_of<FormatError>([&] { (void)read_torch(folder / "cut.pth"); }), "cut.pth"),
            "cut to " << size << " bytes");
    }
    for (std::size_t at = 0; at < good.size(); ++at) {
        std::vector<std::uint8_t> damaged = good;
        damaged[at] ^= 0xFF;
        test::write(folder / "damaged.pth", damaged);
        try {
            const NamedTensors t = read_torch(folder / "damaged.pth");
            for (const std::string& name : t.names()) (void)t.read_float(name);
        } catch (const FormatError&) {
        }
    }
}

BOOST_AUTO_TEST_CASE(a_whole_module_in_the_older_format) {
    const test::TemporaryFolder folder;
    // its class is a persistent value, with the source code as text
    test::write(folder / "x.pt",
                stream("(S'module'\ncmodel\nNet\nS'model.py'\nS'import os'\ntQ)R}S'_modules'\n}sb.", {}));
    const NamedTensors tensors = read_torch(folder / "x.pt");
    BOOST_TEST(tensors.names().empty());
    BOOST_TEST_REQUIRE(tensors.opaque().size() == 1u);
    BOOST_TEST(tensors.opaque()[0].type == "model.Net");
    BOOST_TEST(tensors.opaque()[0].module);
}

BOOST_AUTO_TEST_SUITE_END()
