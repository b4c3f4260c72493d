// SPDX-License-Identifier: Apache-2.0
#include <stylegan/device/cpu.hpp>

#include <boost/test/unit_test.hpp>

#include <vector>

BOOST_AUTO_TEST_SUITE(cpu)

using namespace stylegan;

BOOST_AUTO_TEST_CASE(has_the_threads_it_was_asked_for) {
    for (const int n : {1, 2, 5}) BOOST_TEST(Context<Cpu>({.threads = n}).threads() == n);
    BOOST_TEST(Context<Cpu>().threads() >= 1);
    BOOST_TEST((Context<Cpu>({.kernels = Kernels::plain}).kernels() == Kernels::plain));
}

BOOST_AUTO_TEST_CASE(refuses_a_number_of_threads_that_cannot_be) {
    BOOST_CHECK_EXCEPTION(Context<Cpu>({.threads = -1}), DeviceError, [](const Error& e) {
        return e.what() == std::string("Cpu: threads is -1, expected 0 (all) to 1024");
    });
    BOOST_CHECK_THROW(Context<Cpu>({.threads = 1025}), DeviceError);
}

BOOST_AUTO_TEST_CASE(takes_blocks_of_any_shape) {
    Context<BasicCpu<double>> context({.threads = 1});
    const Workspace::Frame frame(context.workspace());
    const auto a = context.take(2, 3, 4, 5);
    static_assert(std::is_same_v<decltype(a), const Maps<double>>);
    BOOST_TEST(a.size() == 120);
    const auto b = context.take_like(a);
    BOOST_TEST((b.shape == a.shape));
    BOOST_TEST((b.data >= a.data + 120 || a.data >= b.data + 120));
}

BOOST_AUTO_TEST_CASE(fills_and_copies) {
    Context<Cpu> context({.threads = 2});
    const Workspace::Frame frame(context.workspace());
    const Rows<float> x = context.take(3, 5), y = context.take_like(x);
    context.fill(x, 2.5f);
    context.fill(y, 0.0f);
    context.copy<2>(x, y);
    for (Index i = 0; i < y.size(); ++i) BOOST_TEST(y.data[i] == 2.5f);
    std::vector<float> host(15, 1.0f);
    context.upload(host.data(), 15, x.data);
    host.assign(15, 0);
    context.download(x.data, 15, host.data());
    for (const float v : host) BOOST_TEST(v == 1);
}

BOOST_AUTO_TEST_CASE(shares_loops_among_its_threads) {
    Context<Cpu> context({.threads = 3});
    std::vector<int> runs(1000);
    context.parallel_for(1000, [&](Index i) { ++runs[static_cast<std::size_t>(i)]; });
    for (const int r : runs) BOOST_REQUIRE(r == 1);
}

BOOST_AUTO_TEST_SUITE_END()
