// SPDX-License-Identifier: Apache-2.0
#include <stylegan/io/networks/architecture_differences.hpp>
#include <stylegan/io/networks/architecture_json.hpp>
#include <stylegan/io/networks/checkpoint.hpp>
#include <stylegan/io/tensors/safetensors.hpp>
#include <stylegan/models/load.hpp>

#include "io/temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(checkpoint)

using namespace stylegan;

namespace {

constexpr Architecture small = [] {
    Architecture a = at_resolution(config_f, 16);
    a.fmap_base = 100;
    a.fmap_max = 12;
    a.latent_size = 5;
    a.dlatent_size = 6;
    a.mapping_fmaps = 7;
    a.mapping_layers = 2;
    return a;
}();

template <auto Original, class Change>
constexpr Architecture changed(Change change) {
    Architecture a = Original;
    change(a);
    return a;
}

using Values = std::map<std::string, std::vector<float>>;

template <class Network>
Values values_of(const Network& network) {
    Values values;
    for_each_parameter(network, [&](const std::string& name, const Parameter<Cpu>& p) {
        values[name].assign(p.value().begin(), p.value().end());
    });
    return values;
}

/// A generator whose values all differ, from each other and from initial values.
AnyGenerator<> generator(float offset = 0) {
    AnyGenerator<> g(small, 1, Cpu{.threads = 1});
    float next = offset;
    for_each_parameter(g, [&](const std::string&, Parameter<Cpu>& p) {
        for (float& v : p.value()) v = next += 1;
    });
    return g;
}

/// Writes Gs of `g` without metadata, with its tensors changed by `change`.
void write_changed(const std::filesystem::path& path, const AnyGenerator<>& g, const std::string& omitted,
                   const std::string& reshaped = {}, const std::vector<std::string>& added = {}) {
    const float number = 0;
    SafetensorsWriter writer;
    for_each_parameter(g, [&](const std::string& name, const Parameter<Cpu>& p) {
        std::vector<Index> shape = p.shape();
        if (name == reshaped) shape = {p.size()};
        if (name != omitted) writer.add("Gs/" + name, shape, p.value().data());
    });
    for (const std::string& name : added) writer.add(name, {}, &number);
    writer.write(path);
}

void write_with_metadata(const std::filesystem::path& path, const std::string& architecture) {
    SafetensorsWriter writer;
    writer.metadata("architecture", architecture);
    writer.write(path);
}

template <class F>
void check_refused(F f, std::initializer_list<std::string> parts) {
    const std::string message = test::message_of<FormatError>(f);
    for (const std::string& part : parts)
        BOOST_TEST(test::contains(message, part), '"' << message << "\" lacks \"" << part << '"');
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_is_saved_is_loaded) {
    const test::TemporaryFolder folder;
    const AnyGenerator<> g = generator();
    save(folder / "g.safetensors", g);
    BasicGenerator<small> typed(uninitialized, Cpu{.threads = 1});
    load(typed, folder / "g.safetensors");
    BOOST_TEST(values_of(typed) == values_of(g));
    const auto any = load_generator(folder / "g.safetensors", Cpu{.threads = 1});
    BOOST_TEST((any.architecture() == small));
    BOOST_TEST(values_of(any) == values_of(g));

    const AnyDiscriminator<> d(small, 3, Cpu{.threads = 1});
    save(folder / "d.safetensors", d);
    BOOST_TEST(values_of(load_discriminator(folder / "d.safetensors", Cpu{.threads = 1})) == values_of(d));
    BasicDiscriminator<small> typed_d(0, Cpu{.threads = 1});
    load(typed_d, folder / "d.safetensors");
    BOOST_TEST(values_of(typed_d) == values_of(d));
}

BOOST_AUTO_TEST_CASE(names_and_metadata_are_as_promised) {
    const test::TemporaryFolder folder;
    save(folder / "g.safetensors", generator());
    const Checkpoint c(folder / "g.safetensors");
    BOOST_TEST(c.has("Gs"));
    BOOST_TEST(!c.has("G"));
    BOOST_TEST(!c.has("D"));
    BOOST_TEST(c.assumed().empty());
    BOOST_TEST((c.file().shape("Gs/G_synthesis/8x8/Conv0_up/weight") == std::vector<Index>{3, 3, 12, 12}));
    const auto json = nlohmann::json::parse(c.metadata().at("architecture"));
    BOOST_TEST(json["resolution"] == 16);
    BOOST_TEST(json["fmap_base"] == 100);
    BOOST_TEST(test::message_of<FormatError>([&] {
                   (void)load_discriminator(folder / "g.safetensors");
               }).find("expected a discriminator") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_average_comes_before_the_trained_generator) {
    const test::TemporaryFolder folder;
    const AnyGenerator<> trained = generator(100), averaged = generator(200);
    const AnyDiscriminator<> d(small, 3, Cpu{.threads = 1});
    SafetensorsWriter writer;
    writer.metadata("architecture", architecture_to_json(small).dump());
    add_parameters(writer, "G/", trained);
    add_parameters(writer, "D/", d);
    writer.write(folder / "without.safetensors");
    BOOST_TEST(values_of(load_generator(folder / "without.safetensors")) == values_of(trained));
    add_parameters(writer, "Gs/", averaged);
    const float step = 3;
    writer.add("training/step", {}, &step);
    writer.write(folder / "with.safetensors");
    BOOST_TEST(values_of(load_generator(folder / "with.safetensors")) == values_of(averaged));
    BOOST_TEST(values_of(load_discriminator(folder / "with.safetensors")) == values_of(d));
}

BOOST_AUTO_TEST_CASE(a_file_without_metadata_opens_and_says_what_it_assumed) {
    const test::TemporaryFolder folder;
    const AnyGenerator<> g = generator();
    write_changed(folder / "g.safetensors", g, "");
    const Checkpoint c(folder / "g.safetensors");
    BOOST_TEST(stylegan::architecture_differences(c.architecture(), small, NetworkKind::generator).empty());
    const auto assumed = c.assumed();
    BOOST_TEST(std::count(assumed.begin(), assumed.end(), "fused_scale = \"auto\"") == 1);
    BOOST_TEST(values_of(load_generator(folder / "g.safetensors")) == values_of(g));

    // keywords that the file does not have are not compared
    constexpr Architecture relu = changed<small>([](auto& a) { a.nonlinearity = Nonlinearity::relu; });
    BasicGenerator<relu> other(uninitialized);
    load(other, folder / "g.safetensors");
    BOOST_TEST(values_of(other) == values_of(g));
}

BOOST_AUTO_TEST_CASE(a_network_of_another_architecture_is_refused_with_all_differences) {
    const test::TemporaryFolder folder;
    const auto path = folder / "g.safetensors";
    save(path, generator());
    constexpr Architecture other = changed<small>([](auto& a) { a.resolution_log2 = 5, a.use_noise = false; });
    BasicGenerator<other> g(uninitialized);
    check_refused([&] { load(g, path); }, {path.string(), "another architecture", "resolution is 16, expected 32",
                                           "use_noise is true, expected false"});

    // keywords without an effect on the generator may differ
    constexpr Architecture same =
        changed<small>([](auto& a) { a.style_mixing_prob = 0, a.mbstd_group_size = 2, a.fmap_base = 99; });
    BasicGenerator<same> h(uninitialized);
    load(h, path);
    BOOST_TEST(values_of(h) == values_of(generator()));
}

BOOST_AUTO_TEST_CASE(tensors_must_be_the_networks) {
    const test::TemporaryFolder folder;
    AnyGenerator<> g = generator();
    const auto path = folder / "g.safetensors";
    const auto loading = [&] { load_parameters(SafetensorsFile(path), "Gs/", g); };

    write_changed(path, g, "G_synthesis/8x8/Conv1/bias");
    check_refused(loading, {path.string(), "no tensor \"Gs/G_synthesis/8x8/Conv1/bias\"", "shape [12]"});
    write_changed(path, g, "", "G_synthesis/8x8/Conv1/weight");
    check_refused(loading,
                  {path.string(), "\"Gs/G_synthesis/8x8/Conv1/weight\" has shape [1296], expected [3,3,12,12]"});
    write_changed(path, g, "", "", {"Gs/a", "Gs/b", "G/c", "Gs/d", "Gs/e"});
    check_refused(
        loading, {path.string(), "has 4 tensors that this network does not have", R"("Gs/a", "Gs/b", "Gs/d", "Gs/e")"});
    AnyGenerator<> allowed = generator(1000);
    load_parameters(SafetensorsFile(path), "Gs/", allowed, ExtraTensors::ignored);
    BOOST_TEST(values_of(allowed) == values_of(g));
    write_changed(path, g, "", "lod");  // [1] for []
    AnyGenerator<> h = generator(1000);
    load_parameters(SafetensorsFile(path), "Gs/", h);
    BOOST_TEST(values_of(h) == values_of(g));
}

BOOST_AUTO_TEST_CASE(extra_tensors_are_listed_and_refused_unless_allowed) {
    const test::TemporaryFolder folder;
    const AnyGenerator<> g = generator();
    const auto path = folder / "g.safetensors";
    const auto check = [&](std::initializer_list<std::string> parts) {
        const std::string message = test::message_of<ExtraTensorsError>([&] { (void)load_generator(path); });
        for (const std::string& part : parts)
            BOOST_TEST(test::contains(message, part), '"' << message << "\" lacks \"" << part << '"');
        const Checkpoint allowed(path, ExtraTensors::ignored);
        BOOST_TEST(values_of(load_generator(allowed, std::make_shared<Context<Cpu>>(Cpu{.threads = 1}))) ==
                   values_of(g));
    };
    write_changed(path, g, "", "", {"Gs/G_synthesis/8x8/Conv2/bias"});
    check({path.string(), "has 1 tensor that", "\"Gs/G_synthesis/8x8/Conv2/bias\""});
    write_changed(path, g, "", "", {"other", "Gsx/lod", "training/step"});  // of no network at all
    check({path.string(), "has 2 tensors that", R"("other", "Gsx/lod")"});
    std::vector<std::string> many;
    for (int i = 10; i < 31; ++i) many.push_back(text("Gs/", i));
    write_changed(path, g, "", "", many);
    check({"has 21 tensors that", R"("Gs/10", "Gs/11")", R"("Gs/29" ...)"});

    // missing tensors are still an error
    write_changed(path, g, "G_synthesis/8x8/Conv1/bias", "", {"Gs/a"});
    check_refused(
        [&] {
            (void)load_generator(Checkpoint(path, ExtraTensors::ignored),
                                 std::make_shared<Context<Cpu>>(Cpu{.threads = 1}));
        },
        {"no tensor \"Gs/G_synthesis/8x8/Conv1/bias\""});
}

BOOST_AUTO_TEST_CASE(widths_that_the_tensors_do_not_have_are_refused_before_a_network_is_built) {
    const test::TemporaryFolder folder;
    const auto path = folder / "g.safetensors";
    const AnyGenerator<> g = generator();
    for (const char* claim : {"fmap_max", "mapping_fmaps", "dlatent_size", "latent_size"}) {
        SafetensorsWriter writer;
        nlohmann::ordered_json json = architecture_to_json(g.architecture());
        json[claim] = 1000000000;
        if (std::string(claim) == "fmap_max") json["fmap_base"] = 2000000000;
        writer.metadata("architecture", json.dump());
        add_parameters(writer, "Gs/", g);
        writer.write(path);
        check_refused([&] { (void)load_generator(path); },
                      {path.string(), "has shape [", "for the architecture of the file"});
    }
    nlohmann::ordered_json json = architecture_to_json(g.architecture());
    json["resolution"] = 65536;  // noise maps of 16 GiB
    json["fmap_base"] = 2000000000;
    SafetensorsWriter writer;
    writer.metadata("architecture", json.dump());
    add_parameters(writer, "Gs/", g);
    writer.write(path);
    check_refused([&] { (void)load_generator(path); }, {path.string(), "has no tensor \"Gs/G_synthesis/"});
    write_with_metadata(path, std::string(1000000, '['));
    check_refused([&] { (void)load_generator(path); }, {path.string(), "nested more than 32 deep"});
}

BOOST_AUTO_TEST_CASE(a_file_without_a_network_is_refused) {
    const test::TemporaryFolder folder;
    const auto path = folder / "g.safetensors";
    const auto opening = [&] { (void)Checkpoint(path); };
    SafetensorsWriter().write(path);
    check_refused(opening, {path.string(), "no tensors \"Gs/...\""});
    write_with_metadata(path, "{");
    check_refused(opening, {path.string(), "\"architecture\" is not JSON"});
    write_with_metadata(path, R"({"resolution": "high"})");
    check_refused(opening, {path.string() + ": architecture", "\"resolution\" is \"high\""});
    write_with_metadata(path, R"({"resolution": 16})");
    check_refused([&] { (void)load_generator(path); }, {path.string(), "expected a generator"});
    BOOST_CHECK_THROW(Checkpoint(folder / "absent.safetensors"), FileError);
}

BOOST_AUTO_TEST_SUITE_END()
