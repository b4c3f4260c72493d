// SPDX-License-Identifier: Apache-2.0
// The arithmetic of the launcher and of the sums, and the way of data to the device and back.
#include <stylegan/device/cuda.hpp>

#include "compare.hpp"

#include <numeric>
#include <string>
#include <vector>

using namespace stylegan;

namespace {

/// How often launch() calls its function with each item.
std::vector<int> visits(Context<Cuda>& c, Index count) {
    DeviceBuffer<int> seen(static_cast<std::size_t>(count));
    seen.assign(seen.size(), 0);
    int* const to = seen.data();
    c.launch(count, [=] STYLEGAN_DEVICE(Index i) { to[i] += 1; });
    c.synchronize();
    return download(seen);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(launch, test::BothDevices)

BOOST_AUTO_TEST_CASE(shapes_of_launches) {
    using gpu::LaunchShape;
    for (const Index count : {Index{1}, Index{255}, Index{256}, Index{257}, Index{65536}, Index{1} << 24,
                              (Index{1} << 24) + 1, Index{1} << 40}) {
        const LaunchShape s = LaunchShape::of(count);
        BOOST_TEST(s.threads >= 1u);
        BOOST_TEST(s.threads <= 1024u);
        BOOST_TEST(s.blocks >= 1u);
        BOOST_TEST(s.blocks <= LaunchShape::most_blocks);
        const Index all = Index{s.blocks} * s.threads;
        if (s.blocks < LaunchShape::most_blocks) {
            BOOST_TEST(all >= count);
            BOOST_TEST(all - count < Index{s.threads});  // no block has nothing to do
        }
    }
}

BOOST_AUTO_TEST_CASE(each_item_is_visited_once) {
    Context<Cuda> c;
    for (const Index count : {1, 2, 255, 256, 257, 1000, 65537}) {
        const auto seen = visits(c, count);
        BOOST_TEST(std::all_of(seen.begin(), seen.end(), [](int v) { return v == 1; }), count << " items");
    }
    const Index more = (Index{gpu::LaunchShape::most_blocks} * gpu::LaunchShape::most_threads) + 12345;
    const auto seen = visits(c, more);  // threads go on with a second item
    BOOST_TEST(std::all_of(seen.begin(), seen.end(), [](int v) { return v == 1; }));
    c.launch(0, [] STYLEGAN_DEVICE(Index) {});
}

BOOST_AUTO_TEST_CASE(each_value_is_computed) {
    Context<Cuda> c;
    for (const auto& [rows, length] :
         {std::pair<Index, Index>{1, 1}, {1, 2}, {3, 3}, {2, 4}, {5, 7}, {300, 33}, {1, 4099}}) {
        DeviceBuffer<float> y(static_cast<std::size_t>(rows * length));
        c.compute(rows, length, y.data(),
                  [] STYLEGAN_DEVICE(Index row, Index at) { return static_cast<float>(row * 5000 + at); });
        c.synchronize();
        const auto found = download(y);
        for (Index i = 0; i < rows * length; ++i)
            BOOST_TEST(found[static_cast<std::size_t>(i)] == static_cast<float>(i / length * 5000 + i % length));
    }
    c.compute(0, 3, static_cast<float*>(nullptr), [] STYLEGAN_DEVICE(Index, Index) { return 0.0f; });
}

BOOST_AUTO_TEST_CASE(parts_of_sums) {
    Index before = 0;
    for (Index length = 0; length < 10000; ++length) {
        const Index parts = gpu::parts_of(length), of_part = (length + parts - 1) / parts;
        BOOST_REQUIRE(parts >= 1);
        BOOST_REQUIRE((parts == 1 || parts < length));  // rounds come to an end
        BOOST_REQUIRE(of_part <= 64);
        BOOST_REQUIRE(parts >= before);
        before = parts;
    }
}

BOOST_AUTO_TEST_CASE(sums_of_segments) {
    Context<Cuda> c;
    for (const auto& [segments, length] :
         {std::pair<Index, Index>{1, 1}, {3, 5}, {2, 32}, {7, 4096}, {2, 4097}, {1, 300000}, {300, 33}}) {
        const Workspace::Frame frame(c.workspace());
        std::vector<float> values(static_cast<std::size_t>(segments * length));
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = static_cast<float>(static_cast<double>((i * 7919) % 1000) - 300);
        DeviceBuffer<float> x(values.size());
        upload(values, x);
        const float* const from = x.data();
        const auto* sums = c.segmented_sums<2>(segments, length, [=] STYLEGAN_DEVICE(Index segment, Index at) {
            const double v = static_cast<double>(from[segment * length + at]);
            return gpu::Sums<2>{{v, v * v}};
        });
        std::vector<gpu::Sums<2>> found(static_cast<std::size_t>(segments));
        c.download(sums, segments, found.data());
        float* const to = x.data();  // the same in place, of what is stored
        sums = c.stored_sums<2>(
            segments, length,
            [=] STYLEGAN_DEVICE(Index segment, Index at) {
                return to[segment * length + at] + static_cast<float>(segment);
            },
            [=] STYLEGAN_DEVICE(Index segment, float stored) {
                const double v = static_cast<double>(stored) - static_cast<double>(segment);
                return gpu::Sums<2>{{v, v * v}};
            },
            to);
        std::vector<gpu::Sums<2>> of_stored(found.size());
        c.download(sums, segments, of_stored.data());
        const auto stored = download(x);
        for (std::size_t i = 0; i < values.size(); ++i)
            BOOST_REQUIRE(stored[i] == values[i] + static_cast<float>(static_cast<Index>(i) / length));
        for (std::size_t s = 0; s < found.size(); ++s) {
            double sum = 0, squares = 0;
            for (std::size_t i = 0; i < static_cast<std::size_t>(length); ++i) {
                const auto v = static_cast<double>(values[s * static_cast<std::size_t>(length) + i]);
                sum += v;
                squares += v * v;
            }
            BOOST_TEST(found[s].value[0] == sum);  // whole numbers: exact in any order
            BOOST_TEST(found[s].value[1] == squares);
            BOOST_TEST(of_stored[s].value[0] == sum);
            BOOST_TEST(of_stored[s].value[1] == squares);
        }
    }
}

/// More than the page-locked blocks hold, in pieces that do not divide them.
BOOST_AUTO_TEST_CASE(data_arrives) {
    Context<Cuda> c;
    for (const Index count : {Index{1}, Index{1000}, (Index{1} << 20) + 1, Index{5} << 19}) {
        std::vector<float> values(static_cast<std::size_t>(count));
        std::iota(values.begin(), values.end(), 1.f);
        const std::vector<float> original = values;
        DeviceBuffer<float> there(values.size());
        c.upload(values.data(), count, there.data());
        std::fill(values.begin(), values.end(), -1.f);  // it may be overwritten at once
        std::vector<float> back(values.size());
        c.download(there.data(), count, back.data());
        BOOST_TEST((back == original), count << " values");
    }
    DeviceBuffer<float> many(1 << 10);
    for (Index i = 0; i < 5000; ++i) {  // many small ones, which share the blocks
        const auto value = static_cast<float>(i);
        c.upload(&value, 1, many.data() + i % (1 << 10));
    }
    const auto found = download(many);
    for (std::size_t i = 0; i < found.size(); ++i)
        BOOST_TEST(found[i] == static_cast<float>(i < 5000 % 1024 ? 4096 + i : 3072 + i));
}

BOOST_AUTO_TEST_CASE(buffers_are_values) {
    Context<Cuda> c;
    const std::vector<float> numbers{1, 2, 3};
    DeviceBuffer<float> a(3);
    upload(numbers, a);
    const DeviceBuffer<float> b = a;
    a.assign(3, 7.f);
    BOOST_TEST(download(a) == std::vector<float>(3, 7.f));
    BOOST_TEST(download(b) == numbers);
    DeviceBuffer<float> moved = std::move(a);
    BOOST_TEST(a.empty());  // NOLINT: what is left of it is defined
    a = b;
    BOOST_TEST(download(a) == numbers);
    a.assign(2, 0.f);
    BOOST_TEST(download(a) == std::vector<float>(2, 0.f));
    BOOST_TEST(download(DeviceBuffer<float>()).empty());
    BOOST_TEST(download(moved) == std::vector<float>(3, 7.f));
}

BOOST_AUTO_TEST_CASE(a_device_that_is_not_there) {
    BOOST_CHECK_EXCEPTION(Context<Cuda>(Cuda{.device = 99}), DeviceError, [](const DeviceError& e) {
        return std::string(e.what()).starts_with("CUDA device is 99, expected 0");
    });
#ifdef STYLEGAN_CUDA_STAND_IN
    const auto refused = [](const std::string& why) {
        return [text = "no CUDA device can be used: " + why](const DeviceError& e) { return e.what() == text; };
    };
    cuda_host::set_devices(0, 0);
    BOOST_CHECK_EXCEPTION(Context<Cuda>{}, DeviceError, refused("this machine has none"));
    cuda_host::set_driver(0);
    BOOST_CHECK_EXCEPTION(Context<Cuda>{}, DeviceError, refused("this machine has no driver for one"));
    cuda_host::set_driver(12040);
    BOOST_CHECK_EXCEPTION(Context<Cuda>{}, DeviceError,
                          refused("the driver knows CUDA 12.4, expected CUDA 13.0 or later"));
    BOOST_TEST(cuda_devices() == 0);
    cuda_host::set_driver(CUDART_VERSION);
    cuda_host::set_devices(1, std::size_t{1} << 30);
    BOOST_CHECK_EXCEPTION((DeviceBuffer<float>(std::size_t{1} << 30)), DeviceError, [](const DeviceError& e) {
        return std::string(e.what()).find("out of memory: 4096 MiB wanted, 1024 MiB of 1024 MiB free") !=
               std::string::npos;
    });
    cuda_host::set_devices(1, std::size_t{16} << 30);
#endif
}

BOOST_AUTO_TEST_SUITE_END()
