// SPDX-License-Identifier: Apache-2.0
#include "printing/progress.hpp"

#include "ranks/program_ranks.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <utility>

namespace stylegan::examples {
namespace {

// The only kind of variable that a signal handler may change.
volatile std::sig_atomic_t signalled = 0;

int first_print_error = 0;  // of printing: the stream does not keep it

void mark(int) { signalled = 1; }

template <class... Values>
std::string formatted(const char* format, Values... values) {
    const int length = std::snprintf(nullptr, 0, format, values...);
    std::string s(static_cast<std::size_t>(length), '\0');
    std::snprintf(s.data(), s.size() + 1, format, values...);
    return s;
}

}  // namespace

Interrupt::Interrupt() {
    signalled = 0;
    struct sigaction action {};
    action.sa_handler = mark;
    action.sa_flags = static_cast<int>(SA_RESETHAND | static_cast<unsigned>(SA_RESTART));
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, &before_int_);
    action.sa_flags = SA_RESTART;
    sigaction(SIGTERM, &action, &before_term_);
    sigaction(SIGUSR1, &action, &before_usr1_);
    sigaction(SIGHUP, nullptr, &before_hup_);
    if (before_hup_.sa_handler != SIG_IGN) sigaction(SIGHUP, &action, nullptr);  // ignored: nohup asked for that
}

Interrupt::~Interrupt() {
    sigaction(SIGINT, &before_int_, nullptr);
    sigaction(SIGTERM, &before_term_, nullptr);
    sigaction(SIGHUP, &before_hup_, nullptr);
    sigaction(SIGUSR1, &before_usr1_, nullptr);
}

bool Interrupt::requested() { return signalled != 0; }

void print_line(const std::string& line) {
    if ((std::puts(line.c_str()) < 0 || std::fflush(stdout) != 0) && first_print_error == 0) first_print_error = errno;
}

int print_error() { return first_print_error; }

bool output_is_closed() {
    struct stat kind {};
    if (::fstat(STDOUT_FILENO, &kind) != 0 || (!S_ISFIFO(kind.st_mode) && !S_ISSOCK(kind.st_mode))) return false;
    pollfd out{STDOUT_FILENO, 0, 0};
    return ::poll(&out, 1, 0) == 1 && (out.revents & POLLERR) != 0;
}

std::string text_of_seconds(double seconds) {
    const auto s = static_cast<long long>(std::llround(std::max(seconds, 0.0)));
    if (s < 60) return formatted("%llds", s);
    if (s < 60 * 60) return formatted("%lldm %02llds", s / 60, s % 60);
    if (s < 24 * 60 * 60) return formatted("%lldh %02lldm %02llds", s / 3600, s / 60 % 60, s % 60);
    return formatted("%lldd %02lldh %02lldm", s / 86400, s / 3600 % 24, s / 60 % 60);
}

double seconds_now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

ProgressBar::ProgressBar() : visible_(::isatty(STDOUT_FILENO) != 0 && !ProgramRanks::launched()) {}

void ProgressBar::show(double part, const std::string& text) {
    if (!visible_) return;
    const double now = seconds_now();
    if (now - last_ < 0.1) return;
    last_ = now;
    drawn_ = true;
    constexpr int width = 24;
    const int full = static_cast<int>(std::clamp(part, 0.0, 1.0) * width);
    std::string line = '[' + std::string(static_cast<std::size_t>(full), '#') +
                       std::string(static_cast<std::size_t>(width - full), '.') + "] " + text;
    winsize terminal{};  // a line that wraps could not be removed
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &terminal) == 0 && terminal.ws_col > 0)
        line.resize(std::min<std::size_t>(line.size(), terminal.ws_col - 1u));
    std::printf("\r\x1b[K%s", line.c_str());
    std::fflush(stdout);
}

void ProgressBar::clear() {
    if (!drawn_) return;
    std::fputs("\r\x1b[K", stdout);
    std::fflush(stdout);
    drawn_ = false;
}

CountedProgress::CountedProgress(std::string unit) : unit_(std::move(unit)), start_(seconds_now()) {}

void CountedProgress::show(std::size_t done, std::size_t total, const std::string& more) {
    std::string text = stylegan::text(done, " of ", total, ' ', unit_);
    if (Interrupt::requested()) throw Interrupted("interrupted after " + text);
    if (!bar_.visible() || total == 0) return;
    const double seconds = seconds_now() - start_;
    if (done > 0 && seconds > 0) {
        const double rate = static_cast<double>(done) / seconds;
        char per_second[32];
        std::snprintf(per_second, sizeof per_second, ", %.3g/s, ", rate);
        text += per_second + text_of_seconds(static_cast<double>(total - std::min(done, total)) / rate) + " left";
    }
    bar_.show(static_cast<double>(done) / static_cast<double>(total), text + more);
}

}  // namespace stylegan::examples
