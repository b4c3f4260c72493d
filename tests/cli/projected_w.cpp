// SPDX-License-Identifier: Apache-2.0
// w from files of many origins: with and without a batch axis, under any name.
#include "cli/run_program.hpp"
#include "cli/write_network.hpp"
#include "io/shared_cases.hpp"

#include <stylegan/core/philox.hpp>
#include <stylegan/io/tensors/npz.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(projected_w)

using namespace test;
using stylegan::Index;

namespace {

constexpr Index layers = 6, width = 12;  // of write_network()

}  // namespace

struct WithNetwork {
    WithNetwork() { write_network(folder / "n.safetensors"); }

    /// The numbers of a file are the first of one sequence.
    void write_w(const std::string& name, const std::vector<Index>& shape, const std::string& array = "w") const {
        Index count = 1;
        for (const Index n : shape) count *= n;
        std::vector<float> values(static_cast<std::size_t>(count));
        stylegan::RandomStream(1, 0, stylegan::Purpose::test).fill_normal(values.data(), values.size());
        if (name.ends_with(".npy"))
            stylegan::write_npy(folder / name, shape, values.data());
        else
            stylegan::write_npz(folder / name, array, shape, values);
    }
    [[nodiscard]] Outcome generate(const std::string& name, const std::string& outdir,
                                   std::vector<std::string> more = {}) const {
        std::vector<std::string> all{"generate", "--network", "n.safetensors", "--projected-w",
                                     name,       "--outdir",  outdir};
        all.insert(all.end(), more.begin(), more.end());
        return run_program(folder, all);
    }
    void check_pictures(int count, const std::string& name, std::vector<std::string> more = {}) const {
        BOOST_TEST_CONTEXT(name) {
            std::filesystem::remove_all(folder / "out");
            const Outcome o = generate(name, "out", std::move(more));
            check_success(o);
            BOOST_TEST(std::distance(std::filesystem::directory_iterator(folder / "out"), {}) == count);
        }
    }

    TemporaryFolder folder;
};

BOOST_FIXTURE_TEST_CASE(as_many_rows_as_layers_are_one_picture, WithNetwork) {
    write_w("plus.npz", {layers, width});
    write_w("batch.npz", {1, layers, width});
    write_w("plus.npy", {layers, width});
    for (const char* name : {"plus.npz", "batch.npz", "plus.npy"}) {
        check_pictures(1, name);
        std::filesystem::rename(folder / "out/proj00.png", folder / (std::string(name) + ".png"));
    }
    BOOST_TEST((read(folder / "plus.npz.png") == read(folder / "batch.npz.png")));
    BOOST_TEST((read(folder / "plus.npy.png") == read(folder / "batch.npz.png")));
    check_pictures(layers, "plus.npz", {"--w-rows", "pictures"});
    check_pictures(1, "plus.npz", {"--w-rows", "layers"});
}

BOOST_FIXTURE_TEST_CASE(other_rows_are_pictures, WithNetwork) {
    write_w("three.npz", {3, width});
    check_pictures(3, "three.npz");
    write_w("five.npz", {5, 1, width});
    check_pictures(5, "five.npz");
    write_w("one.npz", {width});
    check_pictures(1, "one.npz");
    write_w("batch.npz", {2, layers, width});
    check_pictures(2, "batch.npz");
    check_error(generate("three.npz", "no", {"--w-rows", "layers"}), 1,
                {"three.npz: w has 3 rows, expected 6 for --w-rows layers"});
}

BOOST_FIXTURE_TEST_CASE(rows_of_another_networks_layers_are_not_guessed, WithNetwork) {
    for (const Index rows : {14, 16, 18}) {
        const std::string name = std::to_string(rows) + ".npz", n = std::to_string(rows);
        write_w(name, {rows, width});
        check_error(generate(name, "no"), 1,
                    {(name + ": w has shape [" + n + ",12], which can be " + n +
                      " pictures with one w each, or one picture of "
                      "a network with " +
                      n + " layers")
                         .c_str(),
                     "n.safetensors has 6", "--w-rows pictures draws", "[n,6,12] and [n,1,12]"});
        BOOST_TEST(!exists(folder / "no"));
        check_pictures(static_cast<int>(rows), name, {"--w-rows", "pictures"});
    }
    write_w("wrong.npz", {18, 512});
    check_error(generate("wrong.npz", "no"), 1, {"wrong.npz: w has shape [18,512], expected [n,6,12] or [n,12]"});
    write_w("layers.npz", {1, 18, width});
    check_error(generate("layers.npz", "no"), 1,
                {"w has shape [1,18,12], expected [n,6,12] or [n,12]", "which has 6 layers"});
}

BOOST_FIXTURE_TEST_CASE(the_only_array_is_w_whatever_its_name, WithNetwork) {
    for (const char* name : {"dlatents", "ws", "arr_0"}) {
        write_w("x.npz", {2, layers, width}, name);
        check_pictures(2, "x.npz");
    }
    std::filesystem::rename(folder / "x.npz", folder / "x.dat");
    check_pictures(2, "x.dat");
    std::vector<float> z(24, 0.5f);
    stylegan::write_npz(folder / "z.npz", "latents", {2, 12}, z);
    check_success(
        run_program(folder, {"generate", "--network", "n.safetensors", "--latents", "z.npz", "--outdir", "z"}));
}

BOOST_FIXTURE_TEST_CASE(the_inputs_that_people_have, WithNetwork, *needs_shared_cases()) {
    check_error(generate(shared_case("w/w_18_512.npz").string(), "no"), 1,
                {"w_18_512.npz: w has shape [1,18,512], expected [n,6,12] or [n,12]"});
    check_error(generate(shared_case("w/w_dlat.npz").string(), "no"), 1,
                {"w_dlat.npz: w has shape [1,8,128], expected"});
    stylegan::Architecture a = small;
    a.resolution_log2 = 10;
    a.fmap_base = 1024;
    a.fmap_max = 2;
    a.dlatent_size = 512;
    write_network(folder / "n.safetensors", {.architecture = a});
    check_pictures(1, shared_case("w/w_18_512.npz").string());
    a.resolution_log2 = 5;
    a.dlatent_size = 128;
    write_network(folder / "n.safetensors", {.architecture = a});
    check_pictures(1, shared_case("w/w_dlat.npz").string());
}

BOOST_AUTO_TEST_SUITE_END()
