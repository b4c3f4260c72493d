// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/files/mapped_file.hpp>
#include <stylegan/io/pickle/pickle_machine.hpp>

#include <filesystem>

namespace stylegan {

/// A file that consists of one pickle, and the values that it builds. Its arrays are valid as long as this object:
/// their numbers are in the file or, if the file has them with escapes, next to the values.
class PickleFile {
public:
    /// @throws FileError, FormatError
    explicit PickleFile(const std::filesystem::path& path)
        : file_(path), pickle_(path.string()), root_(PickleMachine(pickle_, file_.bytes()).run()) {}
    PickleFile(const PickleFile&) = delete;
    PickleFile& operator=(const PickleFile&) = delete;

    [[nodiscard]] const Pickle& pickle() const { return pickle_; }
    [[nodiscard]] PickleValue root() const { return root_; }

private:
    MappedFile file_;
    Pickle pickle_;
    PickleValue root_;
};

}  // namespace stylegan
