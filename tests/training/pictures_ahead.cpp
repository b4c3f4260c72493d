// SPDX-License-Identifier: Apache-2.0
#include <stylegan/training/pictures_ahead.hpp>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <stdexcept>
#include <string>

BOOST_AUTO_TEST_SUITE(pictures_ahead)

using stylegan::PicturesAhead;

namespace {

constexpr std::size_t bytes = 5;

std::uint8_t pixel(std::uint64_t number, std::size_t i) { return static_cast<std::uint8_t>(number * 11 + i); }

struct Source {
    std::atomic<int> reads{0};
    PicturesAhead::Read read = [this](std::uint64_t number, std::span<std::uint8_t> pixels) {
        ++reads;
        for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = pixel(number, i);
    };
};

bool holds(const PicturesAhead& ahead, std::uint64_t number) {
    const auto found = ahead.find(number, bytes);
    for (std::size_t i = 0; i < found.size(); ++i)
        if (found[i] != pixel(number, i)) return false;
    return found.size() == bytes;
}

}  // namespace

BOOST_AUTO_TEST_CASE(holds_the_pictures_that_were_foreseen) {
    for (const int threads : {1, 3, 100}) {
        Source source;
        PicturesAhead ahead(threads);
        for (std::uint64_t first = 40; first < 40 + 7 * 6; first += 7) {
            ahead.advance(first, 7, bytes, source.read);
            for (std::uint64_t n = first; n < first + 7; ++n) BOOST_TEST(holds(ahead, n) == (first > 40));
            BOOST_TEST(ahead.find(first - 1, bytes).empty());
            BOOST_TEST(ahead.find(first + 7, bytes).empty());
        }
        BOOST_TEST(source.reads <= 6 * 7);
        BOOST_TEST(source.reads >= 5 * 7);
    }
}

BOOST_AUTO_TEST_CASE(a_wrong_guess_is_no_picture) {
    Source source;
    PicturesAhead ahead(2);
    ahead.advance(0, 4, bytes, source.read);
    ahead.advance(8, 4, bytes, source.read);  // not 4
    for (std::uint64_t n = 0; n < 16; ++n) BOOST_TEST(ahead.find(n, bytes).empty());
    ahead.advance(12, 4, 4 * bytes, source.read);  // pictures of another size
    BOOST_TEST(ahead.find(12, 4 * bytes).empty());
    BOOST_TEST(ahead.find(12, bytes).empty());
    ahead.advance(16, 6, bytes, source.read);  // and back
    BOOST_TEST(ahead.find(16, bytes).empty());
    ahead.advance(22, 8, bytes, source.read);  // more than were prefetched: finds those that were
    for (std::uint64_t n = 22; n < 30; ++n) BOOST_TEST(holds(ahead, n) == (n < 28));
    ahead.advance(30, 6, bytes, source.read,
                  false);  // fewer than were prefetched, which may not be those that are needed
    for (std::uint64_t n = 30; n < 38; ++n) BOOST_TEST(!holds(ahead, n));
    ahead.advance(36, 6, bytes, source.read, false);
    for (std::uint64_t n = 36; n < 42; ++n) BOOST_TEST(holds(ahead, n));
}

BOOST_AUTO_TEST_CASE(what_reading_throws_comes_with_the_pictures) {
    const PicturesAhead::Read damaged = [](std::uint64_t number, std::span<std::uint8_t>) {
        if (number == 5) throw std::runtime_error("picture 5 is damaged");
    };
    PicturesAhead ahead(3);
    ahead.advance(0, 4, bytes, damaged);
    BOOST_CHECK_EXCEPTION(ahead.advance(4, 4, bytes, damaged), std::runtime_error,
                          [](const std::runtime_error& e) { return e.what() == std::string("picture 5 is damaged"); });
    PicturesAhead unasked(3);
    unasked.advance(0, 4, bytes, damaged);  // nothing asks for them
}

BOOST_AUTO_TEST_CASE(after_a_damaged_picture_nothing_unread_is_handed_out) {
    for (const int threads : {1, 4}) {
        Source source;
        std::atomic<bool> broken{true};
        const PicturesAhead::Read read = [&](std::uint64_t number, std::span<std::uint8_t> pixels) {
            if (number == 6 && broken) throw std::runtime_error("damaged");
            source.read(number, pixels);
        };
        PicturesAhead ahead(threads);
        ahead.advance(0, 5, bytes, read);
        BOOST_CHECK_THROW(ahead.advance(5, 5, bytes, read), std::runtime_error);
        for (std::uint64_t n = 0; n < 15; ++n) BOOST_TEST(ahead.find(n, bytes).empty());
        broken = false;
        ahead.advance(5, 5, bytes, read);  // nothing was read ahead for it
        BOOST_TEST(ahead.find(5, bytes).empty());
        ahead.advance(10, 5, bytes, read);
        for (std::uint64_t n = 10; n < 15; ++n) BOOST_TEST(holds(ahead, n));
    }
}

BOOST_AUTO_TEST_SUITE_END()
