// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/test/unit_test.hpp>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

namespace test {

/// Sanitizers reserve more address space than any limit would allow.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool sanitized = true;
#elif defined(__has_feature)
inline constexpr bool sanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
inline constexpr bool sanitized = false;
#endif

inline boost::test_tools::assertion_result memory_can_be_limited(boost::unit_test::test_unit_id) {
    boost::test_tools::assertion_result possible(!sanitized);
    possible.message() << "sanitizers reserve address space";
    return possible;
}

/// Calls f() in a child process that can take 1 MiB of address space more than it has, which is too little for the
/// stack of a thread. @return what f() returns, 0 to 255, or 256 plus the signal that ended the child
template <class F>
int status_with_little_memory(F&& f) {
    const ::pid_t child = ::fork();
    if (child == 0) {
        long pages = 0;
        std::ifstream("/proc/self/statm") >> pages;
        const auto bytes = static_cast<::rlim_t>(pages * ::sysconf(_SC_PAGESIZE)) + (::rlim_t{1} << 20);
        const ::rlimit limit{bytes, bytes};
        ::setrlimit(RLIMIT_AS, &limit);
        int status = 255;
        try {
            status = f();
        } catch (...) {  // 255
        }
        ::_exit(status);
    }
    int status = 0;
    BOOST_TEST_REQUIRE(child > 0);
    BOOST_TEST_REQUIRE(::waitpid(child, &status, 0) == child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

}  // namespace test
