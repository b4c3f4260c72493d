// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <span>
#include <string>

namespace fuzz {

/// A file in memory with the given bytes, for readers that take a path. libzip needs it to have a name.
class MemoryFile {
public:
    explicit MemoryFile(std::span<const std::uint8_t> bytes) : descriptor_(::mkstemp(path_.data())) {
        if (descriptor_ < 0 || ::write(descriptor_, bytes.data(), bytes.size()) != static_cast<::ssize_t>(bytes.size()))
            std::abort();
    }
    MemoryFile(const MemoryFile&) = delete;
    MemoryFile& operator=(const MemoryFile&) = delete;
    ~MemoryFile() {
        ::close(descriptor_);
        ::unlink(path_.c_str());
    }

    [[nodiscard]] std::filesystem::path path() const { return path_; }

private:
    std::string path_ = "/dev/shm/fuzz-XXXXXX";
    int descriptor_;
};

}  // namespace fuzz
