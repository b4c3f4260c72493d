// SPDX-License-Identifier: Apache-2.0
// Which algorithms convolutions take, what they do where cuDNN refuses, and how failures are told.
#include <stylegan/ops/convolution/convolution.hpp>

#include "compare.hpp"

#include <string>

using namespace stylegan;
using test::Argument, test::Random;

namespace {

/// Calls of the libraries without a context's help.
struct Bare {
    Context<Cuda> context{{.threads = 1}};
    gpu::Stream stream = gpu::make_stream();
    gpu::DnnHandle cudnn = gpu::make_handle<gpu::DnnHandle>(&cudnnCreate, "cudnnCreate");
    gpu::Queue queue{stream.get(), cudnn.get(), context.workspace()};

    Bare() { gpu::check(cudnnSetStream(cudnn.get(), stream.get()), "cudnnSetStream"); }

    [[nodiscard]] std::vector<float> result(const DeviceBuffer<float>& of) const {
        gpu::check(cudaStreamSynchronize(stream.get()), "cudaStreamSynchronize");
        return download(of);
    }
};

DeviceBuffer<float> on_gpu(const std::vector<float>& values) {
    DeviceBuffer<float> buffer(values.size());
    upload(values, buffer);
    return buffer;
}

/// From fine maps to coarse ones of this size, with 4x4 taps.
gpu::Correlation downscaling(Index batch, Index fine_channels, Index coarse_channels, Index coarse_height,
                             Index coarse_width) {
    return {
        batch, fine_channels, coarse_channels, 2 * coarse_height, 2 * coarse_width, coarse_height, coarse_width, 4, 2,
        1};
}

/// All three products of a correlation: coarse maps, fine maps, kernel.
std::array<std::vector<float>, 3> products(gpu::Convolutions&& convolutions, const gpu::Correlation& shape) {
    Random r(7);
    const auto fine = on_gpu(r.in(shape.fine_values()).values), coarse = on_gpu(r.in(shape.coarse_values()).values),
               kernel = on_gpu(r.in(shape.kernel_values()).values);
    DeviceBuffer<float> to_fine(fine.size()), to_coarse(coarse.size()), to_kernel(kernel.size());
    Bare bare;
    convolutions.forward(bare.queue, shape, fine.data(), kernel.data(), 0.5f, to_coarse.data());
    convolutions.backward_data(bare.queue, shape, coarse.data(), kernel.data(), 0.5f, to_fine.data());
    convolutions.backward_kernel(bare.queue, shape, fine.data(), coarse.data(), to_kernel.data());
    return {bare.result(to_coarse), bare.result(to_fine), bare.result(to_kernel)};
}

template <class Call>
void expect_device_error(const Call& call, const std::string& text) {
    BOOST_CHECK_EXCEPTION(call(), DeviceError, [&](const DeviceError& e) {
        const std::string what = e.what();
        if (what.find(text) == 0 && what.find('\n') == std::string::npos) return true;
        BOOST_TEST_MESSAGE(what);
        return false;
    });
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(algorithms, test::BothDevices)

BOOST_AUTO_TEST_CASE(each_status_is_told_with_the_name_of_its_call) {
    expect_device_error([] { gpu::check(cudaErrorInvalidValue, "cudaSomething"); },
                        text("cudaSomething: ", cudaGetErrorString(cudaErrorInvalidValue), " (cudaErrorInvalidValue)"));
    expect_device_error([] { gpu::check(CUDNN_STATUS_EXECUTION_FAILED, "cudnnSomething"); },
                        "cudnnSomething: CUDNN_STATUS_EXECUTION_FAILED");
    expect_device_error([] { gpu::check(CUBLAS_STATUS_EXECUTION_FAILED, "cublasSomething"); },
                        text("cublasSomething: ", cublasGetStatusString(CUBLAS_STATUS_EXECUTION_FAILED),
                             " (CUBLAS_STATUS_EXECUTION_FAILED)"));
    gpu::check(cudaSuccess, "");
    gpu::check(CUDNN_STATUS_SUCCESS, "");
    gpu::check(CUBLAS_STATUS_SUCCESS, "");
}

BOOST_AUTO_TEST_CASE(a_failure_is_told_once) {
    Context<Cuda> c({.threads = 1});
    expect_device_error([] { gpu::check(cudaSetDevice(1000), "cudaSetDevice"); }, "cudaSetDevice: ");
    DeviceBuffer<float> x(3);
    c.fill(View<float, 1>{x.data(), {3}}, 1.0f);  // whose launch asks for the last error
    c.synchronize();
    BOOST_TEST((download(x) == std::vector<float>(3, 1.0f)));
}

BOOST_AUTO_TEST_CASE(refusals) {
    BOOST_TEST(gpu::refused(CUDNN_STATUS_NOT_SUPPORTED));
    BOOST_TEST(gpu::refused(CUDNN_STATUS_INTERNAL_ERROR));
    BOOST_TEST(gpu::refused(CUDNN_STATUS_BAD_PARAM_MISALIGNED_POINTER));
    BOOST_TEST(!gpu::refused(CUDNN_STATUS_SUCCESS));
    BOOST_TEST(!gpu::refused(CUDNN_STATUS_BAD_PARAM));
    BOOST_TEST(!gpu::refused(CUDNN_STATUS_EXECUTION_FAILED));
}

/// cuDNN takes at most so many values: larger batches are computed in parts.
BOOST_AUTO_TEST_CASE(large_batches_are_cut) {
    const gpu::Correlation same{.batch = 5,
                                .fine_channels = 3,
                                .coarse_channels = 4,
                                .height = 6,
                                .width = 5,
                                .coarse_height = 6,
                                .coarse_width = 5,
                                .size = 3,
                                .stride = 1,
                                .border = 1};
    const gpu::Correlation down = downscaling(3, 2, 5, 4, 3);
    for (const gpu::Correlation& shape : {same, down})
        for (const Precision p : {Precision::fp32, Precision::fp16}) {
            const auto whole = products(gpu::Convolutions(p), shape);
            for (const Index pictures : {1, 2}) {
                const Index most = pictures * std::max(shape.fine_picture(), shape.coarse_picture()) + 7;
                const auto parts = products(gpu::Convolutions(p, most), shape);
                for (std::size_t i = 0; i < 3; ++i)
                    BOOST_TEST(test::difference(parts[i], whole[i]) <= (p == Precision::fp32 ? test::tolerance : 5e-3));
            }
            BOOST_CHECK_EXCEPTION(products(gpu::Convolutions(p, 60), shape), ShapeError, [](const ShapeError& e) {
                return std::string(e.what()).find("the maps of a picture have ") != std::string::npos &&
                       std::string(e.what()).find("expected at most 60") != std::string::npos;
            });
        }
}

/// Phases of 2x2 taps, and of 3x3 where that is the faster way for many pictures.
BOOST_AUTO_TEST_CASE(either_way_through_phases) {
    const gpu::Correlation down = downscaling(64, 8, 32, 2, 3);
    BOOST_TEST(gpu::Phases(down.with(63)).taps == 2);
    BOOST_TEST(gpu::Phases(down).taps == 3);
    const auto whole = products(gpu::Convolutions(Precision::fp32), down);
    const auto parts = products(gpu::Convolutions(Precision::fp32, 60 * down.coarse_picture()), down);
    for (std::size_t i = 0; i < 3; ++i) BOOST_TEST(test::difference(parts[i], whole[i]) <= test::tolerance);
}

/// A view may begin anywhere.
BOOST_AUTO_TEST_CASE(maps_need_not_be_aligned) {
    Random r(3);
    const auto x = r.in(3, 3, 5, 5), w = r.in(3, 3, 3, 2);  // a picture has 75 values
    Context<Cpu> cpu({.threads = 1, .kernels = Kernels::plain});
    Context<Cuda> c({.threads = 1});
    const auto from = on_gpu(x.values), kernel = on_gpu(w.values);
    DeviceBuffer<float> to(2 * 2 * 25);
    std::vector<float> expected(to.size());
    for (const Index first : {Index{1}, Index{0}, Index{1}}) {
        ops::convolution(c, Maps<const float>{from.data(), x.shape}.part(first, 2), {kernel.data(), w.shape}, 1,
                         Maps<float>{to.data(), {2, 2, 5, 5}});
        ops::convolution(cpu, Maps<const float>{x.values.data(), x.shape}.part(first, 2), {w.values.data(), w.shape}, 1,
                         Maps<float>{expected.data(), {2, 2, 5, 5}});
        c.synchronize();
        BOOST_TEST(test::difference(download(to), expected) <= test::tolerance);
    }
}

#ifdef STYLEGAN_CUDA_STAND_IN

BOOST_AUTO_TEST_CASE(they_are_looked_up_once_a_shape) {
    Random r(4);
    Context<Cuda> c({.threads = 1});
    const auto x = on_gpu(r.in(2, 3, 4, 4).values), w = on_gpu(r.in(3, 3, 3, 5).values);
    DeviceBuffer<float> y(2 * 5 * 4 * 4);
    const auto convolve = [&](Index batch) {
        ops::convolution(c, Maps<const float>{x.data(), {batch, 3, 4, 4}}, {w.data(), {3, 3, 3, 5}}, 1,
                         Maps<float>{y.data(), {batch, 5, 4, 4}});
    };
    const auto searches = [before = cuda_host::counts().searches] { return cuda_host::counts().searches - before; };
    const long long others = cuda_host::counts().nondeterministic;
    for (int i = 0; i < 3; ++i) convolve(2);
    BOOST_TEST(searches() == 1);
    convolve(1);
    convolve(2);
    BOOST_TEST(searches() == 2);
    c.synchronize();
    BOOST_TEST(cuda_host::counts().nondeterministic == others);
}

/// What cuDNN cannot compute in 16 bits is computed in TF32.
BOOST_AUTO_TEST_CASE(the_next_precision_where_there_is_no_algorithm) {
    const auto shape = [](Index channels) {
        return gpu::Correlation{.batch = 2,
                                .fine_channels = channels,
                                .coarse_channels = 4,
                                .height = 6,
                                .width = 6,
                                .coarse_height = 6,
                                .coarse_width = 6,
                                .size = 3,
                                .stride = 1,
                                .border = 1};
    };
    for (const Precision p : {Precision::fp16, Precision::bf16}) {
        const auto odd = products(gpu::Convolutions(p), shape(3)), even = products(gpu::Convolutions(p), shape(2));
        for (const auto manner : {cuda_host::OddHalves::not_listed, cuda_host::OddHalves::refused}) {
            cuda_host::set_odd_halves(manner);
            BOOST_TEST(
                (products(gpu::Convolutions(p), shape(3)) == products(gpu::Convolutions(Precision::tf32), shape(3))));
            BOOST_TEST((products(gpu::Convolutions(p), shape(2)) == even));
            cuda_host::set_odd_halves(cuda_host::OddHalves::computed);
        }
        BOOST_TEST((products(gpu::Convolutions(p), shape(3)) == odd));
    }
}

BOOST_AUTO_TEST_CASE(cudnns_own_words_are_told) {
    Context<Cuda> c({.threads = 1});
    auto t = gpu::make_handle<gpu::TensorDescriptor>(&cudnnCreateTensorDescriptor, "cudnnCreateTensorDescriptor");
    const auto set = [&] {
        gpu::check(cudnnSetTensor4dDescriptor(t.get(), CUDNN_TENSOR_NCHW, CUDNN_DATA_FLOAT, 1, 0, 2, 2),
                   "cudnnSetTensor4dDescriptor");
    };
    expect_device_error(set,
                        "cudnnSetTensor4dDescriptor: CUDNN_STATUS_BAD_PARAM (cudnnSetTensor4dDescriptor: an extent of");
    expect_fault("is not positive");
}

#endif

BOOST_AUTO_TEST_SUITE_END()
