// SPDX-License-Identifier: Apache-2.0
#include <stylegan/io/tensors/safetensors.hpp>
#include <stylegan/models/load_vgg16.hpp>

#include "io/temporary_folder.hpp"
#include "networks.hpp"

#include <boost/test/unit_test.hpp>

#include <cstring>
#include <functional>

BOOST_AUTO_TEST_SUITE(load_vgg16)

using namespace stylegan;
using namespace model_test;
using test::TemporaryFolder;

namespace {

struct Entry {
    std::string name;
    std::vector<Index> shape;
    std::vector<float> values;
};

/// The tensors of a small VGG16 under meaningless names: kernels and biases in turn, then heads.
std::vector<Entry> nameless(const Vgg16<>& vgg, bool outputs_first) {
    std::vector<Entry> all;
    for_each_parameter(vgg, [&](const std::string&, const Parameter<Cpu>& p) {
        Entry e{text("variable", all.size()), p.shape(), {p.value().begin(), p.value().end()}};
        if (outputs_first && p.shape().size() == 4) {
            const Index in = p.shape()[2], out = p.shape()[3];
            e.shape = {out, in, 3, 3};
            for (Index k = 0; k < 9; ++k)
                for (Index i = 0; i < in; ++i)
                    for (Index o = 0; o < out; ++o)
                        e.values[std::size_t((o * in + i) * 9 + k)] = p.value()[std::size_t((k * in + i) * out + o)];
        }
        all.push_back(e);
    });
    return all;
}

std::vector<Entry> heads(const Vgg16<>& vgg, bool as_kernels) {
    std::vector<Entry> all;
    for (int s = 0; s < 5; ++s) {
        const Index n = vgg.channels(s);
        all.push_back({text("head", s), as_kernels ? std::vector<Index>{1, n, 1, 1} : std::vector<Index>{n},
                       std::vector<float>(std::size_t(n), 1.0f)});
    }
    return all;
}

SafetensorsFile write(const TemporaryFolder& folder, const std::vector<Entry>& entries) {
    SafetensorsWriter writer;
    for (const Entry& e : entries) writer.add(e.name, e.shape, e.values.data());
    writer.write(folder / "weights.safetensors");
    return SafetensorsFile(folder / "weights.safetensors");
}

bool same_weights(const Vgg16<>& a, const Vgg16<>& b) {
    std::vector<float> values[2];
    for (const auto* v : {&a, &b})
        for_each_parameter(*v, [&](const std::string&, const Parameter<Cpu>& p) {
            auto& to = values[v == &a ? 0 : 1];
            to.insert(to.end(), p.value().begin(), p.value().end());
        });
    return values[0] == values[1];
}

const Vgg16<>& network() {
    static const Vgg16<> vgg = trained(Vgg16<>(2));
    return vgg;
}

/// The error message for a file.
std::string refusal(const std::function<std::vector<Entry>(std::vector<Entry>)>& change, bool outputs_first = true) {
    const TemporaryFolder folder;
    try {
        (void)find_vgg16(write(folder, change(nameless(network(), outputs_first))));
        return "accepted";
    } catch (const FormatError& e) {
        return e.what();
    }
}

bool contains(const std::string& s, const std::string& part) { return s.find(part) != std::string::npos; }

}  // namespace

BOOST_AUTO_TEST_CASE(what_is_saved_is_loaded) {
    const TemporaryFolder folder;
    const Vgg16<> stored = trained(Vgg16<>(3, {.wscale = true}));
    save_vgg16(folder / "vgg.safetensors", stored, {{"note", "mine"}});
    const SafetensorsFile file(folder / "vgg.safetensors");
    BOOST_TEST(file.metadata().at("note") == "mine");
    BOOST_TEST(file.names().size() == 26u);
    BOOST_TEST((file.shape("features.28.weight") == std::vector<Index>{24, 24, 3, 3}));
    const Vgg16<> loaded = stylegan::load_vgg16(file, stored.shared_context());
    BOOST_TEST(loaded.width() == 3);
    const auto x = random_array<float, 4>({1, 3, 20, 16}, 1);
    const auto a = stored.features(x), b = loaded.features(x);
    for (std::size_t s = 0; s < 5; ++s) BOOST_TEST(distance(a[s], b[s]) < 1e-5);
    Vgg16<> again(3, {.wscale = true}, stored.shared_context());  // stored by equalized learning rate
    stylegan::load_vgg16(file, find_vgg16(file), again);
    const auto c = again.features(x);
    for (std::size_t s = 0; s < 5; ++s) BOOST_TEST(distance(a[s], c[s]) < 1e-5);
}

