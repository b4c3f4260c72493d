// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/io/files/read_file.hpp>

#include <fcntl.h>
#include <signal.h>  // NOLINT: <csignal> has no kill()
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace stylegan {

/// What a committed file survives. For a power cut, commit() waits for the disk, which takes longer than writing a
/// picture.
enum class Survives { program_crash, power_cut };

/// A disk, or the quota of a user, without room for what is written. Unlike other errors it may pass.
class DiskFullError : public FileError {
public:
    using FileError::FileError;
};

namespace detail {

/// Throws the error for a system call on a file that is written.
[[noreturn]] inline void fail_to_write(const std::filesystem::path& path, const char* what, int error_number) {
    const std::string message = text(path.string(), ": cannot be ", what, ": ", system_message(error_number));
    if (error_number == ENOSPC || error_number == EDQUOT) throw DiskFullError(message);
    throw FileError(message);
}

}  // namespace detail

/// A file that appears complete or not at all. It is written under a temporary name in the same folder; commit()
/// flushes and renames it. Without commit(), the temporary file is removed and an earlier file stays as it is.
class AtomicFile {
public:
    /// @throws FileError if the folder does not exist or cannot be written, DiskFullError if it has no room
    explicit AtomicFile(std::filesystem::path destination) : destination_(std::move(destination)) {
        std::error_code ignored;
        if (std::filesystem::is_directory(destination_, ignored))
            throw FileError(text(destination_.string(), ": is a folder, expected a file to write"));
        for (int attempt = 0; file_ == nullptr; ++attempt) {
            const std::string name =
                text('.', destination_.filename().string(), '.', ::getpid(), '.', attempt, ".partial");
            temporary_ = destination_.parent_path() / name;
            file_ = std::fopen(temporary_.c_str(), "wbx");  // x: fails if the file exists
            if (file_ == nullptr && (errno != EEXIST || attempt == 1000)) fail("created", errno);
        }
    }

    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;

    ~AtomicFile() {
        if (file_ != nullptr) std::fclose(file_);
        if (!committed_) ::unlink(temporary_.c_str());
    }

    /// Appends bytes. @throws FileError, DiskFullError
    void write(const void* data, std::size_t size) {
        if (size > 0 && std::fwrite(data, 1, size, file_) != size) fail("written", errno);
        size_ += size;
    }
    void write(std::string_view characters) { write(characters.data(), characters.size()); }

    /// The number of bytes written so far.
    [[nodiscard]] std::uint64_t size() const { return size_; }

    [[nodiscard]] const std::filesystem::path& destination() const { return destination_; }

    /// Where the bytes are before commit(), for another program that writes them.
    [[nodiscard]] const std::filesystem::path& temporary() const { return temporary_; }

    /// Moves the file to its destination. Call once, last.
    /// @throws FileError if it cannot be flushed or renamed, DiskFullError
    void commit(Survives survives = Survives::power_cut) {
        const bool durable = survives == Survives::power_cut;
        if (std::fflush(file_) != 0 || (durable && !synchronise())) fail("written", errno);
        const int closed = std::fclose(std::exchange(file_, nullptr));
        if (closed != 0) fail("written", errno);
        if (std::rename(temporary_.c_str(), destination_.c_str()) != 0) fail("renamed into place", errno);
        committed_ = true;
        if (durable) synchronise_folder();
    }

private:
    [[noreturn]] void fail(const char* what, int error_number) const {
        detail::fail_to_write(destination_, what, error_number);
    }

    /// Waits for the disk; a signal does not end that.
    [[nodiscard]] bool synchronise() const {
        while (::fsync(::fileno(file_)) != 0)
            if (errno != EINTR) return false;
        return true;
    }

    /// Makes the new name survive a power cut, too. Some file systems refuse; the file is in place nevertheless.
    void synchronise_folder() const {
        const std::filesystem::path folder = destination_.has_parent_path() ? destination_.parent_path() : ".";
        const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (descriptor < 0) return;
        ::fsync(descriptor);
        ::close(descriptor);
    }

    std::filesystem::path destination_, temporary_;
    std::FILE* file_ = nullptr;
    std::uint64_t size_ = 0;
    bool committed_ = false;
};

/// Writes a whole file at once, atomically. @throws FileError
inline void write_file(const std::filesystem::path& path, std::string_view content) {
    AtomicFile file(path);
    file.write(content);
    file.commit();
}

namespace detail {

/// The number of the process that writes a file of this name, ".NAME.PID.N.partial"; 0 for another name.
[[nodiscard]] inline ::pid_t writer_of_partial(std::string_view name) {
    constexpr std::string_view ending = ".partial";
    if (!name.starts_with('.') || !name.ends_with(ending)) return 0;
    name.remove_suffix(ending.size());
    const auto last_number = [&]() -> std::optional<long> {
        const std::size_t dot = name.rfind('.');
        if (dot == std::string_view::npos) return std::nullopt;
        long number = 0;
        const char* const end = name.data() + name.size();
        const auto [stop, error] = std::from_chars(name.data() + dot + 1, end, number);
        if (error != std::errc() || stop != end || number < 0) return std::nullopt;
        name = name.substr(0, dot);
        return number;
    };
    if (!last_number()) return 0;
    const auto process = last_number();
    return process && name.size() > 1 ? static_cast<::pid_t>(*process) : 0;
}

}  // namespace detail

/// Removes what AtomicFile leaves in a folder if its process is killed. Files of a process of this machine that still
/// runs stay; those of this process do not, so call it before it writes into the folder.
/// @param unchanged_for  files changed more recently stay, too: in a folder that several machines share, numbers of
///                       processes do not tell whether a writer still runs
/// @return the number of files removed
inline int remove_partial_files(const std::filesystem::path& folder, std::chrono::seconds unchanged_for = {}) {
    namespace fs = std::filesystem;
    int removed = 0;
    std::error_code error;
    for (fs::directory_iterator i(folder, error), end; !error && i != end; i.increment(error)) {
        const ::pid_t writer = detail::writer_of_partial(i->path().filename().string());
        std::error_code ignored;
        if (writer <= 0 || !i->is_regular_file(ignored)) continue;
        if (writer != ::getpid() && !(::kill(writer, 0) != 0 && errno == ESRCH)) continue;
        const auto changed = i->last_write_time(ignored);
        const bool recent = ignored || fs::file_time_type::clock::now() - changed < unchanged_for;
        if (unchanged_for.count() > 0 && recent) continue;
        if (fs::remove(i->path(), ignored)) ++removed;
    }
    return removed;
}

}  // namespace stylegan
