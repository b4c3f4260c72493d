// SPDX-License-Identifier: Apache-2.0
#include <stylegan/core/tensor.hpp>
#include <stylegan/device/cpu.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <type_traits>

BOOST_AUTO_TEST_SUITE(tensor)

using namespace stylegan;

BOOST_AUTO_TEST_CASE(a_batch_needs_its_number_alone_where_the_rest_is_static) {
    FeatureMaps<Cpu, 3, 4, 5> x(2);
    BOOST_TEST(x.size() == 120);
    BOOST_TEST(x.batch() == 2);
    BOOST_TEST(x.extent(3) == 5);
    static_assert(!std::is_constructible_v<FeatureMaps<Cpu, 3>, Index>);
    static_assert(std::is_constructible_v<Vectors<Cpu, 3>, Index>);
    static_assert(FeatureMaps<Cpu, 3, 4, 5>::rank == 4);
}

BOOST_AUTO_TEST_CASE(static_extents_are_checked) {
    BOOST_CHECK_EXCEPTION((FeatureMaps<Cpu, 3, 4, 5>({2, 3, 4, 6})), ShapeError,
                          [](const Error& e) { return e.what() == std::string("Tensor: extent 3 is 6, expected 5"); });
    FeatureMaps<Cpu> any({2, 7, 4, 5});
    BOOST_CHECK_EXCEPTION((FeatureMaps<Cpu, 3, 4, 5>(any)), ShapeError,
                          [](const Error& e) { return e.what() == std::string("Tensor: extent 1 is 7, expected 3"); });
}

BOOST_AUTO_TEST_CASE(conversions_between_static_and_dynamic_extents_keep_values_and_memory) {
    FeatureMaps<Cpu, 3, 4, 5> x(2);
    for (Index i = 0; i < x.size(); ++i) x.data()[i] = static_cast<float>(i);
    const float* memory = x.data();
    FeatureMaps<Cpu> any = std::move(x);
    BOOST_TEST(any.data() == memory);
    const FeatureMaps<Cpu, dynamic, 4> some = any;  // a copy
    BOOST_TEST(some.data() != memory);
    BOOST_TEST(some.view()(1, 2, 3, 4) == 119);
    const FeatureMaps<Cpu, 3, 4, 5> back = std::move(any);
    BOOST_TEST(back.data() == memory);
}

BOOST_AUTO_TEST_CASE(views_write_what_the_tensor_holds) {
    Vectors<Cpu> x({2, 3});
    for (Index i = 0; i < x.size(); ++i) x.data()[i] = 0;
    x.view()(1, 2) = 4;
    const auto& reader = x;
    BOOST_TEST(reader.view()(1, 2) == 4);
    static_assert(std::is_same_v<decltype(reader.view()), Rows<const float>>);
    static_assert(std::is_same_v<Tensor<BasicCpu<double>, dynamic>::Scalar, double>);
}

BOOST_AUTO_TEST_CASE(values_lie_on_cache_lines) {
    for (const Index n : {1, 3, 1000}) {
        const Vectors<Cpu> x({n, 7});
        BOOST_TEST(reinterpret_cast<std::uintptr_t>(x.data()) % 64 == 0u);
    }
}

BOOST_AUTO_TEST_CASE(a_default_tensor_and_an_empty_batch_hold_nothing) {
    const FeatureMaps<Cpu, 3, 4, 5> none;
    BOOST_TEST(none.size() == 0);
    const FeatureMaps<Cpu, 3, 4, 5> empty(0);
    BOOST_TEST(empty.size() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
