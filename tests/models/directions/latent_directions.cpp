// SPDX-License-Identifier: Apache-2.0
#include <stylegan/models/directions/latent_directions.hpp>
#include <stylegan/models/directions/moved_w.hpp>

#include "io/temporary_folder.hpp"
#include "models/networks.hpp"

#include <cmath>
#include <vector>

BOOST_AUTO_TEST_SUITE(latent_directions)

using namespace stylegan;
using namespace model_test;
using test::message_of;

namespace {

LatentDirections two() {
    LatentDirections d{.directions = Eigen::MatrixXd(2, 3)};
    d.directions << 0, 3, 4, 1, 0, 0;
    return d;
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_is_written_is_read) {
    const test::TemporaryFolder folder;
    LatentDirections d = two();
    d.values = Eigen::Vector2d(7, 0.5);
    d.mean = Eigen::Vector3d(1, 2, 3);
    d.deviations = Eigen::Vector2d(0.25, 2);
    d.layers = {0, 1, 5};
    d.method = "sefa";
    write_directions(folder / "d.npz", d);
    const LatentDirections found = read_directions(folder / "d.npz");
    BOOST_TEST((found.directions == d.directions));
    BOOST_TEST((found.values == d.values));
    BOOST_TEST((found.mean == d.mean));
    BOOST_TEST((found.deviations == d.deviations));
    BOOST_TEST(found.layers == d.layers, boost::test_tools::per_element());
    write_directions(folder / "d.npz", two());
    const LatentDirections bare = read_directions(folder / "d.npz");
    BOOST_TEST((bare.directions == d.directions));
    BOOST_TEST(bare.values.size() + bare.mean.size() + bare.deviations.size() == 0);
    BOOST_TEST(bare.layers.empty());
}

BOOST_AUTO_TEST_CASE(files_of_other_programs_are_read) {
    const test::TemporaryFolder folder;
    const std::vector<float> values{0, 3, 4, 1, 0, 0};
    write_npy(folder / "two.npy", {2, 3}, values.data());
    write_npy(folder / "one.npy", {6}, values.data());
    write_npz(folder / "two.npz", "boundary", {2, 3}, values);
    BOOST_TEST((read_directions(folder / "two.npy").directions == two().directions));
    BOOST_TEST((read_directions(folder / "two.npz").directions == two().directions));
    BOOST_TEST(read_directions(folder / "one.npy").directions.rows() == 1);
}

BOOST_AUTO_TEST_CASE(a_step_is_one_deviation_or_the_direction_itself) {
    LatentDirections d = two();
    BOOST_TEST((d.step(0) == Eigen::Vector3d(0, 3, 4)));
    d.deviations = Eigen::Vector2d(10, 0);
    BOOST_TEST(d.step(0).isApprox(Eigen::Vector3d(0, 6, 8)));
    BOOST_CHECK_EXCEPTION((void)d.step(1), ValueError,
                          says("direction 1: w has a standard deviation of 0 along it, expected more than 0"));
    BOOST_CHECK_EXCEPTION((void)d.step(2), ValueError, says("direction is 2, expected 0 to 1, of 2"));
    BOOST_CHECK_EXCEPTION((void)d.step(-1), ValueError, says("direction is -1, expected 0 to 1, of 2"));
}

BOOST_AUTO_TEST_CASE(wrong_files_are_told) {
    const test::TemporaryFolder folder;
    const auto path = folder / "d.npz";
    const auto read = [&] {
        return message_of<FormatError>([&] { (void)read_directions(path); }).substr(path.string().size());
    };
    test::write(path, "a text");
    BOOST_TEST(read() == ": is neither a .npz nor a .npy file, expected one of directions");
    test::write(path, "");
    BOOST_TEST(read() == ": is neither a .npz nor a .npy file, expected one of directions");
    const auto with = [&](auto change) {
        LatentDirections d = two();
        change(d);
        write_directions(path, d);
        return read();
    };
    BOOST_TEST(with([](auto& d) { d.directions.row(1).setZero(); }) ==
               ": direction 1 has length 0, expected a direction");
    BOOST_TEST(with([](auto& d) { d.directions(0, 0) = NAN; }) ==
               ": direction 0 has a number that is not finite, expected a direction");
    BOOST_TEST(with([](auto& d) { d.deviations = Eigen::Vector3d(1, 2, 3); }) == ": std has shape [3], expected [2]");
    BOOST_TEST(with([](auto& d) { d.deviations = Eigen::Vector2d(1, -2); }) ==
               ": std has -2, expected no negative number");
    BOOST_TEST(with([](auto& d) { d.deviations = Eigen::Vector2d(1, INFINITY); }) ==
               ": std has a number that is not finite");
    BOOST_TEST(with([](auto& d) { d.mean = Eigen::Vector2d(1, 2); }) == ": mean has shape [2], expected [3]");
    BOOST_TEST(with([](auto& d) { d.layers = {0, -1}; }) == ": layers has -1, expected the indices of layers");
    BOOST_TEST(with([](auto& d) { d.directions.resize(0, 3); }) ==
               ": the directions have shape [0,3], expected [count,w size], or [w size] for one");
    BOOST_CHECK_THROW((void)read_directions(folder / "none.npz"), FileError);
}

BOOST_AUTO_TEST_CASE(an_edit_moves_the_chosen_layers) {
    const auto w = random_array<float, 3>({2, 4, 3}, 1);
    const Eigen::Vector3d step(1, -2, 0.5);
    const auto moved = moved_w(w, step, {1, 3, 1});
    for (std::size_t n = 0; n < 2; ++n)
        for (std::size_t l = 0; l < 4; ++l)
            for (std::size_t k = 0; k < 3; ++k)
                BOOST_TEST(moved(n, l, k) == (l % 2 == 0 ? w(n, l, k)
                                                         : static_cast<float>(static_cast<double>(w(n, l, k)) +
                                                                              step(static_cast<Index>(k)))));
    BOOST_TEST(same(moved_w(w, step, {}), w));
    BOOST_CHECK_EXCEPTION((void)moved_w(w, step, {4}), ValueError, says("moved_w: layer is 4, expected 0 to 3"));
    BOOST_CHECK_EXCEPTION((void)moved_w(w, Eigen::Vector2d(1, 2), {0}), ShapeError,
                          says("moved_w: length of the step is 2, expected 3"));
}

BOOST_AUTO_TEST_SUITE_END()
