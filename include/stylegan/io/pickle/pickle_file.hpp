// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/io/files/digest.hpp>
#include <stylegan/io/pickle/pickle_machine.hpp>
#include <stylegan/io/pickle/pickle_writer.hpp>
#include <stylegan/io/tensors/tensor_source.hpp>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace stylegan {

/// A file that consists of one pickle, and the values that it builds. Its arrays are valid as long as this object:
/// their numbers are in the file or, if the file has them with escapes, next to the values. After the pickle, files of
/// this library have digests, see PickleWriter::digests().
class PickleFile {
public:
    /// @throws FileError, FormatError
    explicit PickleFile(const std::filesystem::path& path) : source_(path), pickle_(path.string()), root_(read()) {}
    PickleFile(const PickleFile&) = delete;
    PickleFile& operator=(const PickleFile&) = delete;

    [[nodiscard]] const Pickle& pickle() const { return pickle_; }
    [[nodiscard]] PickleValue root() const { return root_; }
    [[nodiscard]] const TensorSource& source() const { return source_; }

private:
    PickleValue read() {
        PickleMachine machine(pickle_, source_.bytes(), false, {}, &source_);
        const PickleValue root = machine.run();
        read_digests(machine);
        source_.file().require_unchanged();
        return root;
    }

    void read_digests(PickleMachine& machine) {
        const StoredBytes all = source_.bytes();
        const std::string_view start = PickleWriter::start_of_digests;
        const std::size_t at = machine.position(), count = source_.digests().size();
        const auto read = [&](std::size_t from, std::size_t size) {
            std::string characters(size, '\0');
            all.read(from, characters.data(), size);
            return characters;
        };
        if (all.size - at < start.size() || read(at, start.size()) != start) return;
        const std::size_t size = (1 + count) * detail::digest_digits;
        if (all.size - at != start.size() + size + 1)
            pickle_.fail(at, text("has digests in ", all.size - at, " bytes, expected ", start.size() + size + 1,
                                  " for ", count, " large arrays: the file is damaged"));
        const std::string digits = read(at + start.size(), size + 1);
        if (digits.back() != '\n')
            pickle_.fail(all.size - 1, "is not the end of a line of digests: the file is damaged");
        const auto digest = [&](std::size_t i) {
            const auto value =
                detail::digest_in(std::string_view(digits).substr(i * detail::digest_digits, detail::digest_digits));
            if (!value) pickle_.fail(at, "has digests that are not in hexadecimal digits");
            return *value;
        };
        if (const std::uint64_t found = machine.digest(), expected = digest(0); found != expected)
            throw FormatError(text(pickle_.where(), ": pickle is damaged: the ", name_of(DigestKind::xxh3),
                                   " of its bytes beside the large arrays is ", detail::digits_of(found), ", expected ",
                                   detail::digits_of(expected)));
        std::size_t i = 0;
        for (StoredDigest& stored : source_.digests()) {
            stored.expected = digest(++i);
            stored.kind = DigestKind::xxh3;
        }
    }

    TensorSource source_;
    Pickle pickle_;
    PickleValue root_;
};

/// The open file of a pickle, which keeps the values of the pickle, too.
[[nodiscard]] inline std::shared_ptr<const TensorSource> source_of(const std::shared_ptr<const PickleFile>& file) {
    return {file, &file->source()};
}

}  // namespace stylegan
