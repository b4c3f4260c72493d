// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The whole library, floor by floor. A program that needs the networks alone includes <stylegan/models/generator.hpp>,
/// which asks for xtensor and Eigen only; io asks for libpng, libjpeg, libzip and nlohmann/json (target stylegan::io).

// core: values, names, random numbers, errors
#include <stylegan/core/architecture.hpp>
#include <stylegan/core/architecture_fields.hpp>
#include <stylegan/core/arrays.hpp>
#include <stylegan/core/closed_spline.hpp>
#include <stylegan/core/error.hpp>
#include <stylegan/core/function_ref.hpp>
#include <stylegan/core/latents_of_seeds.hpp>
#include <stylegan/core/numpy_random_state.hpp>
#include <stylegan/core/parameter.hpp>
#include <stylegan/core/permutation.hpp>
#include <stylegan/core/philox.hpp>
#include <stylegan/core/shortened.hpp>
#include <stylegan/core/tensor.hpp>
#include <stylegan/core/version.hpp>

// io, beside: files
#include <stylegan/io/datasets/dataset.hpp>
#include <stylegan/io/datasets/folder_writer.hpp>
#include <stylegan/io/files/same_file.hpp>
#include <stylegan/io/files/zip_writer.hpp>
#include <stylegan/io/networks/checkpoint.hpp>
#include <stylegan/io/networks/convert_networks.hpp>
#include <stylegan/io/networks/official_pickle.hpp>
#include <stylegan/io/onnx/onnx_graph.hpp>
#include <stylegan/io/pickle/torch_file.hpp>
#include <stylegan/io/pictures/animated_png.hpp>
#include <stylegan/io/pictures/crop.hpp>
#include <stylegan/io/pictures/fitted_rows.hpp>
#include <stylegan/io/pictures/image_rows.hpp>
#include <stylegan/io/pictures/jpeg_writer.hpp>
#include <stylegan/io/pictures/picture.hpp>
#include <stylegan/io/pictures/read_image.hpp>
#include <stylegan/io/pictures/resize.hpp>
#include <stylegan/io/tensorboard/tensorboard_event.hpp>
#include <stylegan/io/tensors/non_finite.hpp>
#include <stylegan/io/tensors/npy.hpp>
#include <stylegan/io/tensors/npz.hpp>
#include <stylegan/io/tensors/safetensors.hpp>
#include <stylegan/io/tensors/tensor_file.hpp>

// device: where it runs
#include <stylegan/device/communicator.hpp>
#include <stylegan/device/cpu.hpp>
#ifdef STYLEGAN_CUDA
#include <stylegan/device/cuda.hpp>
#include <stylegan/device/cuda/nccl.hpp>
#endif
#ifdef STYLEGAN_MPI
#include <stylegan/device/mpi.hpp>
#endif

// layers: the paper's nouns (each includes the ops it needs)
#include <stylegan/layers/adain.hpp>
#include <stylegan/layers/checks/block_calls.hpp>
#include <stylegan/layers/checks/check_derivatives.hpp>
#include <stylegan/layers/constant_input.hpp>
#include <stylegan/layers/convolution.hpp>
#include <stylegan/layers/dense.hpp>
#include <stylegan/layers/discriminator_block.hpp>
#include <stylegan/layers/discriminator_output.hpp>
#include <stylegan/layers/from_rgb.hpp>
#include <stylegan/layers/layer_epilogue.hpp>
#include <stylegan/layers/mapping_network.hpp>
#include <stylegan/layers/minibatch_stddev.hpp>
#include <stylegan/layers/noise_input.hpp>
#include <stylegan/layers/style_mixing.hpp>
#include <stylegan/layers/synthesis_block.hpp>
#include <stylegan/layers/to_rgb.hpp>
#include <stylegan/layers/truncation.hpp>

// models: networks, directions of w, ONNX
#include <stylegan/models/blend.hpp>
#include <stylegan/models/directions/k_means.hpp>
#include <stylegan/models/directions/latent_directions.hpp>
#include <stylegan/models/directions/linear_boundary.hpp>
#include <stylegan/models/directions/moved_w.hpp>
#include <stylegan/models/directions/principal_components.hpp>
#include <stylegan/models/directions/sampled_w_moments.hpp>
#include <stylegan/models/directions/sefa.hpp>
#include <stylegan/models/directions/style_weights.hpp>
#include <stylegan/models/directions/truncation_to_centers.hpp>
#include <stylegan/models/discriminator.hpp>
#include <stylegan/models/generator.hpp>
#include <stylegan/models/load.hpp>
#include <stylegan/models/load_inception.hpp>
#include <stylegan/models/load_vgg16.hpp>
#include <stylegan/models/onnx/write_onnx.hpp>
#include <stylegan/models/vgg16.hpp>

// metrics: how good it is
#include <stylegan/metrics/distribution/feature_cache.hpp>
#include <stylegan/metrics/distribution/frechet_distance.hpp>
#include <stylegan/metrics/distribution/frechet_extrapolation.hpp>
#include <stylegan/metrics/distribution/frechet_uncertainty.hpp>
#include <stylegan/metrics/distribution/kernel_distance.hpp>
#include <stylegan/metrics/distribution/picture_features.hpp>
#include <stylegan/metrics/distribution/picture_sets.hpp>
#include <stylegan/metrics/distribution/precision_recall.hpp>
#include <stylegan/metrics/load_lpips.hpp>
#include <stylegan/metrics/lpips.hpp>
#include <stylegan/metrics/lpips_target.hpp>
#include <stylegan/metrics/path_generator.hpp>
#include <stylegan/metrics/path_length.hpp>

// training: losses, optimizer, schedule, snapshots
#include <stylegan/training/augmentation/augment_controller.hpp>
#include <stylegan/training/augmentation/augmentation.hpp>
#include <stylegan/training/check_loss.hpp>
#include <stylegan/training/collapse.hpp>
#include <stylegan/training/dataset_source.hpp>
#include <stylegan/training/good_snapshot.hpp>
#include <stylegan/training/known_losses.hpp>
#include <stylegan/training/memory_plan.hpp>
#include <stylegan/training/parallel/require_equal_ranks.hpp>
#include <stylegan/training/projection.hpp>
#include <stylegan/training/snapshot.hpp>
#include <stylegan/training/trainer.hpp>
#include <stylegan/training/transfer.hpp>
