// SPDX-License-Identifier: Apache-2.0
#include "device/thread_ranks.hpp"
#include "io/temporary_folder.hpp"

#include <stylegan/io/files/zip_writer.hpp>
#include <stylegan/io/pictures/png.hpp>
#include <stylegan/metrics/distribution/feature_cache.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(feature_cache)

using namespace stylegan;

/// A folder with pictures, and features that count the pictures they are asked for.
struct WithPictures {
    WithPictures() {
        for (int k = 0; k < 7; ++k) write_picture(k, k);
    }

    void write_picture(int number, int value) const {
        Image image(8, 8, 3);
        std::fill(image.pixels.begin(), image.pixels.end(), static_cast<std::uint8_t>(10 * value));
        image.pixels[5] = 200;
        std::filesystem::create_directories(folder / "faces");
        write_png(folder / text("faces/p", number, ".png"), image);
    }

    /// The mean of a picture, and its first value.
    [[nodiscard]] PictureFeatures features(const std::string& name = "means", std::uint64_t digest = 1) {
        return {.name = name,
                .width = 2,
                .digest = digest,
                .compute = [this](std::span<const std::uint8_t> pictures, const Shape4& shape, Rows<float> out) {
                    const Index size = shape[1] * shape[2] * shape[3];
                    for (Index n = 0; n < shape[0]; ++n) {
                        double sum = 0;
                        for (Index k = 0; k < size; ++k) sum += pictures[static_cast<std::size_t>(n * size + k)];
                        out(n, 0) = static_cast<float>(sum / static_cast<double>(size));
                        out(n, 1) = value_of(pictures[static_cast<std::size_t>(n * size)]);
                    }
                    asked += shape[0];
                }};
    }
    [[nodiscard]] float value_of(std::uint8_t v) const {
        return not_finite ? std::numeric_limits<float>::quiet_NaN() : static_cast<float>(v);
    }

    [[nodiscard]] CachedFeatures compute(const PictureFeatures& of, const std::string& where = "faces", Index most = 0,
                                         bool cached = true) const {
        return features_of_dataset(std::make_shared<const Dataset>(folder / where), of, most, 3, cached);
    }

    /// The names of the cache files, sorted.
    [[nodiscard]] std::vector<std::string> files() const {
        std::vector<std::string> all;
        for (const std::string& name : folder.files())
            if (name.find(".features-") != std::string::npos) all.push_back(name);
        std::sort(all.begin(), all.end());
        return all;
    }

    test::TemporaryFolder folder;
    std::atomic<Index> asked = 0;
    bool not_finite = false;
};

BOOST_FIXTURE_TEST_CASE(the_second_time_the_network_does_not_run, WithPictures) {
    const CachedFeatures first = compute(features());
    BOOST_TEST(asked == 7);
    BOOST_TEST(first.computed == 7);
    BOOST_TEST(first.notes.empty());
    BOOST_TEST_REQUIRE(files().size() == 1u);
    BOOST_TEST(files()[0].starts_with("faces.features-"));
    BOOST_TEST(files()[0].ends_with(".safetensors"));
    const CachedFeatures second = compute(features(), "faces/");
    BOOST_TEST(asked == 7);
    BOOST_TEST(second.computed == 0);
    BOOST_TEST((second.features.values == first.features.values));
    BOOST_TEST(second.features.count == 7);
    BOOST_TEST(second.features.width == 2);
    BOOST_TEST(second.notes.empty());
    (void)compute(features(), "faces", 0, false);
    BOOST_TEST(asked == 14);
}

