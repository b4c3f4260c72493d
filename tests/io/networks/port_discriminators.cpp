// SPDX-License-Identifier: Apache-2.0
#include "io/temporary_folder.hpp"

#include <stylegan/io/networks/open_network_file.hpp>
#include <stylegan/io/networks/port_discriminators.hpp>
#include <stylegan/io/tensors/safetensors_writer.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(port_discriminators)

using namespace stylegan;

BOOST_AUTO_TEST_CASE(a_file_with_nothing_else_is_refused_with_the_reason) {
    const test::TemporaryFolder folder;
    const float number = 0;
    const auto refusal = [&](const std::vector<std::string>& names) {
        SafetensorsWriter writer;
        for (const std::string& name : names) writer.add(name, {}, &number);
        writer.write(folder / "d.safetensors");
        return test::message_of<FormatError>([&] { (void)open_network_file(folder / "d.safetensors"); });
    };
    const std::vector<std::vector<std::string>> rosinality{
        {"progression.0.conv1.0.conv.weight_orig", "from_rgb.0.conv.weight_orig", "linear.linear.weight_orig"},
        {"discriminator/module.from_rgb.0.0.conv.weight_orig", "d_optimizer/state/0/step"}};
    for (const auto& names : rosinality) {
        const std::string message = refusal(names);
        BOOST_TEST(test::contains(message, "d.safetensors: has a discriminator of rosinality/style-based-gan-pytorch"),
                   message);
        BOOST_TEST(test::contains(message, "no activation and its minibatch statistics go over the whole batch"));
        BOOST_TEST(message.ends_with("; expected a generator"));
    }
    const std::string message = refusal({"from_rgb.0.weight", "blocks.0.conv0.weight", "final_block.conv.weight"});
    BOOST_TEST(test::contains(message, "has a discriminator of huangzh13/StyleGAN.pytorch, which is not read: "),
               message);
    BOOST_TEST(test::contains(refusal({"other.weight"}), "expected a network"));
}

BOOST_AUTO_TEST_SUITE_END()
