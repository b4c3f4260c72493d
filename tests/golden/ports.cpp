// SPDX-License-Identifier: Apache-2.0
#include "golden/results.hpp"

#include <stylegan/core/numpy_random_state.hpp>
#include <stylegan/io/tensors/safetensors.hpp>
#include <stylegan/io/tensors/safetensors_writer.hpp>
#include <stylegan/models/load.hpp>

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>
#include <vector>

#include "io/temporary_folder.hpp"

namespace {

using namespace stylegan;

/// Every second, fourth ... pixel: the pictures of a lower stage are repeated to full size.
golden::Result thinned(const xt::xtensor<float, 4>& pictures, std::size_t size) {
    const std::size_t step = pictures.shape(2) / size;
    auto out = xt::xtensor<float, 4>::from_shape({pictures.shape(0), pictures.shape(1), size, size});
    for (std::size_t n = 0; n < out.shape(0); ++n)
        for (std::size_t c = 0; c < out.shape(1); ++c)
            for (std::size_t y = 0; y < size; ++y)
                for (std::size_t x = 0; x < size; ++x) out(n, c, y, x) = pictures(n, c, y * step, x * step);
    return golden::Result(out);
}

xt::xtensor<float, 2> first_rows(const xt::xtensor<float, 2>& x, std::size_t rows) {
    auto y = xt::xtensor<float, 2>::from_shape({rows, x.shape(1)});
    std::copy_n(x.data(), y.size(), y.data());
    return y;
}

xt::xtensor<float, 4> first_maps(const xt::xtensor<float, 4>& x, std::size_t count) {
    auto y = xt::xtensor<float, 4>::from_shape({count, x.shape(1), x.shape(2), x.shape(3)});
    std::copy_n(x.data(), y.size(), y.data());
    return y;
}

/// Writes the weights that the file describes, under that program's names.
void write_rosinality(const SafetensorsFile& golden, const std::filesystem::path& path) {
    const auto names = nlohmann::json::parse(golden.metadata().at("state_dict"));
    NumpyRandomState random(static_cast<std::uint32_t>(std::stoul(golden.metadata().at("weights_seed"))));
    SafetensorsWriter writer;
    std::vector<std::vector<float>> values;
    values.reserve(names.size());
    for (const auto& entry : names) {
        const auto name = entry[0].get<std::string>();
        const auto shape = entry[1].get<std::vector<Index>>();
        if (shape.size() == 4 && shape[1] == 1) continue;  // a blur's kernel, which is fixed
        const bool bias = name.ends_with("bias"), adain = name.find("adain") != std::string::npos;
        std::vector<float>& v = values.emplace_back(element_count(shape, 1).value());
        for (std::size_t i = 0; i < v.size(); ++i) {
            double x = random.randn() * (bias ? 0.2 : name.find(".noise") != std::string::npos ? 0.5 : 1);
            if (bias && adain && i < v.size() / 2) x += 1;
            v[i] = static_cast<float>(x);
        }
        writer.add(name, shape, v.data());
    }
    writer.write(path);
}

}  // namespace

// The network is the full-width one of that program: the plain kernels would take minutes.
void golden_port_rosinality(const std::filesystem::path& path) {
    const SafetensorsFile expected(path);
    const test::TemporaryFolder folder;
    write_rosinality(expected, folder / "000000.safetensors");
    const Checkpoint checkpoint(folder / "000000.safetensors");
    const auto generator =
        load_generator(checkpoint, std::make_shared<Context<Cpu>>(Cpu{.threads = 2, .kernels = Kernels::fast}));
    const double tolerance = 1e-4;
    const auto z = golden::read<2>(expected, "in/z");
    const auto w = generator.map(z);
    golden::check_close(expected, "out/w", golden::Result(w), tolerance);

    const int stages = generator.architecture().stages();
    for (const std::string& name : golden::names_below(expected, "out/image_step")) {
        const auto shape = expected.shape(name);
        const int step = name.at(std::string("out/image_step").size()) - '0';
        AnyGenerator<Cpu>::Options options;
        options.noise = Noise::given;
        options.lod = stages - 1 - step;
        const std::size_t batch = static_cast<std::size_t>(shape[0]);
        for (int s = 0; s <= step; ++s)  // both layers of a stage take the first map; the second's are never looked at
            for (int k = 0; k < 2; ++k)
                options.noise_maps.push_back(first_maps(golden::read<4>(expected, text("in/noise_step", s)), batch));
        auto styles = first_rows(w, batch);
        const std::string rest = name.substr(std::string("out/image_step").size() + 1);
        if (rest.starts_with("_alpha")) {
            options.lod = *options.lod + 1 - golden::number_after(rest, "_alpha");
        } else if (rest.starts_with("_mean_style")) {
            const auto mean = golden::read<2>(expected, "in/mean_style");
            const double weight = golden::number_after(rest, "_mean_style");
            for (std::size_t i = 0; i < styles.size(); ++i) {
                const double m = mean.data()[i % mean.size()];
                styles.data()[i] = static_cast<float>(m + weight * (static_cast<double>(styles.data()[i]) - m));
            }
        } else {
            BOOST_TEST_REQUIRE(rest == "");
        }
        golden::check_close(expected, name,
                            thinned(generator.synthesize(styles, options), static_cast<std::size_t>(shape[2])),
                            tolerance);
    }
}

void golden_port_huangzh13(const std::filesystem::path& path) {
    const SafetensorsFile expected(path);
    for (const char* file : {"port_huangzh13.pth", "port_huangzh13_legacy.pth"}) {
        BOOST_TEST_CONTEXT(file) {
            const Checkpoint checkpoint(path.parent_path() / file);
            const auto generator = load_generator(checkpoint, golden::context());
            const int stages = generator.architecture().stages();
            for (const std::string& name : golden::names_below(expected, "out/image_depth")) {
                const std::string rest = name.substr(std::string("out/image_depth").size());
                const int depth = rest.at(0) - '0';
                const double alpha = golden::number_after(rest.substr(1), "_alpha");
                AnyGenerator<golden::Device>::Options options;
                options.noise = Noise::given;
                options.lod = stages - 1 - depth + (1 - alpha);
                for (int l = 0; l < 2 * (depth + 1); ++l)
                    options.noise_maps.push_back(golden::read<4>(expected, text("in/noise", l)));
                const auto pictures = generator(golden::read<2>(expected, "in/z"), options);
                golden::check_close(expected, name,
                                    thinned(pictures, static_cast<std::size_t>(expected.shape(name)[2])),
                                    golden::forward_tolerance());
            }
        }
    }
}
