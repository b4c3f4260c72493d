// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/files/mapped_file.hpp>
#include <stylegan/io/pickle/pickle_machine.hpp>

#include <filesystem>

namespace stylegan {

/// A file that is one pickle, with the values that it builds. Arrays of it are valid as long as it is: their numbers lie in
/// the file, or, where the file holds them escaped, beside the values.
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
