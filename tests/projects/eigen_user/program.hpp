// SPDX-License-Identifier: Apache-2.0
#pragma once

// A program of somebody who keeps everything in Eigen: latents, w and pictures. library_first.cpp and eigen_first.cpp are
// this program; they differ in what they include first, which decides where g++ warns about Eigen's code.
#include <stylegan/io/pictures/picture.hpp>
#include <stylegan/metrics/lpips.hpp>
#include <stylegan/models/discriminator.hpp>
#include <stylegan/models/generator.hpp>

#include <Eigen/Dense>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <unsupported/Eigen/CXX11/Tensor>
#include <vector>

namespace sg = stylegan;

namespace {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Pictures = Eigen::Tensor<float, 4, Eigen::RowMajor>;
using PicturesIn = Eigen::TensorMap<Eigen::Tensor<const float, 4, Eigen::RowMajor>>;

constexpr sg::Architecture small{
    .resolution_log2 = 4, .fmap_base = 128, .fmap_max = 16, .latent_size = 16, .dlatent_size = 16};

bool agree(bool good, const char* what) {
    if (!good) std::fprintf(stderr, "eigen_user: not so: %s\n", what);
    return good;
}

bool run() {
    bool good = true;
    const sg::BasicGenerator<small> generator(1, sg::Cpu{.threads = 1});

    // z: a map over a program's own memory, and a column-major matrix
    std::vector<float> memory(2 * 16);
    for (std::size_t i = 0; i < memory.size(); ++i) memory[i] = std::sin(static_cast<float>(i));
    const Eigen::Map<const Matrix> z(memory.data(), 2, 16);
    const Eigen::MatrixXf z_in_columns = z;

    // w of a batch, to be edited in place
    auto w = generator.map(z);
    auto rows = sg::as_eigen(w);

    good &= agree(rows == sg::to_eigen(generator.map(z_in_columns)), "both orders of z give the same w");
    const Matrix before = rows;
    const Eigen::VectorXf direction = Eigen::VectorXf::LinSpaced(16, -1.0f, 1.0f).normalized();
    rows.row(1) += 0.5f * direction.transpose();
    good &= agree(rows.row(1) != before.row(1), "w was edited");

    // pictures as a tensor
    const auto images = generator.synthesize(w, {.truncation = {.psi = 0.7f}});
    const PicturesIn x = sg::as<PicturesIn>(images);
    good &= agree(x.data() == images.data() && x.dimension(0) == 2 && x.dimension(3) == 16, "pictures are not copied");
    const Eigen::Tensor<float, 0, Eigen::RowMajor> largest = x.abs().maximum();
    good &= agree(std::isfinite(largest()), "pictures are numbers");

    // mixed styles: the coarse layers of the edited w, the rest of the first; by the generator, and by hand
    const auto mixed = generator.mix(before, rows, {0, 1, 2, 3});
    sg::Array<float, 3> by_hand = generator.styles(before);
    const sg::StyleMixing<> coarse({0, 1, 2, 3});
    coarse.apply(generator.context(), rows, by_hand);
    good &= agree(sg::as_eigen(by_hand) == sg::as_eigen(mixed), "styles are mixed alike");
    Matrix truncated = rows;
    generator.truncation().apply(generator.context(), {.psi = 0.5f}, truncated);
    good &= agree(truncated.norm() < rows.norm(), "w was pulled towards its average, which is 0 here");

    // a discriminator of tensors in either order
    const sg::BasicDiscriminator<small> discriminator(2, sg::Cpu{.threads = 1});
    const Pictures own = x;
    const Eigen::Tensor<float, 4> in_columns = own.swap_layout().shuffle(Eigen::array<int, 4>{3, 2, 1, 0});
    const auto scores = discriminator(own), same_scores = discriminator(in_columns);
    good &= agree(sg::as_eigen(scores) == sg::as_eigen(same_scores), "both orders of pictures give the same scores");

    // distances
    const sg::Lpips<> lpips(sg::Vgg16<>(2));
    const std::vector<double> distances = lpips(own, images);
    good &= agree(sg::as_eigen(distances).isZero(), "pictures are at no distance from themselves");

    // a picture in a file
    const std::filesystem::path file = "eigen_user.png";
    sg::write_png(file, own, 0);
    const sg::Image read = sg::read_png(file);
    const auto pixels = sg::view_of(read.pixels, read.height, read.width, read.channels);
    good &= agree(pixels(0, 0, 0) == sg::to_uint8(own(0, 0, 0, 0)), "the file has the pixels of the tensor");
    return good;
}

}  // namespace

int main() {
    try {
        return run() ? 0 : 1;
    } catch (const std::exception& e) {
        std::fprintf(stderr, "eigen_user: %s\n", e.what());
        return 1;
    }
}