BOOST_FIXTURE_TEST_CASE(features_of_fewer_pictures_are_part_of_those_of_all, WithPictures) {
    const CachedFeatures some = compute(features(), "faces", 4);
    BOOST_TEST(some.features.count == 4);
    const CachedFeatures all = compute(features());
    BOOST_TEST(asked == 7);  // 4, and the other 3
    BOOST_TEST(all.computed == 3);
    BOOST_TEST(compute(features(), "faces", 5).features.count == 5);
    BOOST_TEST(asked == 7);
    BOOST_TEST((compute(features(), "faces", 0, false).features.values == all.features.values));
    BOOST_TEST(files().size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(an_archive_has_its_file_beside_it_and_the_key_of_the_folder, WithPictures) {
    const CachedFeatures unpacked = compute(features());
    ZipWriter zip(folder / "packed.v2.zip");
    for (int k = 0; k < 7; ++k) zip.add(text("p", k, ".png"), test::read(folder / text("faces/p", k, ".png")));
    zip.add("dataset.json", std::string("{}"));  // not a picture
    zip.commit();
    const CachedFeatures packed = compute(features(), "packed.v2.zip");
    BOOST_TEST(asked == 14);
    BOOST_TEST(packed.content == unpacked.content);
    BOOST_TEST((packed.features.values == unpacked.features.values));
    BOOST_TEST_REQUIRE(files().size() == 2u);
    BOOST_TEST(files()[1].starts_with("packed.v2.features-"));
    BOOST_TEST(compute(features(), "packed.v2.zip").computed == 0);
}

BOOST_FIXTURE_TEST_CASE(other_contents_and_other_networks_have_other_files, WithPictures) {
    const CachedFeatures first = compute(features());
    write_picture(3, 20);
    const CachedFeatures changed = compute(features());
    BOOST_TEST(asked == 14);
    BOOST_TEST(changed.content != first.content);
    BOOST_TEST((changed.features.values != first.features.values));
    BOOST_TEST(files().size() == 2u);
    (void)compute(features("means", 2));  // the same name, other weights
    BOOST_TEST(asked == 21);
    (void)compute(features("means, clean", 1));  // another way to resize
    BOOST_TEST(asked == 28);
    BOOST_TEST(files().size() == 4u);
    std::filesystem::rename(folder / "faces/p6.png", folder / "faces/a.png");  // another order
    (void)compute(features());
    BOOST_TEST(asked == 35);
    (void)compute(features("unknown", 0));  // nobody knows what these depend on
    BOOST_TEST(files().size() == 5u);
}

BOOST_FIXTURE_TEST_CASE(a_damaged_or_foreign_file_is_replaced, WithPictures) {
    const CachedFeatures first = compute(features());
    const std::string name = files().at(0);
    const std::vector<std::uint8_t> good = test::read(folder / name);
    const auto again = [&](const std::string& reason) {
        const Index before = asked;
        const CachedFeatures found = compute(features());
        BOOST_TEST(asked == before + 7);
        BOOST_TEST((found.features.values == first.features.values));
        BOOST_TEST_REQUIRE(found.notes.size() == 1u);
        BOOST_TEST(found.notes[0].find(reason) != std::string::npos, found.notes[0]);
        BOOST_TEST(found.notes[0].find("computed anew") != std::string::npos);
        BOOST_TEST((test::read(folder / name) == good));
    };
    std::vector<std::uint8_t> bad = good;
    bad.back() ^= 1;
    test::write(folder / name, bad);
    again("is damaged");
    bad = good;
    bad.resize(bad.size() - 9);
    test::write(folder / name, bad);
    again(name);
    test::write(folder / name, std::string("no features"));
    again(name);
    (void)compute(features("others"));
    const auto all = files();
    const std::string other = all[0] == name ? all[1] : all[0];
    std::filesystem::rename(folder / other, folder / name);
    again("holds other features");
    BOOST_TEST(compute(features()).notes.empty());
}

BOOST_FIXTURE_TEST_CASE(where_no_file_can_be_written_there_is_a_note, WithPictures) {
    const std::string name(245, 'f');  // too long for the name of a file beside it
    std::filesystem::rename(folder / "faces", folder / name);
    for (int i = 1; i <= 2; ++i) {
        const CachedFeatures found = compute(features(), name);
        BOOST_TEST(found.features.count == 7);
        BOOST_TEST(asked == 7 * i);
        BOOST_TEST_REQUIRE(found.notes.size() == 1u);
        BOOST_TEST(found.notes[0].find("features are not kept") != std::string::npos);
    }
    BOOST_TEST(files().empty());
}

BOOST_FIXTURE_TEST_CASE(features_that_are_not_finite_are_not_kept, WithPictures) {
    not_finite = true;
    (void)compute(features());
    BOOST_TEST(files().empty());
}

BOOST_FIXTURE_TEST_CASE(ranks_share_the_pictures_and_all_get_the_features, WithPictures) {
    const CachedFeatures one = compute(features(), "faces", 0, false);
    for (const bool cached : {false, true})
        for (const int size : {2, 3, 8}) {
            const auto known = cached ? compute(features(), "faces", 2).features.count : 0;  // a file with two of them
            asked = 0;
            thread_ranks::on_ranks(size, [&](const std::shared_ptr<Communicator>& ranks) {
                const CachedFeatures found = features_of_dataset(std::make_shared<const Dataset>(folder / "faces"),
                                                                 features(), 0, 3, cached, {}, ranks.get());
                if (found.features.values != one.features.values || found.features.count != 7 ||
                    found.content != one.content)
                    throw DeviceError("the features differ");
            });
            BOOST_TEST(asked == 7 - known);
            for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
                if (entry.path().extension() == ".safetensors") std::filesystem::remove(entry.path());
        }
}

BOOST_AUTO_TEST_SUITE_END()
