// SPDX-License-Identifier: Apache-2.0
// A block of your own: the paper's synthesis block with a learned gain for each pixel. The library's checker holds its
// derivatives against differences; then a generator of such blocks is trained for a moment.
#include <stylegan/stylegan.hpp>

#include <cstdio>
#include <cstdlib>

using namespace stylegan;

template <class Device>
struct GainBlock {
    using Scalar = typename Device::Scalar;
    using Inner = AnySynthesisBlock<Device>;
    struct Cache {
        typename Inner::Cache inner{};
        Maps<const Scalar> y{};  // of the inner block
    };

    GainBlock(const Architecture& a, int stage)
        : inner_(a, stage),
          name_(to_string(a.size(stage)) + "/gain"),
          gain_({1, a.size(stage).height * a.size(stage).width}, {.mean = 1}) {}

    Shape4 output_shape(Index batch) const { return inner_.output_shape(batch); }

    void forward(Context<Device>& context, Maps<const Scalar> x, const LayerInputs<Scalar>& in, Maps<Scalar> y,
                 Cache* cache) const {
        Temporaries temporaries(context.workspace(), cache != nullptr);  // what a cache points to must stay
        const Maps<Scalar> inner = context.take_like(y);
        inner_.forward(context, x, in, inner, cache ? &cache->inner : nullptr);
        rows(y) = rows(inner).rowwise() * gain();
        if (cache) cache->y = inner;
    }

    void backward(Context<Device>& context, Cache& cache, Maps<const Scalar> dy, Maps<Scalar> dx,
                  std::array<Rows<Scalar>, 2> dw, Pass pass) {
        Temporaries temporaries(context.workspace(), pass == Pass::linearize);
        const Maps<Scalar> dinner = context.take_like(dy);
        rows(dinner) = rows(dy).rowwise() * gain();
        if (pass == Pass::gradients)
            as_eigen(gain_.template gradient_view<2>()).array() += (rows(dy) * rows(cache.y)).colwise().sum();
        inner_.backward(context, cache.inner, dinner, dx, dw, pass);
    }

    template <class Self, class F>
    static void visit(Self& self, const std::string& prefix, F& f) {
        Inner::visit(self.inner_, prefix, f);
        f(prefix + self.name_, self.gain_);
    }

    /// (N, C, H, W) as an Eigen array, a row for each feature map.
    static auto rows(auto x) { return as_eigen(x.as(x.extent(0) * x.extent(1), x.extent(2) * x.extent(3))).array(); }
    auto gain() const { return as_eigen(gain_.template view<2>()).array().row(0); }

    Inner inner_;
    std::string name_;
    Parameter<Device> gain_;  // (1, H W)
};

int main(int argc, char** argv) try {
    constexpr Architecture a{
        .resolution_log2 = 4, .fmap_max = 32, .latent_size = 32, .dlatent_size = 32, .mapping_fmaps = 32};
    Context<BasicCpu<double>> context;
    using Exact = GainBlock<BasicCpu<double>>;
    for (int stage = 0; stage < a.stages(); ++stage)
        check_derivatives(context, Exact(a, stage), synthesis_block_calls<Exact>(a, stage, 2), {.coordinates = 3});

    using Generator = AnyGenerator<Cpu, SynthesisNetwork<Cpu, GainBlock<Cpu>>>;
    TrainingOptions options{.total_kimg = argc > 2 ? std::atof(argv[2]) : 2};
    options.schedule = {.growing = false, .batch = 16, .lr = 0.002};
    const PictureSource pictures = picture_source(argc > 1 ? argv[1] : "pictures", false);
    Trainer trainer(Generator(a, 0), AnyDiscriminator<>(a, 1), options, pictures);
    trainer.run([](const auto& tick) { return std::printf("step %d\n", static_cast<int>(tick.progress.steps)) > 0; });
    save_snapshot("own-block.safetensors", trainer);
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return EXIT_FAILURE;
}
