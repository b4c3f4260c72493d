// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>

#include <cstddef>

/// Settings that a program may make in Eigen, which is told of caches and threads that this machine does not have. Those from
/// before come back with the end of this object.
class OddEigenSettings {
public:
    OddEigenSettings() : before_(read()) {
        Eigen::setNbThreads(4);
        Eigen::setCpuCacheSizes(1111, 33333, 777777);
        made_ = read();
    }
    OddEigenSettings(const OddEigenSettings&) = delete;
    OddEigenSettings& operator=(const OddEigenSettings&) = delete;
    ~OddEigenSettings() {
        Eigen::setNbThreads(0);  // as many as there are: so it begins
        Eigen::setCpuCacheSizes(before_.l1, before_.l2, before_.l3);
    }

    /// Whether they were made, and nobody has changed them since.
    [[nodiscard]] bool hold() const { return made_ == read() && made_.l1 == 1111 && made_ != before_; }

private:
    struct Settings {
        int threads = 0;
        std::ptrdiff_t l1 = 0, l2 = 0, l3 = 0;
        friend bool operator==(const Settings&, const Settings&) = default;
    };
    static Settings read() {
        Settings s;
        s.threads = Eigen::nbThreads();
        Eigen::internal::manage_caching_sizes(Eigen::GetAction, &s.l1, &s.l2, &s.l3);
        return s;
    }

    Settings before_, made_;
};
