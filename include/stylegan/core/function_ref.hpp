// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <type_traits>

namespace stylegan {

/// A reference to a function object that the caller owns. A parameter of this type keeps a function out of templates:
/// it is compiled once. Two pointers; copies and allocates nothing.
template <class Signature>
class FunctionRef;

template <class R, class... Args>
class FunctionRef<R(Args...)> {
public:
    /// @param f  must outlive this reference
    template <class F>
    FunctionRef(const F& f)  // NOLINT: a conversion by design
        requires(!std::is_same_v<F, FunctionRef>)
        : object_(std::addressof(f)),
          call_([](const void* object, Args... args) -> R { return (*static_cast<const F*>(object))(args...); }) {}

    R operator()(Args... args) const { return call_(object_, args...); }

private:
    const void* object_;
    R (*call_)(const void*, Args...);
};

}  // namespace stylegan
