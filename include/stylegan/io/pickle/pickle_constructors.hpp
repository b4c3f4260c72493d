// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/tensors/element_type.hpp>

#include <string_view>

namespace stylegan {

/// What a pickle may build; anything else is refused. Nothing is imported or called: these are names to which the
/// reader itself gives a meaning.
enum class PickleConstructor {
    codecs_encode,
    copyreg_reconstructor,
    plain_object,
    plain_dictionary,
    plain_set,
    plain_bytes,
    ordered_dictionary,
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
    {"builtins", "bytes", PickleConstructor::plain_bytes},
    {"__builtin__", "bytes", PickleConstructor::plain_bytes},
    {"builtins", "bytearray", PickleConstructor::plain_bytes},
    {"__builtin__", "bytearray", PickleConstructor::plain_bytes},
    {"collections", "OrderedDict", PickleConstructor::ordered_dictionary},
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

}  // namespace detail
}  // namespace stylegan
