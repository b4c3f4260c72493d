// SPDX-License-Identifier: Apache-2.0
// Compiles and links every public template on the CUDA device, whether a program of ours calls it or not (the test
// cuda.every_template_is_instantiated looks for their names here). Run, it says what the device is, or why there is none;
// either is a success.
#include <stylegan/stylegan.hpp>

#include <cstdio>
#include <memory>

namespace stylegan {

inline constexpr Architecture small = at_resolution(config_f, 16);

// core
template class Parameter<Cuda>;
template class Tensor<Cuda, dynamic, 8>;
template class Tensor<Cuda, dynamic, dynamic, dynamic, dynamic>;

// layers
template class Dense<dynamic, dynamic, Cuda>;
template class Dense<16, 8, Cuda>;
template class AnyConvolution<Cuda>;
template class Convolution<8, 8, 3, Resample::up_rotated, Cuda>;
template class AdaIN<dynamic, dynamic, Cuda>;
template class AdaIN<8, 16, Cuda>;
template class Blur<Cuda>;
template class ToRgb<dynamic, dynamic, Cuda>;
template class ToRgb<8, 3, Cuda>;
template class FromRgb<dynamic, dynamic, Cuda>;
template class FromRgb<8, 3, Cuda>;
template class NoiseInput<dynamic, Cuda>;
template class NoiseInput<8, Cuda>;
template class ConstantInput<dynamic, 4, 4, Cuda>;
template class ConstantInput<8, 4, 4, Cuda>;
template class MinibatchStddev<dynamic, 1, Cuda>;
template class LayerEpilogue<Cuda>;
template class Truncation<dynamic, Cuda>;
template class Truncation<16, Cuda>;
template class AnyMappingNetwork<Cuda>;
template class AnySynthesisBlock<Cuda>;
template class AnyDiscriminatorBlock<Cuda>;
template class DiscriminatorOutput<Cuda>;

// models
template class SynthesisNetwork<Cuda>;
template class DiscriminatorNetwork<Cuda>;
template class AnyGenerator<Cuda>;
template class BasicGenerator<small, Cuda>;
template class AnyDiscriminator<Cuda>;
template class BasicDiscriminator<small, Cuda>;
template class Vgg16<Cuda>;
template AnyGenerator<Cuda> load_generator<Cuda>(const std::filesystem::path&, Cuda);
template AnyDiscriminator<Cuda> load_discriminator<Cuda>(const std::filesystem::path&, Cuda);

// training
template class Adam<Cuda>;
template class Draws<Cuda>;
template class AugmentedPictures<Cuda>;
template class Losses<AnyGenerator<Cuda>, AnyDiscriminator<Cuda>>;
template class GeneratorPass<AnyGenerator<Cuda>>;
template class Updates<AnyGenerator<Cuda>, AnyDiscriminator<Cuda>>;
template class Trainer<Cuda>;
template class ShardSum<Cuda>;
template void broadcast_parameters(Communicator&, Trainer<Cuda>&);
template void require_equal_parameters(Communicator&, const Trainer<Cuda>&);
template class ProjectionNoise<Cuda>;
template class Projection<Cuda>;
template SampledW<float> sample_w(const AnyGenerator<Cuda>&, std::size_t);
template std::vector<std::size_t> nearest_samples(const AnyGenerator<Cuda>&, const SampledW<float>&, std::size_t,
                                                        std::size_t,
                                                        const std::function<double(const xt::xtensor<float, 4>&)>&,
                                                        const std::function<void()>&);
template void blend(AnyGenerator<Cuda>&, const AnyGenerator<Cuda>&, const std::vector<double>&);
template std::string write_onnx(const std::filesystem::path&, const AnyGenerator<Cuda>&, const OnnxOptions&);
template void update_average(Context<Cuda>&, AnyGenerator<Cuda>&, const AnyGenerator<Cuda>&, double);
template void save_snapshot<Cuda>(const std::filesystem::path&, const Trainer<Cuda>&);
template void load_snapshot<Cuda>(const Checkpoint&, Trainer<Cuda>&);
template MemoryPlan plan_memory<Cuda>(const AnyGenerator<Cuda>&, const AnyDiscriminator<Cuda>&, const Loss&, int,
                                      bool, Index, const AdamOptions&, int);

// metrics
template class Lpips<Cuda>;
template class LpipsTarget<Cuda>;
template Vgg16<Cuda> load_vgg16(const NamedTensors&, std::shared_ptr<Context<Cuda>>);
template void save_vgg16<Cuda>(const std::filesystem::path&, const Vgg16<Cuda>&,
                               const std::map<std::string, std::string>&);
template void load_lpips_heads(const NamedTensors&, Lpips<Cuda>&);
template bool load_lpips_heads_of_vgg16(const NamedTensors&, Lpips<Cuda>&);
template PathGenerator<float> path_generator(const AnyGenerator<Cuda>&, Noise);

}  // namespace stylegan

int main() {
    try {
        stylegan::require_cuda_device(0);
        stylegan::Context<stylegan::Cuda> context;
        const auto x = context.take(1, 1);
        context.fill(x, 2.0f);
        float value = 0;
        context.download(x.data, 1, &value);
#ifdef STYLEGAN_NCCL
        const stylegan::Nccl alone(std::make_shared<stylegan::SingleProcess>(),
                                   std::make_shared<stylegan::Context<stylegan::Cuda>>());
        if (alone.size() != 1) return 1;
#endif
        std::printf("%d CUDA %s\n", stylegan::cuda_devices(), stylegan::cuda_devices() == 1 ? "device" : "devices");
        return value == 2.0f ? 0 : 1;
    } catch (const stylegan::DeviceError& error) {
        std::printf("%s\n", error.what());
        return stylegan::cuda_devices() == 0 ? 0 : 1;
    }
}
