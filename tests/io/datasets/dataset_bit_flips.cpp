// SPDX-License-Identifier: Apache-2.0
#include "io/temporary_folder.hpp"
#include "io/test_images.hpp"

#include <stylegan/io/datasets/dataset.hpp>
#include <stylegan/io/files/zip_writer.hpp>
#include <stylegan/io/pictures/png.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <utility>
#include <vector>

/// A bit of a data set flips on the disk: that is noticed, or every picture and label is still the same.
BOOST_AUTO_TEST_SUITE(dataset_bit_flips)

using stylegan::Dataset;

namespace {

/// Set for more: 1000 flips take a few seconds.
std::uint64_t flips() {
    const char* const given = std::getenv("STYLEGAN_BIT_FLIPS");  // NOLINT: no other thread
    return given != nullptr ? std::strtoull(given, nullptr, 10) : 200;
}

/// Pictures and labels without their order, which the names give.
using Content = std::multimap<std::vector<std::uint8_t>, std::vector<float>>;

struct Found {
    Content content;
    std::vector<std::string> names, left_out;
};

Found found_in(const std::filesystem::path& path) {
    const Dataset data(path);
    Found found;
    for (std::size_t i = 0; i < data.size(); ++i) {
        found.content.emplace(data.picture(i), data.label(i));
        found.names.push_back(data.name(i));
    }
    for (const auto& file : data.passed_over()) found.left_out.push_back(file.name);
    return found;
}

void write_archive(const std::filesystem::path& path, bool labels) {
    stylegan::ZipWriter zip(path);
    std::string json = R"({"labels": [)";
    for (int i = 0; i < 8; ++i) {
        const std::string name = "00000/img0000000" + std::to_string(i) + ".png";
        zip.add(name, stylegan::encode_png(test::random_image(8, 8, 3, static_cast<std::uint64_t>(i))));
        json += (i > 0 ? ", [\"" : "[\"") + name + "\", " + std::to_string(i % 3) + "]";
    }
    zip.add("dataset.json", labels ? json + "]}" : std::string(R"({"labels": null})"));
    zip.commit();
}

struct Counts {
    int noticed = 0, left_out = 0, renamed = 0, same = 0, silent = 0;
};

Counts counts_of(bool labels) {
    const test::TemporaryFolder folder;
    write_archive(folder / "x.zip", labels);
    const auto whole = test::read(folder / "x.zip");
    const Found expected = found_in(folder / "x.zip");
    const stylegan::RandomStream stream(labels ? 17 : 18, 0, stylegan::Purpose::test);
    Counts counts;
    for (std::uint64_t i = 0; i < flips(); ++i) {
        auto changed = whole;
        const auto bit = stream.below(i, static_cast<std::uint32_t>(8 * whole.size()));
        changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ (1u << bit % 8));
        test::write(folder / "y.zip", changed);
        try {
            const Found found = found_in(folder / "y.zip");
            if (found.left_out != expected.left_out)
                ++counts.left_out;  // `train` and `dataset-tool` name these files
            else if (found.content != expected.content)
                ++counts.silent;
            else
                ++(found.names == expected.names ? counts.same : counts.renamed);
            if (found.left_out == expected.left_out && found.content != expected.content)
                BOOST_ERROR("bit " << bit << " changed the data set, and nothing said so");
        } catch (const stylegan::FormatError&) {
            ++counts.noticed;
        }
    }
    return counts;
}

}  // namespace

BOOST_AUTO_TEST_CASE(each_is_noticed_or_harmless) {
    for (const bool labels : {true, false}) {
        const Counts c = counts_of(labels);
        BOOST_TEST_MESSAGE((labels ? "with" : "without")
                           << " labels, of " << flips() << " flips: " << c.noticed << " are errors, " << c.left_out
                           << " leave a file out by name, " << c.renamed << " change a name alone, " << c.same
                           << " change nothing that is read, " << c.silent << " are silent");
        BOOST_TEST(c.silent == 0);
        BOOST_TEST(c.noticed > 0);
    }
}

BOOST_AUTO_TEST_SUITE_END()
