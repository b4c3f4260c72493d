// SPDX-License-Identifier: Apache-2.0
#include <stylegan/io/pictures/png.hpp>
#include <stylegan/io/tensorboard/tensorboard_event.hpp>

#include "io/event_file.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>

BOOST_AUTO_TEST_SUITE(tensorboard_event)

using namespace stylegan;

BOOST_AUTO_TEST_CASE(events_come_back) {
    Image image(5, 3, 4);
    for (std::size_t i = 0; i < image.pixels.size(); ++i) image.pixels[i] = static_cast<std::uint8_t>(7 * i);
    TensorboardEvent event(1.5e9 + 0.25, std::int64_t{1} << 40);
    event.add_scalar("Loss/scores/real", -0.1);
    event.add_scalar("Progress/tick", 12);
    event.add_picture("fakes", image, encode_png(image));
    const auto events = test::read_events(TensorboardEvent::file_version(1.5e9).record() +
                                          TensorboardEvent::restart(2e9, 96).record() + event.record());
    BOOST_REQUIRE(events.size() == 3u);
    BOOST_TEST(events[0].version == "brain.Event:2");
    BOOST_TEST(events[0].time == 1.5e9);
    BOOST_TEST(events[0].step == 0);
    BOOST_TEST(!events[0].restart);
    BOOST_TEST(events[1].restart);
    BOOST_TEST(events[1].step == 96);
    const test::Event& e = events[2];
    BOOST_TEST((e.time == 1.5e9 + 0.25 && e.step == std::int64_t{1} << 40));
    BOOST_TEST((e.scalars == std::map<std::string, float>{{"Loss/scores/real", -0.1f}, {"Progress/tick", 12.0f}}));
    BOOST_REQUIRE(e.pictures.count("fakes") == 1u);
    const test::Event::Picture& picture = e.pictures.at("fakes");
    BOOST_TEST((picture.height == 3 && picture.width == 5 && picture.channels == 4));
    const Bytes png(picture.png.begin(), picture.png.end());
    BOOST_TEST((decode_png(png, "fakes").pixels == image.pixels));
}

BOOST_AUTO_TEST_CASE(the_reader_of_these_tests_notices_each_changed_bit) {
    TensorboardEvent event(1, 2);
    event.add_scalar("a", 3);
    const std::string record = event.record();
    for (std::size_t bit = 0; bit < 8 * record.size(); ++bit) {
        std::string changed = record;
        changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << bit % 8));
        BOOST_CHECK_THROW((void)test::read_events(changed), std::runtime_error);
    }
    BOOST_CHECK_THROW((void)test::read_events(record.substr(1)), std::runtime_error);
    BOOST_CHECK_THROW((void)test::read_events(record.substr(0, record.size() - 1)), std::runtime_error);
}

BOOST_AUTO_TEST_SUITE_END()
