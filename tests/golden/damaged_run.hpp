// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/training/good_snapshot.hpp>
#include <stylegan/training/updates.hpp>

#include "io/temporary_folder.hpp"
#include "results.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace golden {

/// A run with a snapshot after each step. It stops, a bit of its newest snapshot flips, and it resumes from the one
/// before.
class DamagedRun {
public:
    template <class G>
    void save(std::size_t step, const G& g, const stylegan::AnyDiscriminator<Device>& d, const G& averaged,
              stylegan::Updates<stylegan::AnyGenerator<Device>, stylegan::AnyDiscriminator<Device>>& updates) {
        stylegan::SafetensorsWriter writer;
        writer.metadata("architecture", stylegan::detail::architecture_text(g.architecture()));
        stylegan::add_parameters(writer, "G/", g);
        stylegan::add_parameters(writer, "D/", d);
        stylegan::add_parameters(writer, "Gs/", averaged);
        stylegan::add_parameters(writer, "training/G_adam/", updates.generator_adam());
        stylegan::add_parameters(writer, "training/D_adam/", updates.discriminator_adam());
        paths_.insert(paths_.begin(), folder_ / ("network-snapshot-" + std::to_string(step) + ".safetensors"));
        writer.write(paths_.front());
        steps_.push_back({updates.generator_adam().steps(), updates.discriminator_adam().steps()});
    }

    /// @return the step to make next
    template <class G>
    std::size_t resume(G& g, stylegan::AnyDiscriminator<Device>& d, G& averaged,
                       stylegan::Updates<stylegan::AnyGenerator<Device>, stylegan::AnyDiscriminator<Device>>& updates) {
        flip_a_bit(paths_.front());
        updates.generator_adam().reset();
        updates.discriminator_adam().reset();
        std::vector<stylegan::BadSnapshot> bad;
        const auto good = stylegan::first_good_snapshot(paths_, bad);
        BOOST_REQUIRE(good.has_value());
        BOOST_REQUIRE(bad.size() == 1u);
        BOOST_TEST(bad[0].path == paths_[0]);
        const auto& file = good->checkpoint.file();
        BOOST_TEST(file.path() == paths_[1]);
        stylegan::load_parameters(file, "G/", g);
        stylegan::load_parameters(file, "D/", d);
        stylegan::load_parameters(file, "Gs/", averaged);
        stylegan::load_parameters(file, "training/G_adam/", updates.generator_adam());
        stylegan::load_parameters(file, "training/D_adam/", updates.discriminator_adam());
        const std::size_t next = steps_.size() - 1;
        updates.generator_adam().set_steps(steps_[next - 1].generator);
        updates.discriminator_adam().set_steps(steps_[next - 1].discriminator);
        return next;
    }

private:
    struct Steps {
        std::uint64_t generator, discriminator;
    };

    static void flip_a_bit(const std::filesystem::path& path) {
        auto bytes = test::read(path);
        bytes[bytes.size() * 2 / 3] ^= 0x10;
        test::write(path, bytes);
    }

    test::TemporaryFolder folder_;
    std::vector<std::filesystem::path> paths_;  // newest first
    std::vector<Steps> steps_;
};

}  // namespace golden
