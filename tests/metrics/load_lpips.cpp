// SPDX-License-Identifier: Apache-2.0
#include <stylegan/io/tensors/tensor_file.hpp>
#include <stylegan/metrics/load_lpips.hpp>
#include <stylegan/models/load_vgg16.hpp>

#include "io/temporary_folder.hpp"
#include "models/networks.hpp"

#include <boost/test/unit_test.hpp>

#include <cstring>

BOOST_AUTO_TEST_SUITE(load_lpips)

using namespace stylegan;
using namespace model_test;
using test::TemporaryFolder;

namespace {

std::string number(std::uint32_t n) { return {char(n), char(n >> 8), char(n >> 16), char(n >> 24)}; }
std::string characters(const std::string& s) { return 'X' + number(std::uint32_t(s.size())) + s; }
std::string integer(Index n) { return 'J' + number(std::uint32_t(n)); }

/// An array as NumPy's own pickles of protocol 3 hold it.
std::string array(const std::vector<Index>& shape, const std::vector<float>& values) {
    std::string s = "cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK";
    s += std::string(
        "\x00\x85"
        "C\x01"
        "b\x87R(K\x01(",
        11);
    for (const Index e : shape) s += integer(e);
    s += "tcnumpy\ndtype\n" + characters("f4") + std::string("K\x00K\x01\x87R(K\x03", 9) + characters("<") +
         "NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK" + std::string("\x00tb\x89", 4);
    s += 'B' + number(std::uint32_t(values.size() * sizeof(float)));
    s.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
    return s + "tb";
}

/// A network in the official state format, of a function that this library does not know, as in
/// vgg16_zhang_perceptual.pkl.
std::string official_pickle(const std::vector<std::pair<std::string, std::string>>& variables) {
    std::string s =
        "\x80\x03"
        "cdnnlib.tflib.network\nNetwork\n)\x81}(" +
        characters("version") + integer(3) + characters("name") + characters("perceptual") +
        characters("static_kwargs") + '}' + characters("components") + '}' + characters("build_module_src") +
        characters("import os; os.system('false')") + characters("build_func_name") + characters("lpips_network") +
        characters("variables") + "](";
    for (const auto& [name, content] : variables) s += characters(name) + content + '\x86';
    return s + "eub.";
}

std::vector<float> values_of(const Parameter<Cpu>& p) { return {p.value().begin(), p.value().end()}; }

/// A small network with different heads.
Lpips<Cpu> small_lpips() {
    Lpips<Cpu> lpips(trained(Vgg16<>(2)));
    for (int s = 0; s < 5; ++s)
        for (std::size_t i = 0; i < lpips.head(s).value().size(); ++i)
            lpips.head(s).value()[i] = float(s + 1) / float(i + 1);
    return lpips;
}

std::vector<std::pair<std::string, std::string>> variables_of(const Lpips<Cpu>& lpips) {
    std::vector<std::pair<std::string, std::string>> all;
    for_each_parameter(lpips, [&](const std::string& name, const Parameter<Cpu>& p) {
        std::vector<Index> shape = p.shape();
        if (name.starts_with("lin")) shape = {1, shape[0], 1, 1};
        all.emplace_back(text("unknown/", all.size()), array(shape, values_of(p)));
    });
    return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_pickled_network_of_unknown_names_is_recognised) {
    const TemporaryFolder folder;
    const Lpips<Cpu> expected = small_lpips();
    test::write(folder / "vgg.pkl", official_pickle(variables_of(expected)));
    const NamedTensors file = read_tensor_file(folder / "vgg.pkl");
    BOOST_TEST(file.names().size() == 31u);
    Lpips<Cpu> found(load_vgg16(file, expected.vgg().shared_context()));
    BOOST_TEST(load_lpips_heads_of_vgg16(file, found));
    const auto a = random_array<float, 4>({1, 3, 16, 16}, 1), b = random_array<float, 4>({1, 3, 16, 16}, 2);
    BOOST_TEST(found(a, b)[0] == expected(a, b)[0]);
}

BOOST_AUTO_TEST_CASE(such_a_pickle_with_more_or_less_is_refused) {
    const TemporaryFolder folder;
    const auto refused = [&](auto change, const std::string& part) {
        auto variables = variables_of(small_lpips());
        change(variables);
        test::write(folder / "vgg.pkl", official_pickle(variables));
        BOOST_CHECK_EXCEPTION((void)find_vgg16(read_tensor_file(folder / "vgg.pkl")), FormatError,
                              [&](const FormatError& e) {
                                  BOOST_TEST_MESSAGE(e.what());
                                  return test::contains(e.what(), part);
                              });
    };
    refused([](auto& v) { v.pop_back(); }, "cannot be told apart: 17 in this order");
    refused([](auto& v) { v.erase(v.begin() + 2); }, "has 12 kernels of 3x3");
    refused(
        [](auto& v) {
            v.emplace_back("extra", array({2, 3}, std::vector<float>(6)));
        },
        "does not have: \"extra\" [2,3]");
    refused([](auto& v) { std::swap(v[26], v[30]); }, "\"unknown/30\" has shape [1,16,1,1], expected [2]");
}

BOOST_AUTO_TEST_CASE(heads_alone) {
    const TemporaryFolder folder;
    const Lpips<Cpu> expected = small_lpips();
    SafetensorsWriter writer;
    for (int s = 0; s < 5; ++s)
        writer.add(text("lin", s, ".model.1.weight"), {1, expected.vgg().channels(s), 1, 1},
                   expected.head(s).value().data());
    writer.write(folder / "heads.safetensors");
    const NamedTensors file = read_tensor_file(folder / "heads.safetensors");
    Lpips<Cpu> found = Lpips<Cpu>(trained(Vgg16<>(2)));
    load_lpips_heads(file, found);
    for (int s = 0; s < 5; ++s)
        BOOST_TEST(values_of(found.head(s)) == values_of(expected.head(s)), boost::test_tools::per_element());
    Lpips<Cpu> wider = Lpips<Cpu>(Vgg16<>(3));
    BOOST_CHECK_EXCEPTION(load_lpips_heads(file, wider), FormatError, [](const FormatError& e) {
        return test::contains(e.what(), "is no file of LPIPS heads") &&
               test::contains(e.what(), "5 vectors of 3, 6, 12, 24 and 24");
    });
    BOOST_CHECK_THROW((void)find_vgg16(file), FormatError);
}

BOOST_AUTO_TEST_CASE(nothing_is_executed) {
    const TemporaryFolder folder;
    const std::string evil = std::string("\x80\x03") + "cos\nsystem\n" + characters("touch executed") + "\x85R.";
    test::write(folder / "evil.pkl", evil);
    BOOST_CHECK_THROW((void)read_tensor_file(folder / "evil.pkl"), FormatError);
    test::write(folder / "inside.pkl", official_pickle({{"x", evil.substr(2, evil.size() - 3)}}));
    BOOST_CHECK_THROW((void)read_tensor_file(folder / "inside.pkl"), FormatError);
    BOOST_TEST(folder.files().size() == 2u);
}

BOOST_AUTO_TEST_SUITE_END()
