// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/tensors/element_type.hpp>

#include <algorithm>
#include <iterator>
#include <string_view>

namespace stylegan {

/// What a pickle may build. Nothing is imported or called: these are names to which the reader itself gives a meaning.
/// Any other name stands for an opaque value, see runs_programs() for those that are refused.
enum class PickleConstructor {
    codecs_encode,
    copyreg_reconstructor,
    plain_object,
    plain_dictionary,
    plain_set,
    plain_bytes,
    ordered_dictionary,
    default_dictionary,
    easy_dictionary,
    network,
    tensorflow_dimension,
    numpy_array,
    numpy_dtype,
    numpy_reconstruct,
    numpy_scalar,
    numpy_from_buffer,
    torch_tensor,
    torch_parameter,
    torch_subclass,
    torch_size,
    torch_storage,
};

namespace detail {

struct KnownConstructor {
    std::string_view module, name;
    PickleConstructor constructor;
    ElementType type = ElementType::f32;  // of storages
};

inline constexpr KnownConstructor known_constructors[] = {
    {"_codecs", "encode", PickleConstructor::codecs_encode},
    {"copyreg", "_reconstructor", PickleConstructor::copyreg_reconstructor},
    {"copy_reg", "_reconstructor", PickleConstructor::copyreg_reconstructor},
    {"builtins", "object", PickleConstructor::plain_object},
    {"__builtin__", "object", PickleConstructor::plain_object},
    {"builtins", "dict", PickleConstructor::plain_dictionary},
    {"__builtin__", "dict", PickleConstructor::plain_dictionary},
    {"builtins", "set", PickleConstructor::plain_set},
    {"__builtin__", "set", PickleConstructor::plain_set},
    {"builtins", "frozenset", PickleConstructor::plain_set},
    {"__builtin__", "frozenset", PickleConstructor::plain_set},
    {"builtins", "list", PickleConstructor::plain_set},
    {"__builtin__", "list", PickleConstructor::plain_set},
    {"builtins", "tuple", PickleConstructor::plain_set},
    {"__builtin__", "tuple", PickleConstructor::plain_set},
    {"collections", "deque", PickleConstructor::plain_set},
    {"builtins", "bytes", PickleConstructor::plain_bytes},
    {"__builtin__", "bytes", PickleConstructor::plain_bytes},
    {"builtins", "bytearray", PickleConstructor::plain_bytes},
    {"__builtin__", "bytearray", PickleConstructor::plain_bytes},
    {"collections", "OrderedDict", PickleConstructor::ordered_dictionary},
    {"collections", "Counter", PickleConstructor::plain_dictionary},
    {"collections", "defaultdict", PickleConstructor::default_dictionary},
    {"dnnlib", "EasyDict", PickleConstructor::easy_dictionary},
    {"dnnlib.util", "EasyDict", PickleConstructor::easy_dictionary},
    {"dnnlib.tflib.network", "Network", PickleConstructor::network},
    {"dnnlib.tflib", "Network", PickleConstructor::network},
    {"tensorflow", "Dim", PickleConstructor::tensorflow_dimension},
    {"tensorflow.python.framework.tensor_shape", "Dimension", PickleConstructor::tensorflow_dimension},
    {"numpy", "ndarray", PickleConstructor::numpy_array},
    {"numpy", "dtype", PickleConstructor::numpy_dtype},
    {"numpy.core.multiarray", "_reconstruct", PickleConstructor::numpy_reconstruct},
    {"numpy._core.multiarray", "_reconstruct", PickleConstructor::numpy_reconstruct},
    {"numpy.core.multiarray", "scalar", PickleConstructor::numpy_scalar},
    {"numpy._core.multiarray", "scalar", PickleConstructor::numpy_scalar},
    {"numpy.core.numeric", "_frombuffer", PickleConstructor::numpy_from_buffer},
    {"numpy._core.numeric", "_frombuffer", PickleConstructor::numpy_from_buffer},
    {"torch._utils", "_rebuild_tensor_v2", PickleConstructor::torch_tensor},
    {"torch._utils", "_rebuild_tensor", PickleConstructor::torch_tensor},
    {"torch._utils", "_rebuild_parameter", PickleConstructor::torch_parameter},
    {"torch._utils", "_rebuild_parameter_with_state", PickleConstructor::torch_parameter},
    {"torch._tensor", "_rebuild_from_type_v2", PickleConstructor::torch_subclass},
    {"torch", "Size", PickleConstructor::torch_size},
    {"torch", "FloatStorage", PickleConstructor::torch_storage, ElementType::f32},
    {"torch", "DoubleStorage", PickleConstructor::torch_storage, ElementType::f64},
    {"torch", "HalfStorage", PickleConstructor::torch_storage, ElementType::f16},
    {"torch", "BFloat16Storage", PickleConstructor::torch_storage, ElementType::bf16},
    {"torch", "LongStorage", PickleConstructor::torch_storage, ElementType::i64},
    {"torch", "IntStorage", PickleConstructor::torch_storage, ElementType::i32},
    {"torch", "ShortStorage", PickleConstructor::torch_storage, ElementType::i16},
    {"torch", "CharStorage", PickleConstructor::torch_storage, ElementType::i8},
    {"torch", "ByteStorage", PickleConstructor::torch_storage, ElementType::u8},
    {"torch", "BoolStorage", PickleConstructor::torch_storage, ElementType::boolean},
    {"torch.cuda", "FloatStorage", PickleConstructor::torch_storage, ElementType::f32},
    {"torch.cuda", "DoubleStorage", PickleConstructor::torch_storage, ElementType::f64},
    {"torch.cuda", "HalfStorage", PickleConstructor::torch_storage, ElementType::f16},
    {"torch.cuda", "LongStorage", PickleConstructor::torch_storage, ElementType::i64},
    {"torch.cuda", "IntStorage", PickleConstructor::torch_storage, ElementType::i32},
    {"torch.cuda", "ByteStorage", PickleConstructor::torch_storage, ElementType::u8},
};

inline const KnownConstructor* known_constructor(std::string_view module, std::string_view name) {
    for (const KnownConstructor& known : known_constructors)
        if (known.module == module && known.name == name) return &known;
    return nullptr;
}

/// Modules and functions whose only use in a pickle is to make its reader run a program, read or change files, or load
/// something else. Here they would be opaque like any other name. A file that names them was made to do harm elsewhere,
/// so it is refused and its name for it is told.
inline bool runs_programs(std::string_view module, std::string_view name) {
    constexpr std::string_view modules[] = {
        "os",        "posix",   "nt",       "subprocess", "sys",       "shutil",      "socket",  "pty",    "ctypes",
        "importlib", "imp",     "runpy",    "pkgutil",    "zipimport", "code",        "codeop",  "pdb",    "bdb",
        "timeit",    "profile", "cProfile", "doctest",    "commands",  "popen2",      "pip",     "pickle", "_pickle",
        "cPickle",   "marshal", "shelve",   "webbrowser", "http",      "urllib",      "urllib2", "ftplib", "smtplib",
        "telnetlib", "asyncio", "operator", "_operator",  "dill",      "cloudpickle", "requests"};
    constexpr std::string_view builtins[] = {"eval",    "exec",    "execfile",   "compile",   "__import__",
                                             "open",    "file",    "input",      "raw_input", "getattr",
                                             "setattr", "delattr", "vars",       "apply",     "globals",
                                             "locals",  "reload",  "breakpoint", "exit",      "quit"};
    constexpr std::string_view others[] = {"io.open",        "_io.open",           "torch.load",
                                           "torch.hub.load", "torch.jit.load",     "numpy.load",
                                           "types.CodeType", "types.FunctionType", "functools.reduce"};
    const std::string_view first = module.substr(0, module.find('.'));
    if (first == "builtins" || first == "__builtin__")
        return std::find(std::begin(builtins), std::end(builtins), name.substr(0, name.find('.'))) !=
               std::end(builtins);
    for (const std::string_view full : others)
        if (full.size() == module.size() + 1 + name.size() && full.starts_with(module) && full.ends_with(name))
            return true;
    return std::find(std::begin(modules), std::end(modules), first) != std::end(modules);
}

}  // namespace detail
}  // namespace stylegan
