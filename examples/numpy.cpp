// SPDX-License-Identifier: Apache-2.0
// numpy NETWORK [W.npy]
// NumPy files in and out: w of seeds as w.npy, in the shape that projectors and editors of the official code write, (N, layers,
// w_size); pictures of a w.npy, of this shape or (N, w_size), as pictures.npy, (N, C, H, W).
#include <stylegan/stylegan.hpp>

#include <cstdio>
#include <cstdlib>

namespace sg = stylegan;

int main(int argc, char** argv) try {
    if (argc < 2) return std::fprintf(stderr, "usage: numpy NETWORK [W.npy]\n"), 2;
    const auto generator = sg::load_generator(argv[1]);
    const auto write = [](const char* path, const auto& array) {
        sg::write_npy(path, {array.shape().begin(), array.shape().end()}, array.data());
        std::printf("%s: %zu numbers\n", path, array.size());
    };
    if (argc == 2) return write("w.npy", generator.styles(generator.map(generator.latents({0, 1, 2})))), 0;

    const sg::NpyArray<float> w = sg::read_npy(argv[2]);
    const auto& s = w.shape;
    if (s.size() != 2 && s.size() != 3)
        throw sg::ShapeError(
            sg::text(argv[2], ": has ", s.size(), " axes, expected (N, w_size) or (N, layers, w_size)"));
    const float* const values = w.values.data();
    write("pictures.npy", s.size() == 2 ? generator.synthesize(sg::view_of(values, s[0], s[1]))
                                        : generator.synthesize(sg::view_of(values, s[0], s[1], s[2])));
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return EXIT_FAILURE;
}
