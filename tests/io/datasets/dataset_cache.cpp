// SPDX-License-Identifier: Apache-2.0
#include "io/temporary_folder.hpp"
#include "io/test_images.hpp"

#include <stylegan/io/datasets/dataset.hpp>
#include <stylegan/io/pictures/png.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <string>

// Whether a picture comes from the cache shows when its file is gone.
BOOST_AUTO_TEST_SUITE(dataset_cache)

using stylegan::Dataset;
using stylegan::Error;

namespace {

constexpr int side = 8, pictures = 6;
constexpr std::size_t size = 3 * side * side;  // of a picture, in bytes

class Folder {
public:
    Folder() {
        for (int i = 0; i < pictures; ++i)
            test::write(folder_ / (std::to_string(i) + ".png"),
                        stylegan::encode_png(test::random_image(side, side, 3, static_cast<std::uint64_t>(i))));
    }

    [[nodiscard]] Dataset open(std::size_t cache_bytes) const {
        return Dataset(folder_.path(), {.cache_bytes = cache_bytes});
    }

    void remove_pictures() const {
        for (int i = 0; i < pictures; ++i) std::filesystem::remove(folder_ / (std::to_string(i) + ".png"));
    }

private:
    test::TemporaryFolder folder_;
};

/// The number of pictures that are there without their files.
int cached(const Dataset& data, int halvings) {
    int count = 0;
    for (std::size_t i = 0; i < pictures; ++i) try {
            (void)data.picture(i, halvings);
            ++count;
        } catch (const Error&) {
        }
    return count;
}

void read_all(const Dataset& data, int halvings) {
    for (std::size_t i = 0; i < pictures; ++i) (void)data.picture(i, halvings);
}

}  // namespace

BOOST_AUTO_TEST_CASE(holds_as_many_pictures_as_its_size_allows) {
    const std::pair<std::size_t, int> cases[] = {{0, 0},        {size - 1, 0},     {size, 1},
                                                 {3 * size, 3}, {4 * size - 1, 3}, {6 * size, 6}};
    for (const auto& [bytes, expected] : cases) {
        const Folder folder;
        const Dataset data = folder.open(bytes);
        read_all(data, 0);
        read_all(data, 0);
        folder.remove_pictures();
        BOOST_TEST(cached(data, 0) == expected, bytes << " bytes");
        BOOST_TEST(cached(data, 1) == expected, bytes << " bytes");  // halved from the whole picture
    }
}

// Where the whole pictures do not fit, the level that was asked for last is kept.
BOOST_AUTO_TEST_CASE(holds_halved_pictures_instead_if_whole_ones_are_too_many) {
    const Folder folder;
    const Dataset data = folder.open(2 * size);
    read_all(data, 1);
    read_all(data, 0);  // two fit, in place of their halves
    read_all(data, 1);  // the other four are halves again
    folder.remove_pictures();
    BOOST_TEST(cached(data, 1) >= 2);
    BOOST_TEST(cached(data, 0) <= 2);

    const Folder other;
    const Dataset halves = other.open(2 * size);
    read_all(halves, 1);  // six quarters
    other.remove_pictures();
    BOOST_TEST(cached(halves, 1) == 6);
    BOOST_TEST(cached(halves, 0) == 0);
}

// A level that takes the place of another gives its room back.
BOOST_AUTO_TEST_CASE(forgets_the_size_of_what_it_replaces) {
    const Folder folder;
    const Dataset data = folder.open(2 * size);
    for (int i = 0; i < 20; ++i) {
        read_all(data, 1);
        read_all(data, 2);
    }
    read_all(data, 1);
    folder.remove_pictures();
    BOOST_TEST(cached(data, 1) == pictures);
}

BOOST_AUTO_TEST_SUITE_END()
