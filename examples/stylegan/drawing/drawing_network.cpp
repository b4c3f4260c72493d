// SPDX-License-Identifier: Apache-2.0
#include "drawing/drawing_network.hpp"

#include "drawing/truncated_w.hpp"
#include "metrics/perceptual_network_on.hpp"

#include <stylegan/io/tensors/non_finite.hpp>
#include <stylegan/metrics/path_generator.hpp>
#include <stylegan/models/directions/style_weights.hpp>
#include <stylegan/models/directions/truncation_to_centers.hpp>
#include <stylegan/models/load.hpp>

#include <algorithm>
#include <utility>

namespace stylegan::examples {
namespace {

template <class Device>
class SearchOn : public DrawingNetwork::Search {
public:
    SearchOn(AnyGenerator<Device>& generator, std::vector<DrawingNetwork::Distance> distances,
             const DrawingNetwork::LayerStyles& start, double deviation, const ProjectionOptions& options)
        : projection_(generator, std::move(distances), start, deviation, options) {}

    [[nodiscard]] bool finished() const override { return projection_.finished(); }
    void step() override { (void)projection_.step(); }
    [[nodiscard]] DrawingNetwork::LayerStyles styles() const override { return projection_.styles(); }
    [[nodiscard]] Arrays<float, 4> noise() const override { return projection_.noise(); }

private:
    Projection<Device> projection_;
};

template <class Device>
class DrawingNetworkOn : public DrawingNetwork {
public:
    DrawingNetworkOn(const Checkpoint& checkpoint, Device device, std::optional<double> lod)
        : device_(device), generator_(load_generator(checkpoint, std::make_shared<Context<Device>>(device))) {
        if (lod) generator_.set_lod(*lod);
    }

    [[nodiscard]] const Architecture& architecture() const override { return generator_.architecture(); }
    [[nodiscard]] Latents map(const Latents& z, const Latents& labels) const override {
        return generator_.map(z, labels);
    }
    [[nodiscard]] LayerStyles styles(const Latents& w) const override { return generator_.styles(w); }
    [[nodiscard]] Pictures synthesize(const LayerStyles& w, const Options& options) const override {
        if (centers_.rows() == 0 || options.truncation.psi == 1) return generator_.synthesize(w, options);
        Options untruncated = options;
        untruncated.truncation = {};
        return generator_.synthesize(truncated_to_centers(w, centers_, options.truncation), untruncated);
    }
    void set_centers(Eigen::MatrixXd centers) override { centers_ = std::move(centers); }
    [[nodiscard]] LayerStyles truncated(const LayerStyles& w, TruncationOptions options) const override {
        if (centers_.rows() > 0) return truncated_to_centers(w, centers_, options);
        return truncated_w(w, generator_.w_average(), options);
    }
    [[nodiscard]] std::vector<float> w_average() const override { return generator_.w_average(); }
    [[nodiscard]] Eigen::MatrixXd style_weights(const std::vector<int>& layers) const override {
        return stylegan::style_weights(generator_, layers);
    }
    void set_profile(Profile* profile) override { generator_.context().set_profile(profile); }

    [[nodiscard]] PathGenerator<float> path(Noise noise) const override { return path_generator(generator_, noise); }
    [[nodiscard]] PictureSet pictures(const GeneratedOptions& options) const override {
        return picture_set(generator_, options);
    }
    [[nodiscard]] PerceptualNetwork perceptual(const PerceptualOptions& o) const override {
        return open_perceptual_network_beside(o, device_, generator_.shared_context());
    }
    [[nodiscard]] SampledW<float> sampled_w(std::size_t count) const override { return sample_w(generator_, count); }
    [[nodiscard]] std::vector<std::size_t> nearest(const SampledW<float>& sampled, std::size_t samples,
                                                   std::size_t count,
                                                   const std::function<double(const Pictures&)>& distance,
                                                   const std::function<void()>& progress) const override {
        return nearest_samples(generator_, sampled, samples, count, distance, progress);
    }
    [[nodiscard]] std::unique_ptr<Search> search(std::vector<Distance> distances, const LayerStyles& start,
                                                 double deviation, const ProjectionOptions& options) override {
        return std::make_unique<SearchOn<Device>>(generator_, std::move(distances), start, deviation, options);
    }

private:
    Device device_;
    AnyGenerator<Device> generator_;
    Eigen::MatrixXd centers_;  // (k, w_size); empty: the average w
};

}  // namespace

std::string cuda_description() {
#ifdef STYLEGAN_CUDA
    try {
        require_cuda_device(0);
        const int count = cuda_devices();
        return text(count, count == 1 ? " device" : " devices");
    } catch (const DeviceError& error) {
        return text("compiled in, but ", error.what());
    }
#else
    return "not compiled in";
#endif
}

std::unique_ptr<DrawingNetwork> open_network(const Checkpoint& checkpoint, const DeviceOption& device, int threads,
                                             std::optional<double> lod) {
    require_finite(checkpoint.file(), checkpoint.prefix_of(NetworkKind::generator));
    if (lod) checkpoint.require_level(*lod);
    return on_device(device, threads, [&]<class Device>(Device d) -> std::unique_ptr<DrawingNetwork> {
        return std::make_unique<DrawingNetworkOn<Device>>(checkpoint, d, lod);
    });
}

PerceptualNetwork open_perceptual_network(const PerceptualOptions& o, const DeviceOption& device, int threads) {
    return on_device(device, threads, [&]<class Device>(Device d) {
        return open_perceptual_network_on(o, std::make_shared<Context<Device>>(d));
    });
}

}  // namespace stylegan::examples
