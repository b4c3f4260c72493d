// SPDX-License-Identifier: Apache-2.0
#include "training_case.hpp"

#include "io/temporary_folder.hpp"

#include <stylegan/training/frozen_layers.hpp>

#include <set>

BOOST_AUTO_TEST_SUITE(frozen_layers)

using namespace training_test;

BOOST_AUTO_TEST_CASE(they_are_counted_from_the_pictures_on) {
    const Architecture a = tiny(2);
    const std::vector<std::string> all{"FromRGB_lod0/", "8x8/Conv0/",  "8x8/Conv1_down/",
                                       "4x4/Conv/",     "4x4/Dense0/", "4x4/Dense1/"};
    BOOST_TEST(discriminator_layers(a) == all, boost::test_tools::per_element());
    BOOST_TEST(stylegan::frozen_layers(a, 0).empty());
    BOOST_TEST(stylegan::frozen_layers(a, 6) == all, boost::test_tools::per_element());
    BOOST_TEST(test::message_of<ValueError>([&] { (void)stylegan::frozen_layers(a, 7); }) ==
               "training: freeze_d is 7, expected 0 to 6, the layers of the discriminator");
    std::set<std::string> layers;  // of the network itself, but for the smaller FromRGB
    const AnyDiscriminator<Cpu> network(a, 0);
    for_each_parameter(network, [&](const std::string& name, const Parameter<Cpu>& p) {
        if (p.trainable() && !name.starts_with("FromRGB_lod1")) layers.insert(name.substr(0, name.rfind('/') + 1));
    });
    BOOST_TEST((layers == std::set<std::string>(all.begin(), all.end())));
}

BOOST_AUTO_TEST_CASE(they_stay_as_they_are_and_the_others_move) {
    const Architecture a = tiny(2);
    for (const double beta1 : {0.0, 0.5}) {
        TrainingOptions o = few_steps();
        o.freeze_d = 2;
        o.adam.beta1 = beta1;
        Trainer<Cpu> trainer(a, o, boxes(a), Cpu{.threads = 1});
        const AnyDiscriminator<Cpu> before = trainer.discriminator();
        std::map<std::string, std::vector<float>> values;
        for_each_parameter(before, [&](const std::string& name, const Parameter<Cpu>& p) {
            values[name].assign(p.value().begin(), p.value().end());
        });
        steps(trainer, 5);
        for_each_parameter(trainer.discriminator(), [&](const std::string& name, const Parameter<Cpu>& p) {
            if (!p.trainable() || name.starts_with("FromRGB_lod1")) return;
            const bool same = std::equal(p.value().begin(), p.value().end(), values[name].begin());
            BOOST_TEST(same == (name.starts_with("FromRGB_lod0") || name.starts_with("8x8/Conv0")), name);
        });
    }
}

BOOST_AUTO_TEST_SUITE_END()
