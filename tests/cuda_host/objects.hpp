// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "machine.hpp"

#include <set>
#include <string>

namespace cuda_host {

/// Handles or descriptors of one kind: which live, and that nobody uses one that does not.
template <class T>
class Objects {
public:
    explicit Objects(const char* name) : name_(name) {}

    T* create() {
        T* const p = new T;
        living_.insert(p);
        return p;
    }

    /// @return whether it lived
    bool destroy(T* p, const char* where) {
        if (!lives(p, where)) return false;
        living_.erase(p);
        delete p;
        return true;
    }

    [[nodiscard]] bool lives(const T* p, const char* where) const {
        if (living_.count(const_cast<T*>(p)) != 0) return true;
        report(std::string(where) + ": there is no such " + name_);
        return false;
    }

    void list(std::vector<std::string>& lines) const {
        if (!living_.empty()) lines.push_back(std::to_string(living_.size()) + " of " + name_ + " not destroyed");
    }

private:
    const char* name_;
    std::set<T*> living_;
};

}  // namespace cuda_host