BOOST_AUTO_TEST_CASE(dense_layers_are_not_looked_at) {
    const TemporaryFolder folder;
    std::vector<Entry> entries = nameless(network(), true);
    for (std::size_t i = 0; i < 26; ++i)
        entries[i].name = text("features.", detail::torchvision_numbers()[i / 2], i % 2 == 0 ? ".weight" : ".bias");
    entries.push_back({"classifier.0.weight", {2, 3}, std::vector<float>(6)});
    const SafetensorsFile file = write(folder, entries);
    BOOST_TEST(same_weights(stylegan::load_vgg16(file, network().shared_context()), network()));

    entries[3].name = "features.3.bias";
    const TemporaryFolder other;
    BOOST_CHECK_EXCEPTION((void)find_vgg16(write(other, entries)), FormatError,
                          [](const FormatError& e) { return contains(e.what(), "has no tensor \"features.2.bias\""); });
    entries[3].name = "features.2.bias";
    entries[4].shape = {1, 2, 3, 3 * 4};
    const TemporaryFolder third;
    BOOST_CHECK_EXCEPTION((void)find_vgg16(write(third, entries)), FormatError, [](const FormatError& e) {
        return contains(e.what(),
                        "\"features.5.weight\" has shape [1,2,3,12], expected [4,2,3,3] in a VGG16 of width 2");
    });
}

BOOST_AUTO_TEST_CASE(is_recognised_by_order_and_shape) {
    for (const bool outputs_first : {true, false})
        for (const int arrangement :
             {0, 1, 2, 3}) {  // without heads; with them after, before, and as kernels in between
            const TemporaryFolder folder;
            std::vector<Entry> entries = nameless(network(), outputs_first);
            const auto h = heads(network(), arrangement == 3);
            if (arrangement == 1) entries.insert(entries.end(), h.begin(), h.end());
            for (std::size_t s = 0; s < 5 && arrangement == 3; ++s)
                entries.insert(entries.begin() + std::ptrdiff_t(5 * s), h[s]);
            if (arrangement == 2) entries.insert(entries.begin(), h.begin(), h.end());
            const SafetensorsFile file = write(folder, entries);
            const Vgg16Tensors found = find_vgg16(file);
            BOOST_TEST(found.outputs_first == outputs_first);
            BOOST_TEST(found.width == 2);
            BOOST_TEST(found.heads.size() == (arrangement == 0 ? 0u : 5u));
            if (arrangement != 0) BOOST_TEST(found.heads[4] == "head4");
            BOOST_TEST(same_weights(stylegan::load_vgg16(file, network().shared_context()), network()));
        }
}

BOOST_AUTO_TEST_CASE(refuses_what_is_missing_left_over_or_ambiguous) {
    using Entries = std::vector<Entry>;
    const auto without = [](std::size_t i) {
        return [i](Entries e) {
            e.erase(e.begin() + std::ptrdiff_t(i));
            return e;
        };
    };
    BOOST_TEST(contains(refusal(without(4)), "is no VGG16: has 12 kernels of 3x3"));
    BOOST_TEST(contains(refusal(without(5)), "cannot be told apart: 12 in this order"));
    BOOST_TEST(contains(refusal([](Entries e) {
                            e.push_back({"mystery", {3, 5, 7}, std::vector<float>(105)});
                            return e;
                        }),
                        "has tensors that VGG16 does not have: \"mystery\" [3,5,7]"));
    BOOST_TEST(contains(refusal([](Entries e) {
                            std::swap(e[2], e[4]);  // a kernel where another is expected
                            return e;
                        }),
                        "\"variable4\" has shape [4,2,3,3], expected [2,2,3,3]"));
    BOOST_TEST(contains(refusal([](Entries e) {
                            e[4].shape = {3, 3, 2, 4};
                            return e;
                        }),
                        "it is ambiguous whether kernels are"));
    BOOST_TEST(contains(refusal([](Entries e) {
                            Entry head = e[1];  // 14 vectors
                            head.name = "one head";
                            e.insert(e.begin() + 2, head);
                            return e;
                        }),
                        "cannot be told apart: 14 in this order"));
    BOOST_TEST(contains(refusal([](Entries) { return Entries{{"a", {3}, {1, 2, 3}}}; }), "is no VGG16: has 0 kernels"));
}

BOOST_AUTO_TEST_SUITE_END()
