// SPDX-License-Identifier: Apache-2.0
#include "io/temporary_folder.hpp"

#include <stylegan/io/networks/architecture_differences.hpp>
#include <stylegan/io/networks/architecture_json.hpp>
#include <stylegan/io/networks/checkpoint.hpp>
#include <stylegan/io/networks/convert_networks.hpp>
#include <stylegan/io/pickle/torch_file.hpp>
#include <stylegan/models/load.hpp>

#include <boost/test/unit_test.hpp>

#include <cmath>

BOOST_AUTO_TEST_SUITE(convert_networks)

using namespace stylegan;

namespace {

Architecture small() {
    Architecture a = at_resolution(config_f, 16);
    a.fmap_base = 64;
    a.fmap_max = 12;
    a.latent_size = a.dlatent_size = a.mapping_fmaps = 10;
    a.mapping_layers = 2;
    return a;
}

/// All numbers differ.
template <class Network>
void fill(Network& network, float step) {
    float x = -1;
    for_each_parameter(network, [&](const std::string&, auto& p) {
        for (auto& v : p.value()) v = std::sin(x += step);
    });
}

void write_both(const std::filesystem::path& path, const Architecture& a) {
    const auto context = std::make_shared<Context<Cpu>>(Cpu{.threads = 1});
    AnyGenerator<Cpu> g(a, context, uninitialized), gs(a, context, uninitialized);
    AnyDiscriminator<Cpu> d(a, context, uninitialized);
    fill(g, 0.3f);
    fill(gs, 0.7f);
    fill(d, 1.1f);
    SafetensorsWriter writer;
    writer.metadata("architecture", architecture_to_json(a).dump());
    add_parameters(writer, "G/", g);
    add_parameters(writer, "D/", d);
    add_parameters(writer, "Gs/", gs);
    writer.write(path);
}

void check_equal(const NamedTensors& a, const NamedTensors& b) {
    BOOST_TEST(a.names().size() == b.names().size());
    for (const std::string& name : a.names()) {
        BOOST_TEST_CONTEXT(name) {
            BOOST_TEST_REQUIRE(b.contains(name));
            BOOST_TEST(a.shape(name) == b.shape(name), boost::test_tools::per_element());
            const bool equal = a.read_float(name) == b.read_float(name);
            BOOST_TEST(equal);
        }
    }
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_official_layout_and_ours_hold_the_same) {
    const test::TemporaryFolder folder;
    Architecture odd = small();
    odd.label_size = 3;
    odd.blur_filter = no_blur;
    odd.fused_scale = FusedScale::on;
    odd.mbstd_group_size = 2;
    odd.nonlinearity = Nonlinearity::relu;
    odd.style_mixing_prob = 0;
    Architecture progressive = config_a;
    progressive.resolution_log2 = 4;
    progressive.fmap_max = progressive.latent_size = 8;
    for (const Architecture& a : {small(), odd, progressive}) {
        write_both(folder / "a.safetensors", a);
        const Checkpoint ours(folder / "a.safetensors");
        write_networks(folder / "b.pkl", ours.networks());
        const Checkpoint official(folder / "b.pkl");
        BOOST_TEST(official.format() == "official TensorFlow pickle");
        BOOST_TEST(official.assumed().empty());
        const std::vector<std::string> none;
        BOOST_TEST(stylegan::architecture_differences(official.architecture(), a, NetworkKind::generator) == none,
                   boost::test_tools::per_element());
        BOOST_TEST(stylegan::architecture_differences(official.architecture(NetworkKind::discriminator), a,
                                                      NetworkKind::discriminator) == none,
                   boost::test_tools::per_element());
        check_equal(ours.file(), official.file());
        write_networks(folder / "c.safetensors", official.networks());
        const Checkpoint again(folder / "c.safetensors");
        check_equal(ours.file(), again.file());
        BOOST_TEST(again.assumed().empty());
    }
}

BOOST_AUTO_TEST_CASE(rosinalitys_layout_comes_back) {
    const test::TemporaryFolder folder;
    Architecture a = small();
    a.bias_before_blur = a.shared_noise = true;
    a.instance_norm_epsilon = 1e-5;
    for (const FusedScale fused : {FusedScale::automatic, FusedScale::on}) {
        a.fused_scale = fused;
        write_both(folder / "a.safetensors", a);
        const Checkpoint ours(folder / "a.safetensors");
        write_networks(folder / "b.pt", ours.networks());
        const Checkpoint port(folder / "b.pt");
        BOOST_TEST(port.format() == "PyTorch, rosinality/style-based-gan-pytorch");
        BOOST_TEST(stylegan::architecture_differences(port.architecture(), a, NetworkKind::generator).empty() == true);
        for (const std::string& name : port.file().names()) {
            if (name.find("noise") != std::string::npos || name.find("lod") != std::string::npos ||
                name == "Gs/dlatent_avg") {
                if (name.find("ToRGB") == std::string::npos) continue;  // that program does not have it
            }
            if (name.starts_with("Gs/G_synthesis/4x4/Const/") && name.find("Noise") == std::string::npos &&
                name.find("StyleMod") == std::string::npos)
                continue;  // the bias is added to the constant
            const auto found = port.file().read_float(name), expected = ours.file().read_float(name);
            BOOST_TEST_REQUIRE(found.size() == expected.size(), name);
            for (std::size_t i = 0; i < found.size(); ++i)
                BOOST_TEST(std::abs(found[i] - expected[i]) <= 3e-7f * std::max(1.0f, std::abs(expected[i])), name);
        }
        const auto context = std::make_shared<Context<Cpu>>(Cpu{.threads = 1});
        const auto g = load_generator(ours, context), h = load_generator(port, context);
        write_networks(folder / "c.safetensors", port.networks());
        for (const AnyGenerator<Cpu>& measured : {h, load_generator(Checkpoint(folder / "c.safetensors"), context)}) {
            BOOST_TEST(measured.w_average() == h.measure_w_average(), boost::test_tools::per_element());
            BOOST_TEST(measured.w_average()[0] != 0);
        }
        auto z = AnyGenerator<Cpu>::Latents::from_shape({2, 10});
        for (std::size_t i = 0; i < z.size(); ++i) z.data()[i] = std::cos(static_cast<float>(i));
        AnyGenerator<Cpu>::Options options;
        options.noise = Noise::random;
        options.lod = 0;
        const auto x = g(z, options), y = h(z, options);
        float largest = 0, difference = 0;
        for (std::size_t i = 0; i < x.size(); ++i) {
            largest = std::max(largest, std::abs(x.data()[i]));
            difference = std::max(difference, std::abs(x.data()[i] - y.data()[i]));
        }
        BOOST_TEST(difference <= 1e-4f * largest);
    }
}

BOOST_AUTO_TEST_CASE(a_port_with_tensors_that_its_generator_does_not_have) {
    const test::TemporaryFolder folder;
    Architecture a = small();
    a.bias_before_blur = a.shared_noise = true;
    a.instance_norm_epsilon = 1e-5;
    write_both(folder / "a.safetensors", a);
    write_networks(folder / "b.pt", Checkpoint(folder / "a.safetensors").networks());
    const NamedTensors port = read_torch(folder / "b.pt");
    SafetensorsWriter writer;  // those names, with one more
    std::vector<std::vector<float>> values;
    values.reserve(port.names().size());
    for (const std::string& name : port.names()) {
        values.push_back(port.read_float(name));
        writer.add(name, port.shape(name), values.back().data());
    }
    const float number = 0;
    writer.add("generator.to_rgb.0.conv.scale", {}, &number);
    writer.write(folder / "c.safetensors");
    const std::string message =
        test::message_of<ExtraTensorsError>([&] { (void)Checkpoint(folder / "c.safetensors"); });
    BOOST_TEST(
        test::contains(message, "has 1 tensor that this network does not have: \"generator.to_rgb.0.conv.scale\""),
        message);
    const Checkpoint allowed(folder / "c.safetensors", ExtraTensors::ignored);
    check_equal(allowed.file(), Checkpoint(folder / "b.pt").file());
    BOOST_TEST(allowed.networks().left_out == "");

    // a file from training has a discriminator and both generators
    SafetensorsWriter training;
    for (const char* prefix : {"generator/module.", "g_running/"})
        for (std::size_t i = 0; i < values.size(); ++i)
            training.add(prefix + port.names()[i], port.shape(port.names()[i]), values[i].data());
    training.add("discriminator/module.from_rgb.0.conv.weight_orig", {}, &number);
    training.write(folder / "d.safetensors");
    const Checkpoint both(folder / "d.safetensors");
    BOOST_TEST(both.has("G"));
    BOOST_TEST(both.has("Gs"));
    BOOST_TEST(!both.has("D"));
    BOOST_TEST(test::contains(both.networks().left_out, "a discriminator of rosinality/style-based-gan-pytorch"));
}

BOOST_AUTO_TEST_CASE(a_format_that_cannot_hold_a_network_is_refused_with_the_reason) {
    const test::TemporaryFolder folder;
    const auto refusal = [&](const Architecture& a, const std::string& to) {
        NetworkFile file;
        file.generator = file.discriminator = a;
        return test::message_of<ValueError>([&] { write_networks(folder / to, file); });
    };
    BOOST_TEST(test::contains(refusal(small(), "a.pt"), "bias before the blur"));
    BOOST_TEST(test::contains(refusal(small(), "a.txt"), "ends with \".txt\", expected .safetensors, .pkl"));
    Architecture a = small();
    a.shared_noise = true;
    BOOST_TEST(test::contains(refusal(a, "a.pkl"), "a noise map for each layer"));
    a = small();
    a.base = {4, 6};
    BOOST_TEST(test::contains(refusal(a, "a.pkl"), "begin at 4x4"));
    a = small();
    a.bias_before_blur = a.shared_noise = true;
    a.instance_norm_epsilon = 1e-5;
    a.label_size = 2;
    BOOST_TEST(test::contains(refusal(a, "a.pt"), "no labels"));
    BOOST_TEST(folder.files().empty());
}

BOOST_AUTO_TEST_SUITE_END()
