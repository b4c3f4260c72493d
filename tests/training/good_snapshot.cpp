// SPDX-License-Identifier: Apache-2.0
#include "training_case.hpp"

#include "io/temporary_folder.hpp"

#include <stylegan/training/good_snapshot.hpp>

#include <filesystem>
#include <limits>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(good_snapshot)

using namespace training_test;

BOOST_AUTO_TEST_CASE(the_first_that_is_good_is_taken) {
    const test::TemporaryFolder folder;
    const Architecture a = tiny(2);
    Trainer<Cpu> trainer(a, few_steps(), boxes(a), Cpu{.threads = 1});
    std::vector<std::filesystem::path> newest_first;
    for (const char* name : {"1", "2", "3", "4"}) {
        trainer.step();
        save_snapshot(folder / name, trainer);
        newest_first.insert(newest_first.begin(), folder / name);
    }
    std::vector<BadSnapshot> bad;
    auto good = first_good_snapshot(newest_first, bad);
    BOOST_TEST_REQUIRE(good.has_value());
    BOOST_TEST(bad.empty());
    BOOST_TEST(good->record.value().progress.steps == 4u);

    auto bytes = test::read(folder / "4");
    bytes[bytes.size() / 2] ^= 1;
    test::write(folder / "4", bytes);
    test::write(folder / "3", "");
    good = first_good_snapshot(newest_first, bad);
    BOOST_TEST_REQUIRE(good.has_value());
    BOOST_TEST(good->record.value().progress.steps == 2u);
    BOOST_TEST_REQUIRE(bad.size() == 2u);
    BOOST_TEST(bad[0].path == folder / "4");
    BOOST_TEST(!test::contains(bad[0].reason, folder.path().string()), bad[0].reason);
    BOOST_TEST(bad[1].path == folder / "3");

    for_each_parameter(trainer.generator(), [](const std::string&, Parameter<Cpu>& p) {
        p.value()[0] = std::numeric_limits<float>::quiet_NaN();
    });
    save_snapshot(folder / "2", trainer);
    std::filesystem::remove(folder / "1");
    bad.clear();
    BOOST_TEST(!first_good_snapshot(newest_first, bad).has_value());
    BOOST_TEST(bad.size() == 4u);
    BOOST_TEST(test::contains(bad[2].reason, "not finite"));
    BOOST_TEST(test::contains(bad[3].reason, "cannot be opened"));
}

BOOST_AUTO_TEST_SUITE_END()
