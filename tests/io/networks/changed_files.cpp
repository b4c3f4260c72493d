// SPDX-License-Identifier: Apache-2.0
// A file that is cut off, rewritten or replaced while it is open gives one error that names it, at any moment.
#include "io/temporary_folder.hpp"

#include <stylegan/io/files/zip.hpp>
#include <stylegan/io/networks/architecture_json.hpp>
#include <stylegan/io/networks/checkpoint.hpp>
#include <stylegan/io/networks/convert_networks.hpp>
#include <stylegan/io/tensors/non_finite.hpp>
#include <stylegan/io/tensors/npz.hpp>
#include <stylegan/models/generator.hpp>

#include <boost/test/unit_test.hpp>

#include <functional>

BOOST_AUTO_TEST_SUITE(changed_files)

using namespace stylegan;
namespace fs = std::filesystem;

namespace {

/// Writes the same network in three formats: a.safetensors, a.pkl, a.pt.
void write_networks_in(const test::TemporaryFolder& folder) {
    for (const bool port : {false, true}) {
        Architecture a = at_resolution(config_f, 16);
        a.fmap_base = 64;
        a.fmap_max = a.latent_size = a.dlatent_size = a.mapping_fmaps = 16;
        a.mapping_layers = 2;
        a.bias_before_blur = a.shared_noise = port;
        a.instance_norm_epsilon = port ? 1e-5 : 1e-8;
        const AnyGenerator<Cpu> g(a, 1);
        SafetensorsWriter writer;
        writer.metadata("architecture", architecture_to_json(a).dump());
        add_parameters(writer, "Gs/", g);
        writer.write(folder / "a.safetensors");
        write_networks(folder / (port ? "a.pt" : "a.pkl"), Checkpoint(folder / "a.safetensors").networks());
    }
}

/// The tensors whose numbers are in the file: those of ports have constants, too.
std::vector<std::string> names_in_file(const Checkpoint& c) {
    std::vector<std::string> names = c.file().names();
    std::erase_if(names, [&](const std::string& name) { return c.file()[name].bytes.file == nullptr; });
    return names;
}

/// Opens a file, reads `before` of its tensors, lets something happen to it, and reads the rest.
/// @return the message of the FileError
std::string message_after(const fs::path& path, std::size_t before, const std::function<void()>& happen) {
    const Checkpoint c(path);
    const std::vector<std::string> names = names_in_file(c);
    for (std::size_t i = 0; i < before; ++i) (void)c.file().read_float(names[i]);
    happen();
    return test::message_of<FileError>([&] {
        for (std::size_t i = before; i < names.size(); ++i) (void)c.file().read_float(names[i]);
    });
}

}  // namespace

BOOST_AUTO_TEST_CASE(cut_off_while_open_at_twelve_moments) {
    const test::TemporaryFolder folder;
    write_networks_in(folder);
    for (const char* name : {"a.safetensors", "a.pkl", "a.pt"}) {
        const auto whole = test::read(folder / name);
        const std::size_t count = names_in_file(Checkpoint(folder / name)).size();
        for (std::size_t moment = 0; moment < 12; ++moment) {
            test::write(folder / name, whole);
            const std::string message = message_after(folder / name, moment * count / 12, [&] {
                fs::resize_file(folder / name, moment * whole.size() / 12);
            });
            BOOST_TEST(test::contains(message, std::string(name) + ": changed while it was read: "),
                       name << ", moment " << moment << ": " << message);
        }
    }
}

BOOST_AUTO_TEST_CASE(rewritten_while_open) {
    const test::TemporaryFolder folder;
    write_networks_in(folder);
    for (const char* name : {"a.safetensors", "a.pkl", "a.pt"}) {
        const auto whole = test::read(folder / name);
        const auto rewrite = [&] {
            test::write(folder / name, whole);
            fs::last_write_time(folder / name, fs::file_time_type::clock::now() + std::chrono::seconds(5));
        };
        const std::string message = message_after(folder / name, 3, rewrite);
        BOOST_TEST(test::contains(message, "changed while it was read"), message);
    }
}

BOOST_AUTO_TEST_CASE(replaced_while_open_reads_the_old_one) {
    const test::TemporaryFolder folder;
    write_networks_in(folder);
    const Checkpoint c(folder / "a.safetensors");
    const std::string& last = c.file().names().back();
    const auto expected = c.file().read_float(last);
    test::write(folder / "b", "another file");
    fs::rename(folder / "b", folder / "a.safetensors");
    BOOST_TEST((c.file().read_float(last) == expected));
}

BOOST_AUTO_TEST_CASE(searching_for_nan_and_verifying_notice_it_too) {
    const test::TemporaryFolder folder;
    write_networks_in(folder);
    for (const char* name : {"a.safetensors", "a.pkl", "a.pt"}) {
        const Checkpoint c(folder / name);
        fs::resize_file(folder / name, 700);
        BOOST_CHECK_THROW((void)non_finite_numbers(c.file()), FileError);
        BOOST_CHECK_THROW((void)c.verify(), FileError);
    }
}

BOOST_AUTO_TEST_CASE(archives_of_arrays) {
    const test::TemporaryFolder folder;
    write_npz(folder / "w.npz", "w", {4096}, std::vector<float>(4096, 1));
    const ZipFile file(folder / "w.npz");
    fs::resize_file(folder / "w.npz", 5000);
    BOOST_CHECK_THROW((void)file.read(0), Error);
    BOOST_CHECK_THROW((void)read_npz(folder / "w.npz", "w"), Error);
    write_npy(folder / "w.npy", {4096}, std::vector<float>(4096, 1).data());
    fs::resize_file(folder / "w.npy", 5000);
    BOOST_CHECK_THROW((void)read_npy(folder / "w.npy"), FormatError);
}

BOOST_AUTO_TEST_SUITE_END()
