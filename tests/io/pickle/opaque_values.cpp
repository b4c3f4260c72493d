// SPDX-License-Identifier: Apache-2.0
// Values beside the tensors of a file: settings, times, paths. They are passed over, and nothing is executed for them.
#include "io/temporary_folder.hpp"
#include "io/torch_pickle.hpp"

#include <stylegan/io/pickle/torch_file.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <functional>

BOOST_AUTO_TEST_SUITE(opaque_values)

using namespace stylegan;
using test::TorchPickle;

namespace {

/// The tensors of {"a": a tensor, "x": what write() adds, "b": a tensor}.
NamedTensors beside(const std::function<void(TorchPickle&)>& write) {
    const test::TemporaryFolder folder;
    {
        TorchPickle file(folder / "x.pth");
        file.pickle().begin_dictionary();
        file.tensor("a", {2}, {1, 2});
        file.pickle().string("x");
        write(file);
        file.tensor("b", {1}, {3});
        file.pickle().end_dictionary();
        file.commit();
    }
    return read_torch(folder / "x.pth");
}

/// Both tensors are read, and an opaque value of this class is at "x".
void check_passed_over(const std::string& type, const std::function<void(TorchPickle&)>& write) {
    BOOST_TEST_CONTEXT(type) {
        const NamedTensors tensors = beside(write);
        BOOST_TEST((tensors.names() == std::vector<std::string>{"a", "b"}));
        BOOST_TEST((tensors.read_float("b") == std::vector<float>{3}));
        BOOST_TEST_REQUIRE(tensors.opaque().size() == 1u);
        BOOST_TEST(tensors.opaque()[0].name == "x");
        BOOST_TEST(tensors.opaque()[0].type == type);
        BOOST_TEST(!tensors.opaque()[0].module);
    }
}

}  // namespace

BOOST_AUTO_TEST_CASE(are_passed_over) {
    check_passed_over("torch.device", [](TorchPickle& f) { f.object("torch", "device", {"cuda", "0"}); });
    check_passed_over("torch.float32", [](TorchPickle& f) { f.pickle().global("torch", "float32"); });
    check_passed_over("pathlib.PosixPath", [](TorchPickle& f) { f.object("pathlib", "PosixPath", {"/", "data"}); });
    check_passed_over("datetime.datetime", [](TorchPickle& f) {
        f.pickle().global("datetime", "datetime");
        f.pickle().mark();
        f.pickle().global("_codecs", "encode");
        f.pickle().mark();
        f.pickle().string("0123456789");
        f.pickle().string("latin1");
        f.pickle().end_tuple();
        f.pickle().call();
        f.pickle().end_tuple();
        f.pickle().call();
    });
    check_passed_over("argparse.Namespace", [](TorchPickle& f) {
        f.object("argparse", "Namespace");
        f.pickle().begin_dictionary();
        f.pickle().string("lr");
        f.pickle().real(0.001);
        f.pickle().string("phase");
        f.object("__main__", "Phase.Training", {"on"});
        f.pickle().end_dictionary();
        f.pickle().set_state();
    });
    check_passed_over("options.Options", [](TorchPickle& f) {  // as protocol 2 makes objects
        f.pickle().global("options", "Options");
        f.pickle().empty_tuple();
        f.pickle().make_object();
        f.pickle().none();
        f.pickle().set_state();
    });
    check_passed_over("numpy.dtype", [](TorchPickle& f) { f.object("numpy", "dtype", {"U7"}); });
    check_passed_over("numpy.dtype", [](TorchPickle& f) {  // np.str_("abc")
        f.pickle().global("numpy.core.multiarray", "scalar");
        f.pickle().mark();
        f.object("numpy", "dtype", {"U3"});
        f.pickle().string("abc");
        f.pickle().end_tuple();
        f.pickle().call();
    });
    check_passed_over("torch.storage._load_from_bytes", [](TorchPickle& f) {  // a tensor in a pickle without storages
        f.pickle().global("torch._utils", "_rebuild_tensor_v2");
        f.pickle().mark();
        f.object("torch.storage", "_load_from_bytes", {"not executed"});
        f.pickle().end_tuple();
        f.pickle().call();
    });
}

BOOST_AUTO_TEST_CASE(containers_of_unknown_classes_are_looked_into) {
    for (const auto& [module, name] : {std::pair{"collections", "defaultdict"},
                                       {"collections", "OrderedDict"},
                                       {"easydict", "EasyDict"},
                                       {"yacs.config", "CfgNode"}}) {
        BOOST_TEST_CONTEXT(name) {
            const NamedTensors tensors = beside([&, m = module, n = name](TorchPickle& f) {
                f.object(m, n);
                f.pickle().mark();
                f.tensor("weight", {2}, {5, 6});
                f.pickle().end_dictionary();  // adds to the object
            });
            BOOST_TEST((tensors.read_float("x/weight") == std::vector<float>{5, 6}));
            BOOST_TEST(tensors.opaque().empty());
        }
    }
}

BOOST_AUTO_TEST_CASE(a_whole_module_is_told_as_one) {
    const NamedTensors tensors = beside([](TorchPickle& f) {
        f.object("model", "StyledGenerator");
        f.pickle().begin_dictionary();
        f.pickle().string("_modules");
        f.object("collections", "OrderedDict");
        f.pickle().end_dictionary();
        f.pickle().set_state();
    });
    BOOST_TEST_REQUIRE(tensors.opaque().size() == 1u);
    BOOST_TEST(tensors.opaque()[0].type == "model.StyledGenerator");
    BOOST_TEST(tensors.opaque()[0].module);
}

BOOST_AUTO_TEST_CASE(tensors_of_subclasses_are_tensors) {
    const NamedTensors tensors = beside([](TorchPickle& f) {
        f.pickle().global("torch._tensor", "_rebuild_from_type_v2");
        f.pickle().mark();
        f.pickle().global("torch._utils", "_rebuild_parameter");
        f.pickle().global("fastai.torch_core", "TensorImage");
        f.pickle().mark();
        f.tensor({2}, {7, 8});
        f.pickle().boolean(true);
        f.pickle().end_tuple();
        f.pickle().none();
        f.pickle().end_tuple();
        f.pickle().call();
    });
    BOOST_TEST((tensors.read_float("x") == std::vector<float>{7, 8}));
}

BOOST_AUTO_TEST_CASE(what_would_run_a_program_elsewhere_is_refused_beside_tensors_too) {
    for (const auto& [module, name] :
         {std::pair{"os", "system"}, {"subprocess", "Popen"}, {"builtins", "eval"}, {"posix", "system"}}) {
        const auto write = [&, m = module, n = name](TorchPickle& f) { f.object(m, n, {"touch owned"}); };
        const std::string message = test::message_of<FormatError>([&] { (void)beside(write); });
        BOOST_TEST(test::contains(message, text("names \"", module, '.', name, "\"")), message);
        BOOST_TEST(test::contains(message, "nothing was executed"), message);
    }
}

BOOST_AUTO_TEST_SUITE_END()
