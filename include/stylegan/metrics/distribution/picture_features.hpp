// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/parameter.hpp>
#include <stylegan/core/view.hpp>
#include <stylegan/io/files/digest.hpp>
#include <stylegan/layers/equalized_lr.hpp>
#include <stylegan/metrics/distribution/feature_set.hpp>
#include <stylegan/models/inception.hpp>
#include <stylegan/models/inception_input.hpp>
#include <stylegan/models/vgg16.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace stylegan {

namespace detail {

inline void require_colours(const char* where, Index channels) {
    if (channels != 1 && channels != 3)
        throw ShapeError(text(where, ": pictures have ", channels, " channels, expected 1 or 3"));
}

/// The XXH3 of the weights of a VGG16.
inline std::uint64_t digest_of_weights(const Vgg16<Cpu>& network) {
    Digest digest(DigestKind::xxh3);
    const EqualizedLr lr = network.equalized_lr();
    for (const double v : {lr.gain, lr.lrmul, lr.wscale ? 1.0 : 0.0}) digest.add(&v, sizeof v);
    for_each_parameter(network, [&](const std::string&, const auto& p) {
        digest.add(p.value().data(), p.value().size() * sizeof(float));
    });
    return digest.value();
}

}  // namespace detail

/// The features of FID, KID, precision and recall: the 2048 of the Inception network.
/// @param resize  how pictures become 299x299
[[nodiscard]] inline PictureFeatures inception_features(std::shared_ptr<const Inception> network,
                                                        InceptionResize resize = InceptionResize::official) {
    const std::uint64_t digest = network->digest();
    return {.name = text("inception-2015-12-05, ", name_of(resize)),
            .width = Inception::features,
            .published = true,
            .digest = digest,
            .compute = [network = std::move(network), resize](std::span<const std::uint8_t> pictures,
                                                              const Shape4& shape, Rows<float> out) {
                detail::require_colours("inception_features", shape[1]);
                const InceptionInput input(resize, shape[2], shape[3]);
                Context<Cpu>& context = network->context();
                const Workspace::Frame frame(context.workspace());
                const Maps<float> x = context.take(shape[0], 3, Inception::side, Inception::side);
                const Index size = shape[1] * shape[2] * shape[3];
                context.parallel_for(
                    shape[0], [&](Index n) { input(pictures.data() + n * size, shape[1], x.data + n * x.stride()); });
                network->forward(context, x, out);
            }};
}

/// Features that need no download: means over the pixels of all stages of a VGG16, such as the small one that comes with
/// this library. Numbers compare with each other, and with no published ones.
/// @param name  of the network
[[nodiscard]] inline PictureFeatures vgg_features(std::shared_ptr<const Vgg16<Cpu>> network, const std::string& name) {
    Index width = 0;
    for (int s = 0; s < Vgg16<Cpu>::stages; ++s) width += network->channels(s);
    const std::uint64_t digest = detail::digest_of_weights(*network);
    return {.name = name,
            .width = width,
            .published = false,
            .digest = digest,
            .compute = [network = std::move(network)](std::span<const std::uint8_t> pictures, const Shape4& shape,
                                                      Rows<float> out) {
                detail::require_colours("vgg_features", shape[1]);
                Context<Cpu>& context = network->context();
                const Workspace::Frame frame(context.workspace());
                const Maps<float> x = context.take(shape[0], 3, shape[2], shape[3]);
                const Index plane = shape[2] * shape[3];
                for (Index n = 0; n < shape[0]; ++n)
                    for (Index c = 0; c < 3; ++c) {
                        const std::uint8_t* const from =
                            pictures.data() + (n * shape[1] + (shape[1] == 1 ? 0 : c)) * plane;
                        float* const to = x.data + (n * 3 + c) * plane;
                        for (Index p = 0; p < plane; ++p) to[p] = static_cast<float>(from[p]) / 127.5F - 1;
                    }
                const Vgg16<Cpu>::Features stages = network->forward(context, x);
                Index column = 0;
                for (const Maps<const float>& maps : stages) {
                    const Index channels = maps.extent(1), pixels = maps.extent(2) * maps.extent(3);
                    for (Index n = 0; n < shape[0]; ++n)
                        for (Index c = 0; c < channels; ++c) {
                            double sum = 0;
                            for (Index p = 0; p < pixels; ++p)
                                sum += static_cast<double>(maps.data[(n * channels + c) * pixels + p]);
                            out(n, column + c) = static_cast<float>(sum / static_cast<double>(pixels));
                        }
                    column += channels;
                }
            }};
}

}  // namespace stylegan
