// SPDX-License-Identifier: Apache-2.0
#include <stylegan/io/onnx/onnx_graph.hpp>

#include "io/onnx_model.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(onnx_graph)

using namespace stylegan;

OnnxGraph small_graph() {
    OnnxGraph graph("small");
    graph.describe("y = 2 x");
    graph.metadata("key", "value");
    const std::string x = graph.input("x", {"n", Index{3}});
    const std::string two = graph.constant("two", {1, 3}, [] { return std::vector<float>{2, 2, 2}; });
    const std::string axes = graph.integers("axes", {2}, {-1, 300});
    const std::string y = graph.node("Mul", "y", {x, two, "", axes},
                                     {{"i", -7}, {"f", 0.5f}, {"s", "text"}, {"l", std::vector<std::int64_t>{4, 0}}});
    graph.output(y, {"n", Index{3}});
    return graph;
}

BOOST_AUTO_TEST_CASE(what_is_written_comes_back) {
    const test::TemporaryFolder folder;
    const OnnxGraph graph = small_graph();
    graph.write(folder / "a.onnx");
    graph.write(folder / "b.onnx");
    BOOST_TEST((test::read(folder / "a.onnx") == test::read(folder / "b.onnx")));
    BOOST_TEST(graph.signature() == "x (n, 3) -> y (n, 3)");

    const test::OnnxModel model(folder / "a.onnx");
    BOOST_TEST((model.ir_version == 8 && model.opset == 17));
    BOOST_TEST(model.producer == "stylegan-cpp");
    BOOST_TEST(model.description == "y = 2 x");
    BOOST_TEST(model.metadata.at("key") == "value");
    BOOST_TEST((model.inputs == test::OnnxModel::Signature{{"x", {"n", "3"}}}));
    BOOST_TEST((model.outputs == test::OnnxModel::Signature{{"y", {"n", "3"}}}));
    BOOST_TEST((model.constants.at("two").shape == std::vector<std::int64_t>{1, 3}));
    BOOST_TEST((model.constants.at("two").values == std::vector<double>{2, 2, 2}));
    BOOST_TEST((model.constants.at("axes").values == std::vector<double>{-1, 300}));
    BOOST_REQUIRE(model.nodes.size() == 1u);
    const test::OnnxNode& node = model.nodes[0];
    BOOST_TEST((node.op == "Mul" && node.name == "y"));
    BOOST_TEST((node.inputs == std::vector<std::string>{"x", "two", "", "axes"}));
    BOOST_TEST((node.outputs == std::vector<std::string>{"y"}));
    BOOST_TEST(node.attributes.at("i").integer == -7);
    BOOST_TEST(node.attributes.at("f").real == 0.5);
    BOOST_TEST(node.attributes.at("s").words == "text");
    BOOST_TEST((node.attributes.at("l").integers == std::vector<std::int64_t>{4, 0}));
}

BOOST_AUTO_TEST_CASE(names_are_checked) {
    OnnxGraph graph = small_graph();
    BOOST_TEST(graph.has("two"));
    BOOST_TEST(!graph.has("three"));
    BOOST_TEST(test::message_of<ValueError>([&] { graph.input("y", {}); }) == "OnnxGraph: the name \"y\" is taken");
    BOOST_TEST(test::message_of<ValueError>([&] { graph.integers("two", {}, {1}); }) ==
               "OnnxGraph: the name \"two\" is taken");
    BOOST_TEST(test::message_of<ValueError>([&] { graph.node("Neg", "z", {"w"}); }) ==
               "OnnxGraph: input \"w\" of \"z\" is no value");
    BOOST_TEST(test::message_of<ValueError>([&] { graph.output("w", {}); }) ==
               "OnnxGraph: output \"w\" is not a value of the graph");
}

BOOST_AUTO_TEST_CASE(a_file_appears_whole_or_not_at_all) {
    const test::TemporaryFolder folder;
    OnnxGraph wrong = small_graph();
    wrong.constant("c", {3}, [] { return std::vector<float>{1}; });
    BOOST_TEST(test::message_of<ValueError>([&] { wrong.write(folder / "a.onnx"); }) ==
               "ProtobufMessage: 4 bytes of a field were produced, expected 12");
    OnnxGraph failing = small_graph();
    failing.constant("c", {3}, []() -> std::vector<float> { throw FileError("the source is cut off"); });
    BOOST_CHECK_THROW(failing.write(folder / "a.onnx"), FileError);
    BOOST_TEST(folder.files().empty());
    BOOST_CHECK_THROW(small_graph().write(folder / "missing/a.onnx"), FileError);
}

BOOST_AUTO_TEST_CASE(two_gibibytes_are_refused_before_anything_is_computed) {
    const test::TemporaryFolder folder;
    OnnxGraph large("large");
    bool computed = false;
    for (int i = 0; i < 2; ++i)
        large.constant("c" + std::to_string(i), {1 << 14, 1 << 14}, [&computed] {
            computed = true;
            return std::vector<float>();
        });
    const std::string message = test::message_of<ValueError>([&] { large.write(folder / "a.onnx"); });
    BOOST_TEST(test::contains(message, "a.onnx: would have 21474837"), message);
    BOOST_TEST(test::contains(message, ", expected at most 2147483647, the longest message of Protocol Buffers"),
               message);
    BOOST_TEST(!computed);
    BOOST_TEST(folder.files().empty());
}

BOOST_AUTO_TEST_SUITE_END()
